// The search as a person meets it.
import type { Locator, Page } from "@playwright/test";

export class SearchDialog {
  readonly dialog: Locator;
  readonly words: Locator;
  readonly options: Locator;
  readonly chosen: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole("dialog", { name: "Search conversations" });
    this.words = this.dialog.getByRole("combobox");
    this.options = this.dialog.getByRole("option");
    this.chosen = this.dialog.getByRole("option", { selected: true });
  }

  async open(): Promise<void> {
    await this.page.keyboard.press("ControlOrMeta+k");
    await this.words.waitFor();
  }
}
