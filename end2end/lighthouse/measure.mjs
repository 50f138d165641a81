// Lighthouse on the built product, as a phone sees it: on the empty page, on a conversation and on the page that others see of it. Of each page it takes
// the run in the middle of several, prints a table, and fails if any score is below what it must be.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const root = resolve(import.meta.dirname, "../..");
const reports = join(root, "target/lighthouse");
const CATEGORIES = ["performance", "accessibility", "best-practices"];
/** What each score must be at least, of 100. */
const LEAST = 95;
const RUNS = Number(process.env.LIGHTHOUSE_RUNS ?? 3);

/** Runs the server on a port and in a folder of its own while `work` is done. */
async function served(work) {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-lighthouse-"));
  const port = await freePort();
  const env = { ...process.env, RIVULET_ADDR: `127.0.0.1:${port}`, RIVULET_DATA_DIR: folder, RIVULET_DISCOVER: "off", RIVULET_TITLES: "off" };
  const server = spawn(join(root, "target/release/rivulet"), { env, cwd: folder, stdio: "ignore" });
  try {
    const address = `http://127.0.0.1:${port}`;
    await answers(`${address}/healthz`);
    return await work(address);
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
    rmSync(folder, { recursive: true });
  }
}

async function freePort() {
  const socket = createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

async function answers(address) {
  for (let tries = 0; tries < 150; tries++) {
    const is = await fetch(address).then((response) => response.ok, () => false);
    if (is) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${address} does not answer`);
}

/** Holds a conversation of some questions and shares it; gives the pages and the visitor's cookies. */
async function pages(address) {
  const first = await fetch(address);
  const cookie = first.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const ask = async (path, body) => {
    const response = await fetch(address + path, { method: "POST", headers: { cookie, "content-type": "application/json", "accept": "application/json" }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const { id } = JSON.parse(await ask("/api/conversations", {}));
  for (const content of ["/fast Show me what you can do", "/fast /reasoning What is a river?", "/fast And what is a sea?"]) {
    await ask(`/api/conversations/${id}/messages`, { content });
  }
  const { path } = JSON.parse(await ask(`/api/conversations/${id}/share`, {}));
  return [
    { name: "the empty page", url: `${address}/`, cookie },
    { name: "a conversation", url: `${address}/c/${id}`, cookie },
    { name: "a shared page", url: address + path, cookie: "" },
  ];
}

/** One run with Lighthouse's own settings for a phone: 4 times slower than this machine, 1.6 Mbit/s with 150 ms to and fro. */
async function run({ url, cookie }, port) {
  const { lhr, report } = await lighthouse(url, { port, output: "html", logLevel: "error", onlyCategories: CATEGORIES, extraHeaders: cookie ? { cookie } : undefined });
  const scores = CATEGORIES.map((category) => Math.round((lhr.categories[category].score ?? 0) * 100));
  const figure = (audit) => lhr.audits[audit].numericValue ?? 0;
  const figures = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"].map(figure);
  const lost = CATEGORIES.flatMap((category) =>
    lhr.categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9).map(({ id }) => id),
  );
  return { scores, figures, lost, report, version: lhr.lighthouseVersion };
}

const results = await served(async (address) => {
  const all = [];
  for (const page of await pages(address)) {
    const runs = [];
    for (let at = 0; at < RUNS; at++) {
      const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
      const chrome = await launch({ chromePath: process.env.CHROME_PATH, chromeFlags: flags });
      try {
        runs.push(await run(page, chrome.port));
      } finally {
        chrome.kill();
      }
    }
    runs.sort((one, other) => one.scores[0] - other.scores[0]);
    all.push({ name: page.name, ...runs[Math.floor(runs.length / 2)] });
  }
  return all;
});

mkdirSync(reports, { recursive: true });
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
console.log(`\nLighthouse ${results[0].version}, phone, the middle one of ${RUNS} runs\n`);
console.log("| | performance | accessibility | best practices | first paint | largest paint | blocked | shift | speed index |");
console.log("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
for (const { name, scores, figures, report } of results) {
  const [first, largest, blocked, shift, speed] = figures;
  const cells = [name, ...scores, seconds(first), seconds(largest), `${blocked.toFixed(0)} ms`, shift.toFixed(3), seconds(speed)];
  console.log(`| ${cells.join(" | ")} |`);
  writeFileSync(join(reports, `${name.replaceAll(" ", "-")}.html`), report);
}
console.log(`\nThe reports are in ${reports}.`);
const low = results.filter(({ scores }) => scores.some((score) => score < LEAST));
for (const { name, lost } of results) if (lost.length) console.log(`${name} loses points by: ${lost.join(", ")}`);
if (low.length) {
  console.error(`\nerror: below ${LEAST}: ${low.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
