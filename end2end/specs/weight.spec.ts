// What a first visit fetches must not grow without anybody noticing; docs/performance.md has the figures.
import http from "node:http";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "../support/fixtures";

/** What everything together may weigh, in bytes of brotli. The aim is 300,000. */
const BUDGET = 493_000;

test("a first visit fetches no more than it may", async ({ chat }) => {
  const fetched = new Map<string, string>();
  chat.page.on("response", (response) => {
    const kind = response.request().resourceType();
    // What is asked of the server afterwards is data, and not the page.
    if (!response.url().includes("/api/")) fetched.set(response.url(), kind);
  });
  await chat.open();
  expect([...fetched.keys()].some((address) => address.endsWith(".wasm"))).toBe(true);
  const table = await Promise.all(
    [...fetched].map(async ([address, kind]) => ({ file: new URL(address).pathname, kind, bytes: await weight(address) })),
  );
  const together = table.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of [...table, { file: "together", bytes: together }]) {
    console.log(`    ${(bytes / 1000).toFixed(1).padStart(7)} kB  ${file}`);
  }
  expect(together).toBeLessThanOrEqual(BUDGET);
});

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
