// Measures the page, one thing after the other on a quiet machine; run by scripts/bench-store.sh.
import tests, { server } from "./playwright.config";

const database = process.env.RIVULET_BENCH_DATABASE;
if (!database) throw new Error("RIVULET_BENCH_DATABASE must name a database that `make seed` has made");

export default {
  ...tests,
  testDir: "measure",
  testMatch: "much.spec.ts",
  reporter: "line",
  retries: 0,
  workers: 1,
  timeout: 600_000,
  use: { ...tests.use, trace: "off", screenshot: "off" },
  webServer: { ...server, env: { ...server.env, DATABASE_URL: `sqlite:${database}` } },
};
