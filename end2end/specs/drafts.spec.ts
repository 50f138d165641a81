import { expect, test } from "../support/fixtures";
import { ChatPage } from "../pages/chat-page";
import { Sidebar } from "../pages/sidebar";

test("what is typed survives a reload and another chat, each in its place", async ({ chat, sidebar }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  await chat.input.fill("to be continued");
  await chat.newChat.click();
  await expect(chat.input).toHaveValue("");
  await chat.input.fill("something new");
  await sidebar.link(/hello/).click();
  await expect(chat.input).toHaveValue("to be continued");
  await chat.reload();
  await expect(chat.input).toHaveValue("to be continued");
  await chat.page.goBack();
  await expect(chat.input).toHaveValue("something new");
  await (await chat.ask("/fast something new")).is("complete");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await expect(chat.input, "what was sent is no draft any more").toHaveValue("");
});

test("a long text survives a reload", async ({ chat }) => {
  await chat.open();
  await chat.input.fill("x".repeat(70 * 1024));
  await chat.reload();
  await expect.poll(async () => (await chat.input.inputValue()).length).toBe(70 * 1024);
});

test("a tab that types and clears takes nothing from a new chat in another", async ({ chat, context }) => {
  await chat.open();
  await chat.input.fill("half a page");
  const other = new ChatPage(await context.newPage());
  await other.open();
  await other.input.fill("something else");
  await other.input.fill("");
  await chat.reload();
  await expect(chat.input).toHaveValue("half a page");
});

test("an edit that is not sent survives a reload", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast the first words")).is("complete");
  await chat.questions.hover();
  await page.getByRole("button", { name: "Edit question" }).click();
  const editor = page.getByRole("textbox", { name: "Edit question" });
  await editor.fill("other words");
  await chat.reload();
  await expect(editor).toHaveValue("other words");
  await editor.press("Escape");
  await chat.reload();
  await expect(chat.questions).toHaveText(/the first words/);
  await expect(editor).toHaveCount(0);
});

test("what is typed in a chat that another tab deletes is kept", async ({ chat, context, page }) => {
  await chat.open();
  await (await chat.ask("/fast the victim")).is("complete");
  const other = new ChatPage(await context.newPage());
  await other.open();
  await chat.input.fill("half a page of typed words");
  await page.getByLabel("Attach files").setInputFiles({ name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# Notes") });
  await expect(chat.send).toBeEnabled();
  await expect(page.getByRole("list", { name: "Attached files" })).toContainText("bytes");
  await new Sidebar(other.page).choose(/the victim/, "Delete");
  await expect(page).toHaveURL(/\/$/);
  await expect(chat.input).toHaveValue("half a page of typed words");
  await expect(page.getByRole("list", { name: "Attached files" })).toContainText("notes.md");
  await expect(page.getByText("What you had typed is kept in the new chat.")).toBeVisible();
});
