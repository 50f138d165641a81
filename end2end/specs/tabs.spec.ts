// Several tabs of one browser, which opens six connections to a server and no more.
import type { BrowserContext, Page } from "@playwright/test";
import { ChatPage } from "../pages/chat-page";
import { expect, test } from "../support/fixtures";

/** So many tabs read their answers over connections of their own; the answers of others come through the one that reads for all. */
const OWN_CONNECTIONS = 3;

async function tab(context: BrowserContext, address?: string): Promise<ChatPage> {
  const chat = new ChatPage(await context.newPage());
  await chat.open(address);
  return chat;
}

/** Notes whether a tab leaves its answers to the one that reads for all. */
function leavesAnswersToOthers(page: Page): { so: boolean } {
  const seen = { so: false };
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/messages")) {
      seen.so = (request.postDataJSON() as { detached?: boolean }).detached === true;
    }
  });
  return seen;
}

/** The tabs that have asked for what one reads for all, in this order. */
function readersOf(context: BrowserContext): Page[] {
  const readers: Page[] = [];
  context.on("request", (request) => {
    if (request.url().endsWith("/api/events")) readers.push(request.frame().page());
  });
  return readers;
}

/** Tabs that have all the connections of their own, and one whose answer comes through the tab that was opened first. */
async function crowd(context: BrowserContext, question: string): Promise<{ reads: ChatPage; depends: ChatPage }> {
  const reads = await tab(context);
  for (let number = 0; number < OWN_CONNECTIONS; number++) {
    const busy = await tab(context);
    await (await busy.ask("/slow /long 2000")).begins(1);
  }
  const depends = await tab(context);
  const detached = leavesAnswersToOthers(depends.page);
  await (await depends.ask(question)).begins(40);
  expect(detached.so).toBe(true);
  return { reads, depends };
}

/** What is shown is, word for word, what the server has. */
async function isAsOnTheServer(chat: ChatPage) {
  const written = bare((await chat.stored()).at(-1)!.content.replace(/^#+ /gm, ""));
  await expect.poll(async () => bare(await chat.lastAnswer.text())).toContain(written);
}

function bare(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

test("ten tabs stream at once, and an eleventh loads all the same", async ({ context }) => {
  test.setTimeout(150_000);
  const tabs: ChatPage[] = [];
  for (let number = 0; number < 10; number++) tabs.push(await tab(context));
  const answers = await Promise.all(tabs.map((one) => one.ask("/slow /long 2000")));
  const lengths = await Promise.all(answers.map((answer) => answer.begins(20)));

  const eleventh = await tab(context);
  await (await eleventh.ask("/fast hello")).is("complete");

  // Each of the ten is still at it.
  await Promise.all(answers.map((answer, number) => answer.growsBeyond(lengths[number]!)));
  for (const answer of answers) await answer.is("streaming");
});

test("what is asked in one tab comes to life in the other, and so does another answer to it", async ({ chat, context }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  const other = await tab(context, chat.page.url());

  const answer = await chat.ask("/long 150");
  await expect(other.questions).toHaveCount(2);
  await expect(other.questions.last()).toHaveText(/long 150/);
  await other.lastAnswer.is("streaming");
  await other.lastAnswer.growsBeyond(await other.lastAnswer.begins(40));
  await answer.is("complete", 40_000);
  await other.lastAnswer.is("complete");
  await isAsOnTheServer(other);

  await other.retry.last().click();
  await chat.lastAnswer.is("streaming");
  await chat.lastAnswer.begins(40);
  await chat.lastAnswer.is("complete", 40_000);
  for (const one of [chat, other]) {
    await one.lastAnswer.is("complete");
    await expect(one.answers).toHaveCount(2);
    await isAsOnTheServer(one);
  }
  await other.reload();
  await expect(other.questions).toHaveCount(2);
  await expect(other.answers).toHaveCount(2);
});

test("an answer is stopped from the tab that only looks on, and taken on from there", async ({ chat, context }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  const other = await tab(context, chat.page.url());
  const answer = await chat.ask("/long 400");
  await other.lastAnswer.begins(40);
  await other.stop.click();
  await other.lastAnswer.is("stopped");
  await answer.is("stopped");

  await other.goOn.click();
  await chat.lastAnswer.is("streaming");
  await chat.stop.click();
  for (const one of [chat, other]) {
    await one.lastAnswer.is("stopped");
    await expect(one.answers).toHaveCount(2);
  }
  await expect.poll(async () => (await chat.stored()).at(-1)!.status).toBe("stopped");
  for (const one of [chat, other]) await isAsOnTheServer(one);
});

test("when the tab that reads for all is closed, another goes on where it was", async ({ context }) => {
  test.setTimeout(90_000);
  const readers = readersOf(context);
  const { reads, depends } = await crowd(context, "/long 300");
  expect(readers.at(-1)).toBe(reads.page);
  await reads.page.close();
  await expect.poll(() => readers.at(-1) !== reads.page, { timeout: 20_000 }).toBe(true);
  await depends.lastAnswer.growsBeyond(await depends.lastAnswer.begins());
  await depends.lastAnswer.is("complete", 60_000);
  await isAsOnTheServer(depends);
});

test("when the tab that reads for all is frozen, another goes on where it was", async ({ context }) => {
  test.setTimeout(90_000);
  const readers = readersOf(context);
  const { reads, depends } = await crowd(context, "/long 600");
  expect(readers.at(-1)).toBe(reads.page);
  // Playwright emulates focus, and Chromium freezes no page that has it. What a debugger has paused is as silent: it runs no timer
  // and hears nothing, and keeps its lock and its connections.
  const session = await context.newCDPSession(reads.page);
  await session.send("Debugger.enable");
  await session.send("Debugger.pause");
  await expect.poll(() => readers.at(-1) !== reads.page, { timeout: 20_000 }).toBe(true);
  await depends.lastAnswer.growsBeyond(await depends.lastAnswer.begins());
  await session.send("Debugger.resume");
  await depends.lastAnswer.is("complete", 60_000);
  await isAsOnTheServer(depends);
});

test("a tab that is loaded anew finds its answer while others have the connections", async ({ context }) => {
  test.setTimeout(90_000);
  const { depends } = await crowd(context, "/long 300");
  await expect(depends.page).toHaveURL(/\/c\//);
  await depends.reload();
  await depends.lastAnswer.growsBeyond(await depends.lastAnswer.begins());
  await depends.lastAnswer.is("complete", 60_000);
  await isAsOnTheServer(depends);
  await expect(depends.answers).toHaveCount(1);
});

test("a tab that is alone holds no connection beside its answer's", async ({ chat }) => {
  const feeds: string[] = [];
  chat.page.on("request", (request) => {
    if (request.url().endsWith("/api/events")) feeds.push(request.url());
  });
  await chat.open();
  const answer = await chat.ask("/long 60");
  await answer.begins(40);
  expect(feeds).toEqual([]);
  await answer.is("complete", 40_000);
});
