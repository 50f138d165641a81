// The list of conversations as a person meets it.
import { expect, type Locator, type Page } from "@playwright/test";

export class Sidebar {
  readonly place: Locator;
  readonly rows: Locator;
  readonly heads: Locator;
  readonly search: Locator;
  readonly close: Locator;
  readonly open: Locator;
  readonly undo: Locator;

  constructor(readonly page: Page) {
    this.place = page.getByRole("navigation", { name: "Conversations" });
    this.rows = this.place.getByRole("listitem").filter({ has: page.getByRole("link") });
    this.heads = this.place.getByRole("heading");
    this.search = this.place.getByRole("button", { name: "Search" });
    this.close = page.getByRole("button", { name: "Close conversations" });
    this.open = page.getByRole("button", { name: "Conversations", exact: true });
    this.undo = page.getByRole("button", { name: "Undo" });
  }

  /** The row with this title. */
  row(title: string | RegExp): Locator {
    return this.rows.filter({ has: this.page.getByRole("link", { name: title }) });
  }

  link(title: string | RegExp): Locator {
    return this.place.getByRole("link", { name: title });
  }

  /** Chooses something from the menu of a row, by mouse. */
  async choose(title: string | RegExp, what: string): Promise<void> {
    await this.row(title).hover();
    await this.row(title).getByRole("button", { name: /Options for/ }).click();
    await this.page.getByRole("menuitem", { name: what, exact: true }).click();
  }

  async titles(): Promise<string[]> {
    return (await this.rows.getByRole("link").allInnerTexts()).map((text) => text.trim());
  }

  async are(titles: (string | RegExp)[]): Promise<void> {
    await expect(this.rows.getByRole("link")).toHaveText(titles);
  }
}
