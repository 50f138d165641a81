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

test("no line of figures begins with a separator", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast hello");
  await answer.is("complete");
  const line = answer.article.locator(".figures-line");
  const rows = await line.evaluate((line: HTMLElement) => {
    line.style.width = "8rem";
    const { left } = line.getBoundingClientRect();
    const boxes = [...line.children].map((figure) => figure.getBoundingClientRect()).filter((box) => box.width > 0);
    const first = new Map(boxes.toReversed().map((box) => [box.top, box.left]));
    // A separator stands before its figure, and what stands outside the line is cut off.
    return { cut: getComputedStyle(line).overflowX, from: [...first.values()].map((at) => Math.round(at - left)) };
  });
  expect(rows.from.length, "the figures take more than one line here").toBeGreaterThan(1);
  expect(rows).toEqual({ cut: "clip", from: rows.from.map(() => 0) });
});
