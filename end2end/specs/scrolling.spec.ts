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
