import { expect, test } from "../support/fixtures";

test("a browser that cannot read streams gets whole answers, and is told", async ({ chat }) => {
  await chat.page.addInitScript(() => {
    Reflect.deleteProperty(window, "ReadableStream");
    Object.defineProperty(Response.prototype, "body", { get: () => null });
  });
  await chat.open();
  await chat.ask("/long 100");
  await expect(chat.page.getByText(/streaming is not possible/i)).toBeVisible();
  await chat.lastAnswer.is("complete");
  expect((await chat.lastAnswer.text()).length).toBeGreaterThan(400);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
});

test("when something on the way buffers, the answer comes whole, and the page says so", async ({ chat, network }) => {
  test.setTimeout(90_000);
  await chat.open(network.url);
  network.hold();
  await chat.ask("/long 1000");
  await expect(chat.page.getByText(/streaming is not possible/i)).toBeVisible({ timeout: 20_000 });
  await chat.lastAnswer.is("complete", 60_000);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
  await expect(chat.answers).toHaveCount(1);
});
