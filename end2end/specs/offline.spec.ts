import { expect, test } from "../support/fixtures";

test.use({ expectedInConsole: /ERR_INTERNET_DISCONNECTED|Failed to load resource|ERR_NETWORK_CHANGED/ });

test("what is asked without a network goes out when it is back", async ({ chat, context, page, sidebar }) => {
  await chat.open();
  await (await chat.ask("/fast before")).is("complete");
  await context.setOffline(true);
  await expect(page.getByRole("status").filter({ hasText: "You are offline." })).toBeVisible();
  const answer = await chat.ask("/fast meanwhile");
  await expect(answer.article).toContainText("reconnecting");
  await context.setOffline(false);
  await answer.is("complete", 30_000);
  await expect(page.getByText("You are offline.")).toHaveCount(0);
  expect((await chat.stored()).filter((message) => message.role === "user").length).toBe(2);
  await expect(sidebar.rows).toHaveCount(1);
});

test("an answer that loses its network goes on where it was", async ({ chat, context }) => {
  await chat.open();
  const answer = await chat.ask("/long 400");
  const length = await answer.begins();
  await context.setOffline(true);
  await expect(chat.page.getByText("You are offline.")).toBeVisible();
  await context.setOffline(false);
  await answer.growsBeyond(length);
  await answer.is("complete", 40_000);
  const [, stored] = await chat.stored();
  expect(stored!.status).toBe("complete");
});

test("a chat that could not be opened without a network is opened when it is back", async ({ chat, context, sidebar }) => {
  await chat.open();
  await (await chat.ask("/fast the first chat")).is("complete");
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await context.setOffline(true);
  await sidebar.link(/the first chat/).click();
  await expect(chat.page.getByRole("alert").first()).toBeVisible();
  await context.setOffline(false);
  await expect(chat.questions).toHaveText(/the first chat/);
});
