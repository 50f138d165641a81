import { readFile } from "node:fs/promises";
import { expect, test } from "../support/fixtures";
import { faults } from "../support/accessibility";
import type { ChatPage } from "../pages/chat-page";

/** Asks something and shares it: the dialog, which stays open, and the address. */
async function shared(chat: ChatPage) {
  await chat.open();
  await (await chat.ask("/fast for everybody")).is("complete");
  await chat.options.click();
  await chat.page.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = chat.page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Create link" }).click();
  const address = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  return { dialog, address };
}

test("a conversation is shared, read by somebody else, and not shared any more", async ({ chat, browser, page }) => {
  const { dialog, address } = await shared(chat);
  expect(address).toMatch(/\/s\/[\w-]{20,}$/);
  expect(await faults(page)).toEqual([]);

  const stranger = await browser.newContext({ javaScriptEnabled: false });
  const theirs = await stranger.newPage();
  expect((await theirs.goto(address))!.status()).toBe(200);
  await expect(theirs.getByText("for everybody").first()).toBeVisible();

  await dialog.getByRole("button", { name: "Stop sharing" }).click();
  await expect(dialog.getByRole("button", { name: "Create link" })).toBeVisible();
  expect((await theirs.goto(address))!.status()).toBe(404);
  await stranger.close();
});

test("the address is copied where a page has no clipboard, as over plain http, and it is said where that fails", async ({ chat, context, page }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.addInitScript(() => {
    Object.assign(window, { hidden: navigator.clipboard });
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  const { dialog, address } = await shared(chat);
  const copy = dialog.getByRole("button", { name: "Copy", exact: true });
  await copy.click();
  await expect(dialog.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
  await expect(copy).toBeFocused();
  const copied = () => page.evaluate(() => (window as unknown as { hidden: Clipboard }).hidden.readText());
  await expect.poll(copied).toBe(address);
  await page.evaluate(() => (document.execCommand = () => false));
  await copy.click();
  await expect(dialog.getByText("Could not be copied")).toBeVisible();
  expect(await faults(page)).toEqual([]);
});

test("a picture of a shared conversation opens large without a script", async ({ chat, browser, page }) => {
  await chat.open();
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC", "base64");
  await page.getByLabel("Attach files").setInputFiles({ name: "red.png", mimeType: "image/png", buffer: png });
  await chat.input.fill("/fast What is it?");
  await expect(chat.send).toBeEnabled();
  await chat.send.click();
  await chat.lastAnswer.is("complete");
  await chat.options.click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Create link" }).click();
  const address = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  const stranger = await browser.newContext({ javaScriptEnabled: false });
  const theirs = await stranger.newPage();
  await theirs.goto(address);
  await theirs.getByRole("button", { name: "red.png" }).click();
  const large = theirs.getByRole("dialog", { name: "red.png" });
  await expect(large).toBeVisible();
  await large.getByRole("button", { name: "Close" }).click();
  await expect(large).toBeHidden();
  await stranger.close();
});

test("the menu says that it is shared after a reload", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast shared")).is("complete");
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  const share = async () => {
    await chat.options.click();
    await page.getByRole("menuitem", { name: "Share…" }).click();
  };
  await share();
  await dialog.getByRole("button", { name: "Create link" }).click();
  const address = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  await chat.reload();
  await share();
  await expect(dialog.getByRole("textbox", { name: "Link" })).toHaveValue(address);
});

test("a conversation is had as Markdown, and everything comes in again", async ({ chat, sidebar, page, browser }) => {
  await chat.open();
  await (await chat.ask("/fast to be carried away")).is("complete");
  await chat.options.click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Export as Markdown" }).click()]);
  expect(await readFile(await file.path(), "utf8")).toContain("to be carried away");

  await chat.settings.click();
  const [archive] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export everything" }).click()]);
  const path = await archive.path();
  await page.keyboard.press("Escape");

  // Somebody else, who has nothing yet.
  const other = await browser.newContext();
  const theirs = await other.newPage();
  await theirs.goto(new URL("/", page.url()).href);
  await theirs.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  await theirs.getByRole("button", { name: "Chat settings" }).click();
  const [chooser] = await Promise.all([theirs.waitForEvent("filechooser"), theirs.getByRole("button", { name: "Import a file…" }).click()]);
  await chooser.setFiles({ name: archive.suggestedFilename(), mimeType: "application/octet-stream", buffer: await readFile(path) });
  await expect(theirs.getByText("1 conversation was imported.")).toBeVisible();
  await theirs.keyboard.press("Escape");
  await expect(theirs.getByRole("link", { name: /to be carried away/ })).toBeVisible();
  await other.close();
  await expect(sidebar.rows).toHaveCount(1);
});

test("what is edited after sharing is not public until it is updated, and thoughts never are", async ({ chat, browser, page }) => {
  await chat.open();
  await (await chat.ask("/fast /reasoning the first words")).is("complete");
  await chat.options.click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Create link" }).click();
  const address = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  await dialog.getByRole("button", { name: "Done" }).click();
  await chat.edit(chat.questions, "/fast other words");
  await chat.lastAnswer.is("complete");

  const stranger = await browser.newContext({ javaScriptEnabled: false });
  const theirs = await stranger.newPage();
  const reads = async () => {
    await theirs.goto(address);
    return theirs.locator("body").innerText();
  };
  expect(await reads()).toContain("the first words");
  expect(await reads()).not.toMatch(/other words|Thought about it/);
  await chat.options.click();
  await page.getByRole("menuitem", { name: "Share…" }).click();
  await expect(dialog).not.toContainText("as it is now");
  await dialog.getByRole("button", { name: "Update" }).click();
  await expect(dialog).toContainText("as it is now");
  expect(await faults(page)).toEqual([]);
  expect(await reads()).toContain("other words");
  expect(await reads()).not.toContain("the first words");
  await stranger.close();
});

test("what is imported in one tab is in the list of another", async ({ chat, context, sidebar, page }) => {
  await chat.open();
  await (await chat.ask("/fast here already")).is("complete");
  const other = await context.newPage();
  await other.goto(new URL("/", page.url()).href);
  await other.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  await other.getByRole("button", { name: "Chat settings" }).click();
  const [chooser] = await Promise.all([other.waitForEvent("filechooser"), other.getByRole("button", { name: "Import a file…" }).click()]);
  const message = { id: crypto.randomUUID(), role: "user", status: "complete", content: "brought along", created_at: 5 };
  // Older than what is there: it belongs below.
  const brought = { rivulet: 1, id: crypto.randomUUID(), title: "brought along", created_at: 1, updated_at: 2, messages: [message] };
  await chooser.setFiles({ name: "one.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(brought)) });
  await expect(other.getByText("1 conversation was imported.")).toBeVisible();
  await sidebar.are([/here already/, "brought along"]);
});
