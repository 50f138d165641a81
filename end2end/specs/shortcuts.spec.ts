import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";

test("a sheet shows the shortcuts, and they work", async ({ chat, page }) => {
  await chat.open();
  await chat.input.fill("really");
  await page.keyboard.press("?");
  await expect(chat.input, "while one types it is a question mark").toHaveValue("really?");
  await chat.input.fill("");
  await chat.settings.focus();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet).toContainText("New chat");
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  await (await chat.ask("/fast hello")).is("complete");
  await chat.settings.focus();
  await page.keyboard.press("Shift+Escape");
  await expect(chat.input).toBeFocused();
  await page.keyboard.press("ControlOrMeta+Shift+O");
  await expect(chat.questions).toHaveCount(0);
  await expect(page).toHaveURL(/\/$/);
  await page.keyboard.press("ControlOrMeta+/");
  await expect(sheet).toBeVisible();
});

test("single keys can be turned off, and stay so", async ({ chat, page }) => {
  await chat.open();
  await chat.settings.click();
  const box = page.getByRole("checkbox", { name: /single-key/i });
  await box.uncheck();
  await chat.reload();
  await chat.settings.click();
  await expect(box).not.toBeChecked();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeHidden();
});

test("commands are found and run by keyboard", async ({ chat, search, page }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  await search.open();
  await expect(search.commands.filter({ hasText: "Export as Markdown" })).toBeVisible();
  await page.keyboard.type("share");
  await expect(search.chosen).toContainText("Share");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Share this conversation" })).toBeVisible();
  await page.keyboard.press("Escape");

  await search.open();
  await page.keyboard.type(">json");
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  expect((await download).suggestedFilename()).toMatch(/\.json$/);
  await expect(chat.questions, "the page is still there").toHaveCount(1);

  await search.open();
  await page.keyboard.type("answer again");
  await page.keyboard.press("Enter");
  await expect(chat.lastAnswer.article).toContainText("2/2");
  expect(await faults(page)).toEqual([]);
});

test("stopping is a command too", async ({ chat, search, page }) => {
  await chat.open();
  await (await chat.ask("/long 5000")).begins();
  await search.open();
  await page.keyboard.type("stop");
  await page.keyboard.press("Enter");
  await chat.lastAnswer.is("stopped");
});
