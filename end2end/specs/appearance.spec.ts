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

test("an answer under way is seen in the colours that a system forces", async ({ chat, page, scripted }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await chat.open(scripted.url);
  const steps: (() => void)[] = [];
  scripted.next(async ({ say }) => {
    const next = () => new Promise<void>((done) => steps.push(done));
    await next();
    say({ type: "reasoning", content: "One looks at the source." });
    await next();
    say({ type: "chunk", content: "A river begins" });
    await next();
    say({ type: "complete", finish_reason: "stop" });
  });
  const isSeen = (selector: string, part?: string) =>
    page.evaluate(
      ([selector, part]) => {
        const element = document.querySelector(selector!);
        const colour = (of: Element, part?: string) => getComputedStyle(of, part).backgroundColor;
        return element !== null && !["rgba(0, 0, 0, 0)", colour(document.body)].includes(colour(element, part));
      },
      [selector, part],
    );
  const answer = await chat.ask("Where does a river begin?");
  await expect.poll(() => isSeen(".thinking span")).toBe(true);
  await expect.poll(() => steps.length).toBe(1);
  steps[0]!();
  await expect.poll(() => isSeen(".reasoning__live", "::after")).toBe(true);
  await expect.poll(() => steps.length).toBe(2);
  steps[1]!();
  await expect.poll(() => isSeen(".assistant-message > .markdown p", "::after")).toBe(true);
  await expect.poll(() => steps.length).toBe(3);
  steps[2]!();
  await answer.is("complete");

  await chat.open();
  await (await chat.ask("/long 2000")).begins();
  await expect.poll(() => isSeen(".conversation-row__live")).toBe(true);
  await chat.stop.click();
  await chat.lastAnswer.is("stopped");
});

test("a screen reader is told of the end, not of each word", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  const live = await chat.answers.evaluateAll((articles) => articles.filter((article) => article.closest("[aria-live=polite], [aria-live=assertive], [role=log]:not([aria-live=off])")).length);
  expect(live, "a live region around growing text reads every token aloud").toBe(0);
  await expect(chat.page.locator("[aria-live=polite], [role=status]").first()).toBeAttached();
});
