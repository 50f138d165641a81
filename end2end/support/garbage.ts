import type { Page } from "@playwright/test";

/** Has the browser collect what the page does not need any more, and tell the page so. */
export async function collectGarbage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (let time = 0; time < 3; time++) await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  await page.waitForTimeout(100);
}
