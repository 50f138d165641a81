import { devices } from "@playwright/test";
import { expect, test } from "../support/fixtures";
import { faults } from "../support/accessibility";
import type { ChatPage } from "../pages/chat-page";

async function two(chat: ChatPage): Promise<void> {
  await chat.open();
  await (await chat.ask("/fast first chat")).is("complete");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await (await chat.ask("/fast second chat")).is("complete");
}

test("conversations are listed by recency under their day, the open one marked", async ({ chat, sidebar }) => {
  await two(chat);
  await sidebar.are([/second chat/, /first chat/]);
  await expect(sidebar.heads).toHaveText(["Today"]);
  await expect(sidebar.link(/second chat/)).toHaveAttribute("aria-current", "page");
  await sidebar.link(/first chat/).click();
  await expect(chat.questions).toHaveText(/first chat/);
  await expect(sidebar.link(/first chat/)).toHaveAttribute("aria-current", "page");
});

test("a new conversation is in the list as soon as it is asked, and live until it is answered", async ({ chat, sidebar }) => {
  await chat.open();
  await (await chat.ask("/long 800")).begins();
  await expect(sidebar.rows).toHaveCount(1);
  await expect(sidebar.link(/is answering/)).toHaveCount(1);
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await expect(sidebar.link(/is answering/), "it goes on without a reader").toHaveCount(1);
  await sidebar.rows.getByRole("link").first().click();
  await chat.stop.click();
  await expect(sidebar.link(/is answering/)).toHaveCount(0);
});

test("a title is changed in its place and stays", async ({ chat, sidebar }) => {
  await two(chat);
  await sidebar.choose(/first chat/, "Rename");
  const title = sidebar.place.getByRole("textbox", { name: "Title" });
  await expect(title).toBeFocused();
  await title.fill("Of rivers");
  await title.press("Enter");
  await sidebar.are([/second chat/, "Of rivers"]);
  await sidebar.choose(/second chat/, "Rename");
  await title.fill("Never");
  await title.press("Escape");
  await sidebar.are([/second chat/, "Of rivers"]);
  await expect(sidebar.link(/second chat/)).toBeFocused();
  await chat.reload();
  await sidebar.are([/second chat/, "Of rivers"]);
});

test("what is pinned stays at the top", async ({ chat, sidebar }) => {
  await two(chat);
  // The list shows it before the server has it; a reload in between would take the request back.
  const kept = chat.page.waitForResponse((response) => response.request().method() === "PATCH");
  await sidebar.choose(/first chat/, "Pin");
  await expect(sidebar.heads).toHaveText(["Pinned", "Today"]);
  await sidebar.are([/first chat/, /second chat/]);
  await kept;
  await chat.reload();
  await expect(sidebar.heads).toHaveText(["Pinned", "Today"]);
  await sidebar.choose(/first chat/, "Unpin");
  await sidebar.are([/second chat/, /first chat/]);
});

test("the open conversation is deleted, and that is undone", async ({ chat, sidebar }) => {
  await two(chat);
  const address = chat.page.url();
  await sidebar.choose(/second chat/, "Delete");
  await sidebar.are([/first chat/]);
  await expect(chat.questions).toHaveCount(0);
  expect(new URL(chat.page.url()).pathname).toBe("/");
  await sidebar.undo.click();
  await sidebar.are([/second chat/, /first chat/]);
  await expect(chat.questions).toHaveText(/second chat/);
  expect(chat.page.url()).toBe(address);
});

test("what can be undone can be for twenty seconds", async ({ chat, sidebar, page }) => {
  await two(chat);
  await sidebar.choose(/first chat/, "Delete");
  await expect(sidebar.undo).toBeVisible();
  await page.mouse.move(5, 5);
  await page.waitForTimeout(12_000);
  await sidebar.undo.click();
  await sidebar.are([/second chat/, /first chat/]);
});

