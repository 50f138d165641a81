// A server that is asked too often. Its limit is played here, so that these tests hold whatever the limit is.
import { expect, test } from "../support/fixtures";
import type { ChatPage } from "../pages/chat-page";
import { faults } from "../support/accessibility";

test.use({ expectedInConsole: /status of (429|503)/ });

interface Refused {
  keys: string[];
}

/** Refuses the first questions; notes the idempotency key of each. */
async function refuse(chat: ChatPage, times: number, seconds: number, status: 429 | 503 = 429): Promise<Refused> {
  const keys: string[] = [];
  await chat.page.route("**/api/conversations/*/messages", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]!);
    if (keys.length > times) return route.fallback();
    return route.fulfill(problem(status, status === 429 ? "rate_limited" : "overloaded", "Too many questions.", seconds));
  });
  return { keys };
}

/** Refuses to tell of the conversation at this address so many times; counts how often it was asked for. */
async function refuseToOpen(chat: ChatPage, address: string, most: number, seconds: number): Promise<{ times: number }> {
  const opened = { times: 0 };
  await chat.page.route(`**/api${address.replace("/c/", "/conversations/")}?*`, (route) => {
    if (++opened.times > most) return route.fallback();
    return route.fulfill(problem(429, "rate_limited", "Too many requests.", seconds));
  });
  return opened;
}

/** A refusal as the server tells it. */
function problem(status: number, code: string, detail: string, seconds: number) {
  return {
    status,
    contentType: "application/problem+json",
    headers: { "retry-after": String(seconds) },
    body: JSON.stringify({ type: "about:blank", title: "", status, detail, code }),
  };
}

async function ask(chat: ChatPage, text: string): Promise<void> {
  await chat.input.fill(text);
  await chat.input.press("Enter");
  await expect(chat.waiting).toBeVisible();
}

const byItself = (chat: ChatPage) => chat.page.getByRole("checkbox", { name: "Send by itself when it is time" });

test("a question that comes too soon stays, counts down, and is then sent by hand", async ({ chat }) => {
  const refused = await refuse(chat, 1, 3);
  await chat.open();
  await ask(chat, "/fast am I too quick?");
  await expect(chat.questions).toHaveText(/am I too quick/);
  await expect(chat.answers).toHaveCount(0);
  await expect(chat.waiting).toContainText(/You can send again (in \d\ss|now)\./);
  await expect(chat.page.getByRole("alert")).toHaveCount(0);
  await expect(chat.sendNow).toBeEnabled();
  await expect(chat.waiting).toContainText("You can send again now.");
  await chat.sendNow.click();
  await chat.lastAnswer.is("complete");
  await expect(chat.waiting).toHaveCount(0);
  expect(new Set(refused.keys).size).toBe(1);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
});

test("it is sent by itself when that is wanted, as often as it takes", async ({ chat }) => {
  const refused = await refuse(chat, 2, 1, 503);
  await chat.open();
  await ask(chat, "/fast is anybody there?");
  await expect(chat.waiting).toContainText("busy");
  await byItself(chat).check();
  await chat.lastAnswer.is("complete");
  expect(refused.keys.length).toBe(3);
  expect(new Set(refused.keys).size).toBe(1);
});

test("it can be taken back and edited", async ({ chat }) => {
  await refuse(chat, 1, 60);
  await chat.open();
  await ask(chat, "/fast the frist");
  await expect(chat.send).toBeDisabled();
  await chat.page.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(chat.input).toHaveValue("/fast the frist");
  await expect(chat.input).toBeFocused();
  await expect(chat.questions).toHaveCount(0);
  await chat.ask("/fast the first");
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveText(/the first/);
});

test("it waits while another chat is read, and over a reload", async ({ chat }) => {
  await refuse(chat, 1, 60);
  await chat.open();
  await ask(chat, "/fast wait for me");
  const address = chat.page.url();
  await chat.newChat.click();
  await expect(chat.waiting).toHaveCount(0);
  await (await chat.ask("/fast in the meantime")).is("complete");
  await chat.page.goBack();
  await chat.page.goBack();
  expect(chat.page.url()).toBe(address);
  await expect(chat.waiting).toBeVisible();
  await expect(chat.questions).toHaveText(/wait for me/);
  await chat.reload();
  await expect(chat.waiting).toContainText("You can send again in");
  await expect(chat.questions).toHaveText(/wait for me/);
});

test("it is sent by itself also while another chat is read", async ({ chat }) => {
  const refused = await refuse(chat, 1, 2);
  await chat.open();
  await ask(chat, "/fast go on without me");
  await byItself(chat).check();
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await expect.poll(() => refused.keys.length).toBe(2);
  await chat.page.goBack();
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveText(/go on without me/);
});

test("nothing ticks while the page is hidden, and it is right when it is shown again", async ({ chat }) => {
  await refuse(chat, 1, 120);
  await chat.open();
  await ask(chat, "/fast hello");
  const hide = (hidden: boolean) =>
    chat.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await hide(true);
  // One more tick may have been under way.
  await chat.page.waitForTimeout(1_100);
  const before = await chat.waiting.innerText();
  await chat.page.waitForTimeout(2_500);
  expect(await chat.waiting.innerText()).toBe(before);
  await hide(false);
  await expect(chat.waiting).not.toHaveText(before);
});

test("another answer that comes too soon leaves the old one in its place", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast /cut hello")).is("failed");
  const refused = await refuse(chat, 1, 1);
  await chat.goOn.click();
  await expect(chat.waiting).toBeVisible();
  await chat.lastAnswer.is("failed");
  await expect(chat.page.getByRole("button", { name: "Cancel", exact: true })).toBeVisible();
  await chat.sendNow.click();
  await chat.lastAnswer.is("complete");
  expect(new Set(refused.keys).size).toBe(1);
});

test("a chat that is opened too soon says so once, and opens by itself when it is time", async ({ chat }) => {
  const page = chat.page;
  await chat.open();
  await (await chat.ask("/fast the one to be opened")).is("complete");
  const address = new URL(page.url()).pathname;
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  const opened = await refuseToOpen(chat, address, 1, 3);
  await page.locator(`nav a[href="${address}"]`).click();
  await expect(page.getByRole("status").filter({ hasText: "You can go on in" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "What can I help with?" })).toHaveCount(0);
  await expect(chat.questions).toHaveText(/the one to be opened/);
  expect(opened.times).toBe(2);
});

test("a chat that is opened too soon says so beside the question that waits in it", async ({ chat }) => {
  const page = chat.page;
  await chat.open();
  await (await chat.ask("/fast the one to be opened")).is("complete");
  const address = new URL(page.url()).pathname;
  await refuse(chat, 1, 60);
  await ask(chat, "/fast this one waits");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await refuseToOpen(chat, address, Infinity, 60);
  await page.locator(`nav a[href="${address}"]`).click();
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expect(chat.waiting).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("what waits can be read by all", async ({ chat }) => {
      await refuse(chat, 1, 60);
      await chat.open();
      await ask(chat, "/fast hello");
      expect(await faults(chat.page)).toEqual([]);
      await expect(chat.page.getByRole("log").filter({ hasText: "You can send again in" })).toBeAttached();
    });
  });
}
