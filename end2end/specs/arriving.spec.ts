// What is typed and sent is never lost, whatever becomes of the network, the server or the page on the way.
import { expect, test } from "../support/fixtures";

test.use({ expectedInConsole: /Failed to load resource|ERR_/ });

test("a question that finds no server is sent when the page is loaded again", async ({ chat, network, page }) => {
  await chat.open(network.url);
  await (await chat.ask("/fast the first")).is("complete");
  const address = page.url();
  network.down();
  await chat.ask("/fast precious words");
  await page.goto("about:blank");
  network.mend();
  await chat.open(address);
  await expect(chat.questions).toHaveText([/the first/, /precious words/]);
  await expect(chat.answers).toHaveCount(2);
  await chat.lastAnswer.is("complete");
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
});

test("who goes to another chat at once has the question sent all the same", async ({ chat, page, sidebar }) => {
  await chat.open();
  await (await chat.ask("/fast the other chat")).is("complete");
  await chat.newChat.click();
  await page.route("**/messages", async (route) => {
    await new Promise((done) => setTimeout(done, 1_000));
    await route.continue().catch(() => undefined);
  });
  await chat.ask("/fast precious words");
  await sidebar.link(/the other chat/).click();
  await expect(chat.questions).toHaveText(/the other chat/);
  await sidebar.link(/precious words/).click();
  await expect(chat.questions).toHaveText(/precious words/);
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveCount(1);
});

test("the first question outlives a reload while its chat is being made", async ({ chat, page }) => {
  await page.route("**/messages", (route) => route.abort());
  await chat.open();
  await chat.ask("/fast precious words");
  await expect(page).toHaveURL(/\/c\//);
  await page.unroute("**/messages");
  await chat.reload();
  await expect(chat.questions).toHaveText(/precious words/);
  await chat.lastAnswer.is("complete");
  await expect(chat.answers).toHaveCount(1);
});

test("a question that could not be sent waits in its chat", async ({ chat, network, page, sidebar }) => {
  await chat.open(network.url);
  await (await chat.ask("/fast the first chat")).is("complete");
  await chat.newChat.click();
  await (await chat.ask("/fast the second chat")).is("complete");
  network.down();
  await chat.ask("/fast precious words");
  await sidebar.link(/the first chat/).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  network.mend();
  await sidebar.link(/the second chat/).click();
  await expect(chat.waiting).toContainText("may not have reached the server");
  await expect(chat.questions.last()).toHaveText(/precious words/);
  await chat.sendNow.click();
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveCount(2);
});
