import { expect, test } from "../support/fixtures";

test("New chat leaves the old one where it was", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast the first chat")).is("complete");
  const first = chat.page.url();
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await (await chat.ask("/fast the second chat")).is("complete");
  expect(chat.page.url()).not.toBe(first);
  await chat.open(first);
  await expect(chat.questions).toHaveText(/the first chat/);
});

test("back and forward move between chats without loading the page", async ({ chat }) => {
  await chat.open();
  await chat.page.evaluate(() => Object.assign(window, { same: true }));
  await (await chat.ask("/fast the first chat")).is("complete");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await (await chat.ask("/fast the second chat")).is("complete");

  await chat.page.goBack();
  await chat.page.goBack();
  await expect(chat.questions).toHaveText(/the first chat/);
  await chat.page.goForward();
  await chat.page.goForward();
  await expect(chat.questions).toHaveText(/the second chat/);
  expect(await chat.page.evaluate(() => "same" in window)).toBe(true);
});

test("leaving for another chat does not stop the answer", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 150")).begins();
  await chat.newChat.click();
  await expect(chat.answers).toHaveCount(0);
  await chat.page.goBack();
  await chat.lastAnswer.is("complete", 40_000);
  await expect(chat.answers).toHaveCount(1);
});
