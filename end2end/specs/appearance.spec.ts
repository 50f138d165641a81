import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("the page follows the system's colours, and can be read", async ({ chat }) => {
      await chat.open();
      expect(await faults(chat.page)).toEqual([]);
      await (await chat.ask("/fast Show me what you can do")).is("complete");
      const brightness = await chat.page.evaluate(() => {
        const colour = getComputedStyle(document.body).backgroundColor;
        const canvas = document.createElement("canvas").getContext("2d")!;
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
        return (red + green + blue) / 3;
      });
      if (colorScheme === "dark") expect(brightness).toBeLessThan(80);
      else expect(brightness).toBeGreaterThan(200);
      expect(await faults(chat.page)).toEqual([]);
    });
  });
}

test("a screen reader is told of the end, not of each word", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  const live = await chat.answers.evaluateAll((articles) => articles.filter((article) => article.closest("[aria-live=polite], [aria-live=assertive], [role=log]:not([aria-live=off])")).length);
  expect(live, "a live region around growing text reads every token aloud").toBe(0);
  await expect(chat.page.locator("[aria-live=polite], [role=status]").first()).toBeAttached();
});
