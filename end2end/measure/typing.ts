// From a key to the paint that shows what it has typed.
import type { Locator, Page } from "@playwright/test";

const KEYS = 400;

/** Types into a place and returns a row of a table. */
export async function typed(what: string, page: Page, place: Locator): Promise<string> {
  await place.focus();
  await page.evaluate(watch);
  // At another moment of a frame each time.
  const press = async (key: string, at: number) => {
    await page.keyboard.press(key);
    await page.waitForTimeout(80 + ((at * 37) % 53));
  };
  for (let key = 0; key < KEYS; key++) {
    await press(key % 6 === 5 ? "Space" : "abcdefghij"[key % 10]!, key);
    if (key % 100 !== 99) continue;
    // By keys too: what fills a field for a test presses one itself, and leaves no time before the next.
    await press("Control+a", key + 1);
    await press("Delete", key + 2);
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
      // What is pressed with another key says nothing by itself.
      event.key !== "Control" &&
      requestAnimationFrame(() => {
        // The first task after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => paints.push(performance.now() - event.timeStamp);
        port2.postMessage(0);
      }),
    true,
  );
}
