import { expect, test } from "../support/fixtures";

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
