import { expect, test } from "../support/fixtures";
import type { ChatPage } from "../pages/chat-page";

/** The answer is stopped here and on the server, and what had come is kept in both. */
async function isStoppedWithPart(chat: ChatPage) {
  await chat.lastAnswer.is("stopped");
  await expect(chat.stop).toBeHidden();
  const shown = await chat.lastAnswer.text();
  await expect.poll(async () => (await chat.stored()).at(-1)!.status).toBe("stopped");
  const kept = (await chat.stored()).at(-1)!.content;
  expect(kept.length).toBeGreaterThan(10);

  await chat.reload();
  await chat.lastAnswer.is("stopped");
  expect((await chat.stored()).at(-1)!.content).toBe(kept);
  expect((await chat.lastAnswer.text()).slice(0, 20)).toBe(shown.slice(0, 20));
}

test("the Stop button ends an answer and keeps what came", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  await answer.begins(40);
  await chat.stop.click();
  await isStoppedWithPart(chat);
});

test("Esc ends an answer and keeps what came", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  await answer.begins(40);
  await chat.page.keyboard.press("Escape");
  await isStoppedWithPart(chat);
});

test("an answer of which nothing has come yet can be stopped", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/hang");
  await answer.is("streaming");
  await chat.stop.click();
  await answer.is("stopped");
  await expect(chat.questions).toHaveCount(1);
  await expect.poll(async () => (await chat.stored()).at(-1)!.status).toBe("stopped");
});

test("an answer that has fallen silent can be stopped", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast /stall");
  await answer.begins();
  await chat.stop.click();
  await answer.is("stopped");
});

test("after stopping, the next question is answered", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 2000")).begins();
  await chat.stop.click();
  await chat.lastAnswer.is("stopped");
  await (await chat.ask("/fast and now?")).is("complete");
  await expect(chat.questions).toHaveCount(2);
});

test("a stopped answer can be asked for again", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 60")).begins();
  await chat.stop.click();
  await chat.lastAnswer.is("stopped");
  await chat.retry.last().click();
  await chat.lastAnswer.is("complete", 40_000);
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.answers).toHaveCount(1);
});

/** An answer whose stop does not reach the server before the returned function is called. */
async function isBeingStopped(chat: ChatPage): Promise<() => void> {
  await chat.open();
  await (await chat.ask("/long 2000")).begins();
  let letIt = () => {};
  const allowed = new Promise<void>((resolve) => (letIt = resolve));
  await chat.page.route("**/api/generations/**", async (route) => {
    await allowed;
    await route.continue();
  });
  await chat.page.keyboard.press("Escape");
  await expect(chat.stop).toBeDisabled();
  return letIt;
}

test("what is sent while an answer is being stopped is sent when it has stopped", async ({ chat }) => {
  const letIt = await isBeingStopped(chat);
  await chat.input.fill("/fast and now?");
  await chat.page.keyboard.press("Enter");
  await expect(chat.input).toHaveValue("/fast and now?");
  letIt();
  await expect(chat.questions.last()).toHaveText(/and now\?/);
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveCount(2);
  await expect(chat.input).toHaveValue("");
});

test("what is typed on while an answer is being stopped is not sent", async ({ chat }) => {
  const letIt = await isBeingStopped(chat);
  await chat.page.keyboard.type("/fast and");
  await chat.page.keyboard.press("Enter");
  await chat.page.keyboard.type(" now?");
  letIt();
  await chat.lastAnswer.is("stopped");
  await expect(chat.stop).toBeHidden();
  await expect(chat.input).toHaveValue("/fast and now?");
  await expect(chat.questions).toHaveCount(1);
});
