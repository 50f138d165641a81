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
  const { paints, events } = await page.evaluate(() => (window as unknown as { typing: Typing }).typing);
  // What took less than 16 ms the browser does not tell; it tells in steps of 8 ms.
  const told = [...events, ...Array.from({ length: Math.max(0, KEYS - events.length) }, () => 8)];
  const milliseconds = (figures: number[], share: number) => `${at(figures, share).toFixed(1)} ms`;
  return `| ${what} | ${milliseconds(paints, 0.5)} | ${milliseconds(paints, 0.99)} | ${milliseconds(paints, 1)} | ${at(told, 0.99)} ms |`;
}

function at(figures: number[], share: number): number {
  const sorted = [...figures].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

interface Typing {
  paints: number[];
  /** The browser's durations of the events, those of at least 16 ms. */
  events: number[];
}

/** Runs in the page. */
function watch(): void {
  const typing: Typing = { paints: [], events: [] };
  Object.assign(window, { typing });
  addEventListener(
    "keydown",
    (event) =>
      requestAnimationFrame(() => {
        // The first task after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => typing.paints.push(performance.now() - event.timeStamp);
        port2.postMessage(0);
      }),
    true,
  );
  const note = (entries: PerformanceObserverEntryList) =>
    entries.getEntries().filter(({ name }) => name === "keydown").forEach(({ duration }) => typing.events.push(duration));
  new PerformanceObserver(note).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
}
