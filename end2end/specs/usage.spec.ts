import { expect, test } from "../support/fixtures";

test("tokens, time and cost stand under an answer, also after a reload", async ({ chat, page }) => {
  await chat.open();
  const answer = await chat.ask("/reasoning Why is the sky blue?");
  await answer.is("complete");
  const figure = (name: string) => answer.article.locator(`[data-figure=${name}]`);
  const says = { tokens: /^[\d,]+ tokens$/, speed: /^[\d,]+ tokens\/s$/, "first-token": /^first token after /, duration: /^took \d/, cost: /^€\d/ };
  for (const [name, words] of Object.entries(says)) await expect(figure(name)).toHaveText(words);
  await expect(answer.article.locator(".reasoning summary")).toHaveText(/^Thought for \d/);
  const [cost, thought] = [await figure("cost").textContent(), await answer.article.locator("summary").first().textContent()];

  await chat.reload();
  await expect(figure("cost")).toHaveText(cost!);
  for (const [name, words] of Object.entries(says)) await expect(figure(name)).toHaveText(words);
  await expect(answer.article.locator("summary").first()).toHaveText(/^Thought for \d/);
  expect(thought).toBeTruthy();
  const [, stored] = await chat.stored();
  expect(stored).toMatchObject({ cost: { currency: "EUR" }, stats: { reasoning_ms: expect.any(Number) } });
  expect(page.url()).toContain("/c/");
});

test("a chat tells what all its answers cost", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast one")).is("complete");
  const note = page.locator(".menu__note");
  const read = async () => {
    await chat.options.click();
    await expect(note).toHaveText(/^[\d,]+ tokens · €\d/);
    const text = (await note.textContent())!;
    await page.keyboard.press("Escape");
    return Number(text.replace(/[^\d].*$/, "")) || Number(text.split(" ")[0]!.replaceAll(",", ""));
  };
  const first = await read();
  await (await chat.ask("/fast two")).is("complete");
  const second = await read();
  expect(second).toBeGreaterThan(first);
  await chat.reload();
  expect(await read(), "it is kept").toBe(second);
});

test("a model that thinks is seen to think", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/slow /reasoning Why?");
  await expect(answer.article.locator(".reasoning summary")).toHaveText(/^Thinking for \d+\ss…$/);
  await chat.stop.click();
});
