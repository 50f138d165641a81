import { expect, test } from "../support/fixtures";
import { ChatPage, stored } from "../pages/chat-page";

test.use({ expectedInConsole: /Failed to load resource|ERR_/ });

test("a reload in the middle shows what came, goes on, and doubles nothing", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 300")).begins(60);
  await expect(chat.page).toHaveURL(/\/c\//);
  await chat.page.reload({ waitUntil: "commit" });
  // Rendered by the server: there before the page is alive.
  await expect(chat.lastAnswer.article).toBeVisible();
  await chat.alive();
  await chat.lastAnswer.is("streaming");
  const length = (await chat.lastAnswer.text()).length;
  await chat.lastAnswer.growsBeyond(length);
  await chat.lastAnswer.is("complete", 40_000);
  await expect(chat.answers).toHaveCount(1);

  await sameAsOnTheServer(chat);
});

test("after a cut connection the page goes on by itself", async ({ chat, network }) => {
  await chat.open(network.url);
  const answer = await chat.ask("/long 300");
  await answer.begins(60);
  network.cut();
  await answer.growsBeyond(await answer.begins());
  network.cut();
  await answer.is("complete", 40_000);
  await sameAsOnTheServer(chat);
});

test("while the network is away the page says so, and catches up afterwards", async ({ chat, network }) => {
  await chat.open(network.url);
  const answer = await chat.ask("/long 300");
  await answer.begins(60);
  network.down();
  await expect(chat.page.getByText(/reconnecting|connection lost/i).first()).toBeVisible();
  network.mend();
  await answer.is("complete", 40_000);
  await expect(chat.page.getByText(/reconnecting|connection lost/i)).toHaveCount(0);
  await sameAsOnTheServer(chat);
});

test("a browser that was offline catches up", async ({ chat, context, network }) => {
  await chat.open(network.url);
  const answer = await chat.ask("/long 300");
  await answer.begins(60);
  await context.setOffline(true);
  // Chromium lets open connections be, so that something still arrives; then they fall silent, as on a real network.
  await answer.growsBeyond((await answer.text()).length);
  network.freeze();
  await expect(chat.page.getByText(/reconnecting|connection lost|offline/i).first()).toBeVisible();
  await context.setOffline(false);
  network.mend();
  await answer.is("complete", 40_000);
  await sameAsOnTheServer(chat);
});
test("an answer that ended while nobody looked is there afterwards", async ({ chat, network }) => {
  await chat.open(network.url);
  const answer = await chat.ask("/fast /long 300");
  await answer.begins(20);
  const address = chat.page.url().replace(network.url, "");
  network.down();
  await chat.page.goto("about:blank");
  network.mend();
  await expect.poll(async () => (await stored(chat.page.request, network.url + address)).at(-1)!.status).toBe("complete");
  await chat.open(network.url + address);
  await chat.lastAnswer.is("complete");
  await sameAsOnTheServer(chat);
});

test("two tabs show the same answer, and either can stop it", async ({ chat, context }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  await answer.begins(40);
  await expect(chat.page).toHaveURL(/\/c\//);
  const second = new ChatPage(await context.newPage());
  await second.open(chat.page.url());
  await second.lastAnswer.is("streaming");
  await second.lastAnswer.growsBeyond(await second.lastAnswer.begins());
  await answer.is("streaming");

  await second.stop.click();
  await second.lastAnswer.is("stopped");
  await answer.is("stopped");
  const kept = bare((await chat.stored()).at(-1)!.content.replace(/^#+ /gm, ""));
  for (const tab of [chat, second]) expect(bare(await tab.lastAnswer.text())).toContain(kept);
});

test("an answer of another visitor cannot be read", async ({ chat, browser, baseURL }) => {
  await chat.open();
  await (await chat.ask("/fast a secret")).is("complete");
  const stranger = await browser.newContext({ baseURL });
  const response = await (await stranger.newPage()).goto(chat.page.url());
  expect(response?.status()).toBe(404);
  await stranger.close();
});

/** What is shown after all breaks is, word for word, what the server has and what a fresh page shows. */
async function sameAsOnTheServer(chat: ChatPage) {
  await expect(chat.answers).toHaveCount(1);
  const shown = bare(await chat.lastAnswer.text());
  const written = (await chat.stored()).at(-1)!.content.replace(/^#+ /gm, "");
  expect(shown).toContain(bare(written));
  await chat.reload();
  await chat.lastAnswer.is("complete");
  expect(bare(await chat.lastAnswer.text())).toContain(bare(written));
}

function bare(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
