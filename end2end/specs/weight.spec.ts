// What a first visit fetches must not grow without anybody noticing; docs/performance.md has the figures.
import http from "node:http";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures";
import { collectGarbage } from "../support/garbage";

/** What everything that a first visit fetches may weigh together, in bytes of brotli. The aim is 300,000: this only ever goes down. */
const BUDGET = 300_000;

test("a first visit fetches no more than it may, until a person does something", async ({ chat, page }) => {
  const fetched = fetchedBy(page);
  await chat.open();
  await settled(page);
  const first = await table("first visit", fetched);
  expect([...fetched].filter((address) => address.includes(".wasm"))).toHaveLength(1);
  expect(first).toBeLessThanOrEqual(BUDGET);
  fetched.clear();
  await page.mouse.move(100, 100);
  await expect.poll(() => [...fetched].filter((address) => address.includes("later"))).toHaveLength(1);
  await table("the first sign of a person", fetched);
});

test("nor does the first visit of a conversation", async ({ chat, page, context, browser }) => {
  await chat.open();
  await (await chat.ask("/fast what can an answer hold?")).is("complete");
  await (await chat.ask("/fast /reasoning and what else?")).is("complete");
  // A server that has just begun may leave what takes it long, such as the colours of code, to the page.
  await chat.reload();
  const state = await context.storageState();
  // A browser that knows who comes, and has nothing in its cache and nothing kept.
  const other = await browser.newContext({ storageState: { ...state, origins: [] } });
  const conversation = await other.newPage();
  const fetched = fetchedBy(conversation);
  await conversation.goto(page.url());
  await conversation.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  await settled(conversation);
  const first = await table("first visit of a conversation", fetched);
  expect([...fetched].filter((address) => address.includes(".wasm"))).toHaveLength(1);
  expect(first).toBeLessThanOrEqual(BUDGET);
  await other.close();
});

/** What is not ready by then comes from something that a first visit has no need of. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await page.waitForTimeout(500);
  // The program is told when something that it gave away is gone, which may run what comes later.
  await collectGarbage(page);
}

/** The addresses that a page fetches, but for data: a conversation, and what is asked of the server afterwards, are not the page. */
function fetchedBy(page: Page): Set<string> {
  const fetched = new Set<string>();
  page.on("response", (response) => {
    if (!/\/api\/|\/c\//.test(response.url())) fetched.add(response.url());
  });
  return fetched;
}

/** Prints what is fetched, with its weight; that of all. */
async function table(name: string, fetched: Set<string>): Promise<number> {
  const files = await Promise.all([...fetched].map(async (address) => ({ file: new URL(address).pathname, bytes: await weight(address) })));
  const together = files.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`  ${name}`);
  for (const { file, bytes } of [...files, { file: "together", bytes: together }]) {
    console.log(`    ${(bytes / 1000).toFixed(1).padStart(7)} kB  ${file}`);
  }
  return together;
}

/** What comes over the wire for an address in brotli. */
function weight(address: string): Promise<number> {
  return new Promise((done, failed) => {
    const asked = http.get(address, { headers: { "accept-encoding": "br" } }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const body = Buffer.concat(pieces);
        // The page itself is made for each visitor and left to a proxy to compress.
        done(response.headers["content-encoding"] === "br" ? body.length : brotliCompressSync(body).length);
      });
    });
    asked.on("error", failed);
  });
}
