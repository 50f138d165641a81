// From a key to the paint that shows what it has typed.
import type { Locator, Page } from "@playwright/test";

const KEYS = 400;

/** Types into a place and returns a row of a table. */
export async function typed(what: string, page: Page, place: Locator): Promise<string> {
  await place.focus();
  await page.evaluate(watch);
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(key % 6 === 5 ? "Space" : "abcdefghij"[key % 10]!);
    // At another moment of a frame each time.
    await page.waitForTimeout(80 + ((key * 37) % 53));
    if (key % 100 === 99) await place.fill("");
  }
  await page.waitForTimeout(500);
  const paints = await page.evaluate(() => (window as unknown as { paints: number[] }).paints);
  const milliseconds = (share: number) => `${at(paints, share).toFixed(1)} ms`;
  return `| ${what} | ${milliseconds(0.5)} | ${milliseconds(0.99)} | ${milliseconds(1)} |`;
}

function at(figures: number[], share: number): number {
  const sorted = [...figures].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Runs in the page. */
function watch(): void {
  const paints: number[] = [];
  Object.assign(window, { paints });
  addEventListener(
    "keydown",
    (event) =>
      requestAnimationFrame(() => {
        // The first task after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => paints.push(performance.now() - event.timeStamp);
        port2.postMessage(0);
      }),
    true,
  );
}
