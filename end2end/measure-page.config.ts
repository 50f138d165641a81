// Measures how the page shows long answers and takes keystrokes, on a quiet machine; run by scripts/bench-page.sh.
import tests, { freePort, server } from "./playwright.config";

// The workers read this file again.
const port = (process.env.RIVULET_BENCH_PORT ??= freePort());

export default {
  ...tests,
  testDir: "measure",
  testMatch: "page.spec.ts",
  reporter: "line",
  retries: 0,
  workers: 1,
  timeout: 900_000,
  use: { ...tests.use, trace: "off", screenshot: "off" },
  webServer: {
    ...server,
    env: { ...server.env, OPENAI_COMPATIBLE_BASE_URL: `http://127.0.0.1:${port}/v1`, RIVULET_MODEL: "compatible/tokens" },
  },
};
