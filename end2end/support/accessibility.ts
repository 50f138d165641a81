// The accessibility checker. (@axe-core/playwright needs a newer Node.js than this project.)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { settled } from "./states";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Checker {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** What an accessibility checker finds fault with, by rule and place: all of its rules, and the one of WCAG 2.2 that it leaves out unless it is asked. */
export async function faults(page: Page): Promise<string[]> {
  // The page's policy allows no script tag that is not its own.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  // What is half faded in has the contrast of nothing that stays.
  await settled(page);
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: Checker }).axe;
    const { violations } = await checker.run({ rules: { "target-size": { enabled: true } } });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary.replaceAll(/\s+/g, " ")}`));
  });
}
