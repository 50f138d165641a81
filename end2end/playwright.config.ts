// Drives the release build in Chromium, on a port and in a folder of its own.
import { defineConfig } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

// The workers read this file again; they inherit what the first reading puts into the environment.
const port = (process.env.RIVULET_E2E_PORT ??= freePort());
const folder = (process.env.RIVULET_E2E_FOLDER ??= mkdtempSync(join(tmpdir(), "rivulet-e2e-")));
const chromium =
  process.env.RIVULET_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** The product as it is run by people. */
export const server = {
  command: join(root, "target/release/rivulet"),
  cwd: folder,
  url: `http://127.0.0.1:${port}/healthz`,
  timeout: 30_000,
  gracefulShutdown: { signal: "SIGTERM" as const, timeout: 5_000 },
  env: {
    RIVULET_ADDR: `127.0.0.1:${port}`,
    RIVULET_DATA_DIR: folder,
    RIVULET_TITLES: "off",
    RIVULET_PRICES: "demo/*=100/200/50 EUR",
    // High enough for every test, and its headers are there to be seen.
    RIVULET_RATE_LIMIT: "1000/s",
    RIVULET_MAX_STREAMS_PER_CLIENT: "off",
    RIVULET_REQUEST_LIMIT: "off",
    RIVULET_DISCOVER: "off",
  },
};

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  // A server that answers nothing would otherwise be waited for in every test.
  maxFailures: process.env.CI ? 10 : 0,
  // Tells a machine that was busy from a fault; what needed it is reported as flaky.
  retries: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["html", { open: "never" }], ["./support/summary-reporter.ts"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: "en-GB",
    // Tests that stand between the page and the network would not see what goes through one.
    serviceWorkers: "block",
    // Recording is work too; the second try is there to be recorded.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      // Without one on the machine, Playwright's own is used.
      executablePath: chromium,
      // A browser that isn't up by then never will be; the next try gets another.
      timeout: 60_000,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: server,
});

export function freePort(): string {
  const program = "const s=require('net').createServer();s.listen(0,'127.0.0.1',()=>{process.stdout.write(String(s.address().port));s.close()})";
  return execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }).trim();
}