test("deleting and undoing need no mouse, also from another chat", async ({ chat, sidebar, page }) => {
  await two(chat);
  await sidebar.row(/first chat/).getByRole("link").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Rename" })).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("menuitem", { name: "Delete" })).toBeFocused();
  await page.keyboard.press("Enter");
  await sidebar.are([/second chat/]);
  await expect(sidebar.undo).toBeFocused();
  await page.keyboard.press("Enter");
  await sidebar.are([/second chat/, /first chat/]);
  await expect(chat.questions, "the chat that was open stays").toHaveText(/second chat/);
});

test("Escape closes a menu, gives the focus back, and does not stop the answer", async ({ chat, sidebar, page }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  await answer.begins();
  const button = sidebar.rows.first().getByRole("button", { name: /Options for/ });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(button).toBeFocused();
  await answer.is("streaming");
  await chat.stop.click();
});

test("what is deleted in one tab leaves the other", async ({ chat, sidebar, context }) => {
  await two(chat);
  const other = await context.newPage();
  await other.goto(chat.page.url());
  await other.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  await expect(other.getByRole("article", { name: "You said" })).toHaveCount(1);
  await sidebar.choose(/second chat/, "Delete");
  await expect(other.getByRole("article", { name: "You said" })).toHaveCount(0);
  await expect(other.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /second chat/ })).toHaveCount(0);
});

test("the sidebar is put away on a wide screen, and that is remembered", async ({ chat, sidebar }) => {
  await chat.open();
  await sidebar.close.click();
  await expect(sidebar.place).toBeHidden();
  await expect(sidebar.open).toBeFocused();
  await chat.reload();
  await expect(sidebar.place).toBeHidden();
  await sidebar.open.click();
  await expect(sidebar.place).toBeVisible();
  await expect(sidebar.close).toBeFocused();
});

test.describe("a server that is gone", () => {
  test.use({ expectedInConsole: /ERR_FAILED|Failed to load resource/ });

  test("a list that cannot be read says so and is read again", async ({ chat, sidebar, page }) => {
    await chat.open();
    let refuse = true;
    await page.route("**/api/conversations?*", (route) => (refuse ? route.abort() : route.fallback()));
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await expect(sidebar.place.getByRole("alert")).toContainText("could not be read");
    refuse = false;
    await sidebar.place.getByRole("button", { name: "Try again" }).click();
    await expect(sidebar.place.getByRole("alert")).toHaveCount(0);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("list, menu and toast can be used by all", async ({ chat, sidebar, page }) => {
      await two(chat);
      expect(await faults(page)).toEqual([]);
      await sidebar.row(/first chat/).hover();
      await sidebar.row(/first chat/).getByRole("button", { name: /Options for/ }).click();
      expect(await faults(page)).toEqual([]);
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await expect(sidebar.undo).toBeVisible();
      expect(await faults(page)).toEqual([]);
    });
  });
}

test.describe("on a phone", () => {
  const { defaultBrowserType: _, ...phone } = devices["Pixel 7"]!;
  test.use(phone);

  test("the drawer opens, holds the list, and closes with what is chosen", async ({ chat, sidebar, page }) => {
    await chat.open();
    await (await chat.ask("/fast by touch")).is("complete");
    await sidebar.open.tap();
    await expect(sidebar.link(/by touch/)).toBeInViewport();
    await sidebar.rows.first().getByRole("button", { name: /Options for/ }).tap();
    const items = page.getByRole("menuitem");
    await expect(items).toHaveText(["Rename", "Pin", "Delete"]);
    for (const item of await items.all()) {
      await expect(item).toBeInViewport({ ratio: 1 });
      expect((await item.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    }
    await page.keyboard.press("Escape");
    await sidebar.link(/by touch/).tap();
    await expect(sidebar.link(/by touch/)).not.toBeInViewport();
    await expect(chat.questions).toHaveText(/by touch/);
  });
});
