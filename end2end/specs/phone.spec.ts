import { devices } from "@playwright/test";
import { expect, test } from "../support/fixtures";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"]!;
test.use(phone);

test("nothing is wider than a phone, and the writing place is in view", async ({ chat }) => {
  await chat.open();
  const fits = async () => {
    const width = await chat.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
    expect(width[0]).toBeLessThanOrEqual(width[1]);
    await expect(chat.input).toBeInViewport();
    await expect(chat.send.or(chat.stop).first()).toBeInViewport();
  };
  await fits();
  // Rich markdown: a table and code are wider than the screen.
  const answer = await chat.ask("/fast Show me what you can do");
  await answer.is("complete");
  await fits();
  await (await chat.ask(`/fast ${"unbroken".repeat(40)}`)).is("complete");
  await fits();
});

test("an answer can be asked for and stopped by touch", async ({ chat }) => {
  await chat.open();
  await chat.input.tap();
  await chat.input.fill("/long 2000");
  await chat.send.tap();
  // As long as a person needs: two taps in one place within a third of a second are a double tap.
  await chat.lastAnswer.begins(200);
  await chat.stop.tap();
  await chat.lastAnswer.is("stopped");
});

test("what is to be touched is large enough", async ({ chat }) => {
  await chat.open();
  for (const control of [chat.send, chat.newChat, chat.settings]) {
    const box = (await control.boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(32);
  }
});
