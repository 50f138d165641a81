import { devices, type Locator } from "@playwright/test";
import { expect, test } from "../support/fixtures";
import type { ChatPage } from "../pages/chat-page";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"]!;

/** Notes, at every frame, the least that the page shows of the answers' text. */
async function watchText(chat: ChatPage): Promise<() => Promise<number>> {
  await chat.page.evaluate(() => {
    const watch = window as unknown as { least: number };
    watch.least = Infinity;
    const look = () => {
      const shown = [...document.querySelectorAll("article .markdown")].map((part) => part.textContent!.length);
      watch.least = Math.min(watch.least, shown.at(-1) ?? 0);
      requestAnimationFrame(look);
    };
    look();
  });
  return () => chat.page.evaluate(() => (window as unknown as { least: number }).least);
}

/** The answer is whole, in the place of the one that broke off, and as the server keeps it. */
async function isWhole(chat: ChatPage): Promise<void> {
  await chat.lastAnswer.is("complete", 40_000);
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.goOn).toHaveCount(0);
  const messages = await chat.stored();
  expect(messages.map((message) => message.status)).toEqual(["complete", "complete"]);
  const bare = (text: string) => text.replace(/^#+ /gm, "").replace(/\s+/g, " ").trim();
  // The demo's long answers are plain text: what is shown is what is kept.
  expect(bare(await chat.lastAnswer.text())).toContain(bare(messages.at(-1)!.content));
}

async function markdown(answer: Locator): Promise<string> {
  return (await answer.locator(".markdown").last().textContent()) ?? "";
}

test("an answer that broke off is taken on, and its text never leaves the screen", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast /cut /long 300")).is("failed");
  const before = await markdown(chat.answers.last());
  const least = await watchText(chat);
  await chat.goOn.click();
  await isWhole(chat);
  expect(await least()).toBeGreaterThanOrEqual(before.length - 1);
  const whole = await markdown(chat.answers.last());
  expect(whole.startsWith(before.trim())).toBe(true);
  expect(whole.length).toBeGreaterThan(before.length);
});

for (const [what, question, status] of [
  ["reached its limit", "/fast /length /long 300", "complete"],
  ["failed in the middle", "/fast /error overloaded after 20 /long 300", "failed"],
] as const) {
  test(`an answer that ${what} is taken on after a reload, by keyboard`, async ({ chat }) => {
    await chat.open();
    await (await chat.ask(question)).is(status);
    await chat.reload();
    await chat.goOn.focus();
    await chat.page.keyboard.press("Enter");
    await isWhole(chat);
  });
}

test("an answer that was stopped is taken on, twice in a row", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 150")).begins(40);
  await chat.stop.click();
  await chat.lastAnswer.is("stopped");
  const first = (await markdown(chat.answers.last())).length;
  await chat.goOn.click();
  await chat.lastAnswer.is("streaming");
  await chat.lastAnswer.growsBeyond(first + 60);
  await chat.page.keyboard.press("Escape");
  await chat.lastAnswer.is("stopped");
  await chat.goOn.click();
  await isWhole(chat);
});

test("a reload while it is taken on goes on too", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 150")).begins(40);
  await chat.stop.click();
  await chat.lastAnswer.is("stopped");
  const shown = (await chat.lastAnswer.text()).length;
  await chat.goOn.click();
  await chat.lastAnswer.growsBeyond(shown + 20);
  await chat.reload();
  await isWhole(chat);
});

test("an answer that is whole offers nothing to continue", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  await expect(chat.retry.last()).toBeVisible();
  await expect(chat.goOn).toHaveCount(0);
});

test.describe("on a phone", () => {
  test.use(phone);

  test("an answer is taken on by touch", async ({ chat }) => {
    await chat.open();
    await (await chat.ask("/fast /cut /long 300")).is("failed");
    const box = (await chat.goOn.boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(32);
    await chat.goOn.tap();
    await isWhole(chat);
  });
});
