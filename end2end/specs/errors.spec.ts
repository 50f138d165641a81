import { expect, test } from "../support/fixtures";

test("a failure is told in words, and the question stays", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/error overloaded");
  await answer.is("failed", 40_000);
  await expect(answer.article.getByRole("alert").or(chat.page.getByRole("alert")).first()).toContainText(/busy|overloaded/i);
  await expect(chat.questions.last()).toContainText("/error overloaded");
  await expect(chat.retry.last()).toBeVisible();
  await expect(chat.input).toBeEnabled();
});

test("a failure in the middle keeps what had come", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast /error overloaded after 20");
  await answer.is("failed");
  await expect(answer.article).toContainText("demo model");
  expect((await chat.stored()).at(-1)!.content).toContain("demo model");
});

test("an answer that breaks off is not passed off as whole", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast /cut");
  await answer.is("failed");
  await expect(chat.retry.last()).toBeVisible();
});

test("Retry asks the same question again, in place", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast /error overloaded after 20")).is("failed");
  const first = (await chat.stored()).at(-1)!.generation_id;
  await chat.retry.last().click();
  await expect.poll(async () => (await chat.stored()).at(-1)!.generation_id).not.toBe(first);
  await chat.lastAnswer.is("failed");
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.answers).toHaveCount(1);
});

test.describe("a server that cannot be reached", () => {
  test.use({ expectedInConsole: /Failed to load resource|ERR_/ });

  test("gets the question as soon as it can be", async ({ chat, network }) => {
    await chat.open(network.url);
    await chat.touch();
    network.down();
    await chat.ask("/fast are you there?");
    await expect(chat.page.getByText(/reconnecting/i)).toBeVisible();
    await expect(chat.questions).toContainText("are you there?");
    network.mend();
    await chat.lastAnswer.is("complete");
    await expect(chat.questions).toHaveCount(1);
    expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
  });

  test("in the end is told in words, keeps the question, and Retry sends it", async ({ chat, network }) => {
    await chat.page.clock.install();
    await chat.open(network.url);
    await chat.touch();
    network.down();
    await chat.ask("/fast are you there?");
    await expect(async () => {
      await chat.page.clock.runFor(10_000);
      await chat.lastAnswer.is("failed", 200);
    }).toPass();
    await expect(chat.page.getByRole("main").getByRole("alert")).toContainText(/connection/i);
    await expect(chat.questions).toContainText("are you there?");
    network.mend();
    await chat.retry.last().click();
    await expect(async () => {
      await chat.page.clock.runFor(1_000);
      await chat.lastAnswer.is("complete", 200);
    }).toPass();
    expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
  });
});
