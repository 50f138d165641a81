import { expect, test } from "../support/fixtures";

test("an answer grows while it is being made", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("Tell me about rivers");
  await expect(chat.questions.last()).toContainText("Tell me about rivers");

  const lengths = [await answer.begins(1)];
  for (let i = 0; i < 4; i++) {
    await answer.is("streaming");
    lengths.push(await answer.growsBeyond(lengths.at(-1)!));
  }
  await answer.is("complete", 40_000);
  expect((await answer.text()).length).toBeGreaterThan(lengths.at(-1)!);
});

test("a sent message empties the writing place and has an address", async ({ chat }) => {
  await chat.open();
  await chat.ask("/fast hello");
  await expect(chat.input).toHaveValue("");
  await expect(chat.page).toHaveURL(/\/c\/[0-9a-f-]{36}$/);
});

test("markdown is rendered", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast Show me what you can do");
  await answer.is("complete");
  for (const element of ["h2, h3", "ul, ol", "table", "pre code", "strong"]) {
    await expect(answer.article.locator(element).first(), element).toBeVisible();
  }
});

test("markdown that a person writes cannot become script", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask('/fast <img src=x onerror="window.harmed=1"> [x](javascript:window.harmed=1)');
  await answer.is("complete");
  expect(await chat.page.evaluate(() => "harmed" in window)).toBe(false);
  await expect(chat.page.locator('article img[src="x"], article a[href^="javascript"]')).toHaveCount(0);
});

test("the code of an answer can be copied", async ({ chat, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  const answer = await chat.ask("/fast hello");
  await answer.is("complete");
  await answer.article.getByRole("button", { name: "Copy", exact: true }).first().click();
  const copied = await chat.page.evaluate(() => navigator.clipboard.readText());
  expect(copied.trim().length).toBeGreaterThan(0);
  expect((await chat.stored()).at(-1)!.content).toContain(copied.trim());
});

test("reasoning is shown apart from the answer", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast /reasoning hello");
  await answer.is("complete");
  const message = (await chat.stored()).at(-1)!;
  expect(message.reasoning).toBeTruthy();
  await expect(answer.article.locator("details")).toHaveCount(1);
});

test("an answer that was cut off says so, now and later", async ({ chat }) => {
  await chat.open();
  for (const [command, words] of [["/length", "length limit"], ["/filter", "content filter"]] as const) {
    const answer = await chat.ask(`/fast ${command} hello`);
    await answer.is("complete");
    await expect(answer.article).toContainText(words);
  }
  await chat.reload();
  await expect(chat.answer(0).article).toContainText("length limit");
  await expect(chat.answer(1).article).toContainText("content filter");
});

test("while an answer comes, its speed is shown", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/long 500");
  await answer.begins();
  await expect(chat.page.getByText(/tokens?\/s/).first()).toBeVisible();
  await chat.stop.click();
});

test("a double click sends once", async ({ chat }) => {
  await chat.open();
  // Long enough for Stop to be where Send was when the second click comes.
  await chat.input.fill("/long 60");
  await chat.send.dblclick();
  await expect(chat.answers).toHaveCount(1);
  await chat.answer(0).is("complete");
  await expect(chat.questions).toHaveCount(1);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant"]);
});

test("a double click stops, and does not send what is being written", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/long 2000")).begins();
  await chat.input.fill("not yet");
  await chat.stop.dblclick();
  await chat.lastAnswer.is("stopped");
  await expect(chat.input).toHaveValue("not yet");
  await expect(chat.questions).toHaveCount(1);
});

test("nothing is sent when there is nothing to send", async ({ chat }) => {
  await chat.open();
  await chat.input.fill("   \n ");
  await chat.input.press("Enter");
  await expect(chat.questions).toHaveCount(0);
  await expect(chat.page).toHaveURL(/\/$/);
});

test("a second question goes into the same conversation", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast one")).is("complete");
  const address = chat.page.url();
  await (await chat.ask("/fast two")).is("complete");
  expect(chat.page.url()).toBe(address);
  await expect(chat.questions).toHaveCount(2);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
});

test("the next question can be written while an answer comes", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  const length = await answer.begins();
  await chat.input.pressSequentially("the next question");
  await expect(chat.input).toHaveValue("the next question");
  await answer.growsBeyond(length);
  await answer.is("streaming");
  await chat.stop.click();
  await expect(chat.input).toHaveValue("the next question");
});

test("a long answer is shown whole", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/fast /long 5000");
  await answer.is("complete", 40_000);
  const words = (text: string) => text.replace(/^#+ /gm, "").split(/\s+/).filter(Boolean);
  const written = words((await chat.stored()).at(-1)!.content);
  expect(written.length).toBeGreaterThan(5000);
  // What is out of sight is not laid out, and `innerText` leaves it out.
  const shown = (await answer.article.locator(".markdown__page > *").allTextContents()).join("\n");
  expect(words(shown).join(" ")).toContain(written.join(" "));
});
