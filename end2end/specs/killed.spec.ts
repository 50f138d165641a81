// The server is killed in the middle of an answer, and started again: what was shown is still there, is said to be interrupted, and goes on.
import { expect, test as base } from "../support/fixtures";
import type { ChatPage } from "../pages/chat-page";
import { OwnServer } from "../support/own-server";

const test = base.extend<{ server: OwnServer }>({
  server: async ({}, use) => {
    const server = new OwnServer();
    await server.start();
    await use(server);
    await server.close();
  },
});

test.use({ expectedInConsole: /ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK|ERR_EMPTY_RESPONSE|Failed to load resource|Failed to fetch/ });

/** Asks for an answer that takes its time, waits until some of it is stored, and kills the server. What was shown then. */
async function killedInTheMiddle(chat: ChatPage, server: OwnServer): Promise<string> {
  await chat.open(server.url);
  await (await chat.ask("/long 300")).begins(80);
  // Half a second of an answer may be lost, and no more.
  const shown = await chat.lastAnswer.article.locator(".markdown").last().textContent();
  await chat.page.waitForTimeout(700);
  await server.kill();
  return shown!.trim();
}

/** The answer is said to be interrupted, holds what was shown, and Continue takes it on to its end. */
async function goesOn(chat: ChatPage, shown: string): Promise<void> {
  await chat.lastAnswer.is("interrupted", 20_000);
  await expect(chat.lastAnswer.article).toContainText("The server stopped in the middle of this answer");
  const text = () => chat.lastAnswer.article.locator(".markdown").last().textContent();
  expect((await text())!.startsWith(shown)).toBe(true);
  expect((await chat.stored()).map(({ status }) => status)).toEqual(["complete", "interrupted"]);
  await chat.goOn.click();
  await chat.lastAnswer.is("complete", 40_000);
  const whole = (await text())!;
  expect(whole.startsWith(shown)).toBe(true);
  expect(whole.length).toBeGreaterThan(shown.length + 100);
  await expect(chat.answers).toHaveCount(1);
  expect((await chat.stored()).map(({ status }) => status)).toEqual(["complete", "complete"]);
}

test("a page that was open all the time says so, and takes the answer on", async ({ chat, server }) => {
  const shown = await killedInTheMiddle(chat, server);
  await server.start();
  await goesOn(chat, shown);
});

test("a page that is opened afterwards says so too, and nothing shows as running", async ({ chat, server, page }) => {
  const shown = await killedInTheMiddle(chat, server);
  const address = page.url();
  await page.goto("about:blank");
  await server.start();
  await chat.open(address);
  await expect(chat.stop).toHaveCount(0);
  await goesOn(chat, shown);
});
