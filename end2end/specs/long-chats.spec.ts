// Chats of many messages. They are played: to have two thousand from a model would take too long.
import { expect, test } from "../support/fixtures";
import { ChatPage } from "../pages/chat-page";

/** Makes the server's answers for the conversation that is shown those of one with `count` messages. */
async function long(chat: ChatPage, count: number): Promise<string[]> {
  const asked: string[] = [];
  const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const one = (number: number) => ({
    id: id(number),
    ...(number > 1 ? { parent_id: id(number - 1) } : {}),
    role: number % 2 ? "user" : "assistant",
    content: `Message ${number}.\n\n${"Some words of it. ".repeat(5 + (number % 7) * 12)}`,
    status: "complete",
    created_at: number,
  });
  await chat.page.route(/\/api\/conversations\/[^/?]+\?/, async (route) => {
    const { searchParams } = new URL(route.request().url());
    asked.push(searchParams.toString());
    const before = searchParams.get("before");
    const end = before ? Number(before.slice(-12)) - 1 : count;
    const start = Math.max(1, end - Number(searchParams.get("limit")) + 1);
    const messages = Array.from({ length: end - start + 1 }, (_, at) => one(start + at));
    await route.fulfill({
      json: { id: id(0), title: "Long", created_at: 0, updated_at: 0, settings: {}, messages, earlier: start > 1 },
    });
  });
  return asked;
}

async function openLong(chat: ChatPage, count: number): Promise<string[]> {
  await chat.open();
  await (await chat.ask("/fast the long one")).is("complete");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  const asked = await long(chat, count);
  await chat.page.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: /the long one/ }).click();
  await expect(chat.questions.last()).toContainText(`Message ${count - 1}.`);
  return asked;
}

test("a long chat opens at its end and is read upwards without a jump", async ({ chat }) => {
  const asked = await openLong(chat, 400);
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
  await expect(chat.answers.last()).toBeInViewport();
  expect(asked.length, "nothing is read that nobody has come near to").toBe(1);
  await expect(chat.page.locator("article")).toHaveCount(20);

  // What the reader sees stays where it is while others are added above it.
  const drift = await chat.page.evaluate(async () => {
    const list = document.querySelector(".message-list")!;
    const first = document.querySelector("article")!;
    list.scrollTop = 300;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const before = first.getBoundingClientRect().top;
    let most = 0;
    const until = performance.now() + 8000;
    // Some frames more when they have been added.
    for (let after = 0; after < 20 && performance.now() < until; ) {
      await new Promise((done) => requestAnimationFrame(done));
      if (document.querySelectorAll("article").length >= 70) after++;
      most = Math.max(most, Math.abs(first.getBoundingClientRect().top - before));
    }
    return most;
  });
  await expect(chat.page.locator("article")).toHaveCount(70);
  expect(drift, "pixels that the first message has moved").toBeLessThan(3);
  expect(asked).toContain("limit=50&before=00000000-0000-4000-8000-000000000381");
});

test("all of two thousand messages can be read", async ({ chat }) => {
  test.setTimeout(150_000);
  await openLong(chat, 2000);
  await chat.loadEarlier(2000, 100_000);
  await expect(chat.questions.first()).toContainText("Message 1.");
  await expect(chat.page.getByRole("button", { name: "Show earlier messages" })).toHaveCount(0);
  await chat.jumpToLatest.click();
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
  // Back at the end, what is far above is let go of, and comes back when it is looked at.
  await expect(chat.page.locator("article")).toHaveCount(50);
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
  await chat.page.evaluate(() => (document.querySelector(".message-list")!.scrollTop = 0));
  await expect(chat.page.locator("article")).toHaveCount(100);
  await expect(chat.questions.first()).toContainText("Message 1901.");
});

test("a reload of a long chat is at its end before the page has come to life", async ({ chat, browser, page }) => {
  await chat.open();
  await (await chat.ask("/fast /long 1500")).is("complete");
  const state = await page.context().storageState();
  // Without the page's own program, only what the server sent is there.
  const bare = await browser.newContext({ storageState: state });
  const still = await bare.newPage();
  await still.route("**/*.wasm", (route) => route.abort());
  await still.goto(page.url());
  const distance = await still.locator(".message-list").evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  expect(distance).toBeLessThan(150);
  await bare.close();
});

test("a second tab of a long chat keeps to its end when something is asked in the first", async ({ chat, context, page, baseURL }) => {
  await chat.open();
  const messages: object[] = [];
  let parent: string | undefined;
  for (let number = 0; number < 300; number++) {
    const [id, role] = [crypto.randomUUID(), number % 2 ? "assistant" : "user"];
    messages.push({ id, parent_id: parent, role, status: "complete", content: `Line ${number}. ${"Some words of it. ".repeat(40)}`, created_at: 5 + number });
    parent = id;
  }
  const brought = { rivulet: 1, id: crypto.randomUUID(), title: "Long", created_at: 1, updated_at: 2, messages };
  const imported = await page.request.post("/api/import", { data: JSON.stringify(brought), headers: { origin: baseURL! } });
  expect(imported.status()).toBe(200);
  const other = new ChatPage(await context.newPage());
  for (const one of [chat, other]) {
    await one.open(`/c/${brought.id}`);
    await expect(one.page.getByRole("article")).toHaveCount(20);
  }
  await (await chat.ask("/fast and then?")).is("complete");
  await expect(other.questions.last()).toContainText("and then?");
  await other.lastAnswer.is("complete");
  await expect(other.page.getByRole("article")).toHaveCount(22);
});
