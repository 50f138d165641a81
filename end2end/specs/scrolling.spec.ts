import { expect, test } from "../support/fixtures";

test("the page follows the answer, lets go when the reader scrolls up, and comes back", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast /long 1000")).is("complete");
  const answer = await chat.ask("/long 2000");
  await answer.growsBeyond(await answer.begins(200));
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
  await expect(chat.jumpToLatest).toBeHidden();

  await chat.scrollUpBy(900);
  await expect(chat.jumpToLatest).toBeVisible();
  const away = await chat.distanceFromEnd();
  const height = (await answer.article.boundingBox())!.height;
  await expect.poll(async () => (await answer.article.boundingBox())!.height).toBeGreaterThan(height + 60);
  expect(await chat.distanceFromEnd(), "what comes pushes the end away, not the reader").toBeGreaterThan(away + 40);

  await chat.jumpToLatest.click();
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
  await expect(chat.jumpToLatest).toBeHidden();
  await chat.stop.click();
});

test("a reload ends at the latest message", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast /long 1500")).is("complete");
  await chat.reload();
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThan(150);
});

test("the end stays in sight while what is typed grows and is taken back, and a reader elsewhere stays where they are", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast /long 1500")).is("complete");
  const atEnd = () => expect.poll(() => chat.distanceFromEnd()).toBeLessThan(3);
  await atEnd();
  for (let line = 0; line < 3; line++) {
    await chat.input.press("Shift+Enter");
    await atEnd();
  }
  await chat.input.fill("line\n".repeat(30));
  await atEnd();
  await chat.input.fill("");
  await atEnd();

  await chat.scrollUpBy(700);
  await expect(chat.jumpToLatest).toBeVisible();
  const top = async () => (await chat.answers.last().boundingBox())!.y;
  // The wheel rolls out.
  await expect.poll(async () => Math.abs((await top()) - (await page.waitForTimeout(200).then(top)))).toBe(0);
  const before = await top();
  await chat.input.fill("line\n".repeat(30));
  await page.waitForTimeout(300);
  expect(await top()).toBe(before);
});

test("whoever edits a question has it stay where it is, and not the end", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast as it was")).is("complete");
  const list = page.locator(".message-list");
  await expect(list).toHaveCSS("overflow-anchor", "none");
  await chat.questions.hover();
  await chat.questions.getByRole("button", { name: "Edit question" }).click();
  await expect(list).toHaveCSS("overflow-anchor", "auto");
});
