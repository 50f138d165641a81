// The accessibility checker. (@axe-core/playwright needs a newer Node.js than this project.)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What an accessibility checker finds fault with, by rule and place. */
export async function faults(page: Page): Promise<string[]> {
  // The page's policy allows no script tag that is not its own.
  await page.evaluate(axe);
  // What is half faded in has the contrast of nothing that stays.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity).map((one) => one.finished)));
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe;
    const { violations } = await checker.run();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
  });
}
