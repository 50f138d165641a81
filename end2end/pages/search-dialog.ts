// The search as a person meets it.
import type { Locator, Page } from "@playwright/test";

export class SearchDialog {
  readonly dialog: Locator;
  readonly words: Locator;
  readonly options: Locator;
  readonly chosen: Locator;
  /** The options that lead to a conversation. */
  readonly conversations: Locator;
  readonly commands: Locator;

  constructor(readonly page: Page) {
    this.dialog = page.getByRole("dialog", { name: "Search conversations" });
    this.words = this.dialog.getByRole("combobox");
    this.options = this.dialog.getByRole("option");
    this.conversations = this.dialog.locator("[role=option]:not(.search-dialog__option--command)");
    this.commands = this.dialog.locator(".search-dialog__option--command");
    this.chosen = this.dialog.getByRole("option", { selected: true });
  }

  async open(): Promise<void> {
    await this.page.keyboard.press("ControlOrMeta+k");
    await this.words.waitFor();
  }
}
