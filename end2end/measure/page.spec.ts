// How the page keeps up with answers of 1,000, 10,000 and 50,000 tokens, beside a page with streamdown that is sent the same; with typing
// in a long chat; and with what is left in memory of many long answers. Each test prints its table.
import { type Browser, expect, test as base } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { between, type LongTask, type Memory, type Work } from "./counters";
import { endOf, PROSE, tokens } from "./mixed-markdown";
import { type AnswerPage, RivuletPage, StreamdownPage } from "./pages";
import { TokenServer } from "./token-server";
import { typed } from "./typing";

/** Of about a thousand tokens each. */
const PARTS = [1, 10, 50];
/** What comes before the last part, in tokens a second: at the pace of models a run would take an hour. */
const FAST = 2000;
/** The last part, which is measured. */
const PACE = 100;
/** Behind it, so slowly that each token is shown by itself on every page, however long that takes. */
const ALONE = 2;

const test = base.extend<object, { server: TokenServer }>({
  server: [
    async ({}, use) => {
      const server = await TokenServer.on(Number(process.env.RIVULET_BENCH_PORT), await builtPage());
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
});

/** The page with streamdown; returns the folder of its files. */
async function builtPage(): Promise<string> {
  const folder = resolve(import.meta.dirname, "../../target/bench-page");
  await mkdir(folder, { recursive: true });
  const source = resolve(import.meta.dirname, "../streamdown");
  execFileSync("npm", ["run", "--silent", "build", "--", `--outdir=${folder}`, "--log-level=warning"], { cwd: source, stdio: "inherit" });
  const style = "body{font:16px/1.65 system-ui,sans-serif;max-width:46rem;margin:0 auto}pre{overflow-x:auto}";
  const head = `<meta charset="utf-8"><link rel="stylesheet" href="/page.css"><style>${style}</style>`;
  const body = '<button>Ask</button><div id="answer"></div><script type="module" src="/page.js"></script>';
  await writeFile(join(folder, "index.html"), `<!doctype html><title>streamdown</title>${head}${body}`);
  await writeFile(join(folder, "plain.html"), "<!doctype html><title>plain</title><textarea></textarea>");
  return folder;
}

interface Measured {
  tokens: number;
  /** Of the last part, for each of its tokens. */
  last: Work;
  /** Of those that came one by one behind it. */
  alone: Work;
  /** From the provider's last word on, in all. */
  end: Work;
  /** While the last part came, and at the end. */
  long: LongTask[];
  longAtEnd: LongTask[];
}

function each(work: Work, count: number): Work {
  return { all: work.all / count, script: work.script / count, style: work.style / count, layout: work.layout / count };
}

/** Sends an answer of so many parts, the last one at `PACE`, and some words more. */
async function measure(answer: AnswerPage, server: TokenServer, parts: number): Promise<Measured> {
  const text = tokens(parts);
  const [before, last] = [text.slice(0, -1).flat(), text.at(-1) ?? []];
  const play = await answer.ask(server);
  if (parts > 1) {
    await play.send(before, FAST);
    await answer.shows(endOf(parts - 1));
  }
  const [since, begun] = [await answer.counters.now(), await answer.counters.work()];
  await play.send(last, PACE);
  await answer.shows(endOf(parts));
  const done = await answer.counters.work();
  const long = await answer.counters.longTasks(since);
  await play.send(PROSE, ALONE);
  await answer.shows("finis");
  const [told, all] = [await answer.counters.now(), await answer.counters.work()];
  await answer.end(play);
  return {
    tokens: before.length + last.length,
    last: each(between(begun, done), last.length),
    alone: each(between(done, all), PROSE.length),
    end: between(all, await answer.counters.work()),
    long,
    longAtEnd: await answer.counters.longTasks(told),
  };
}

const known = new Map<string, Measured[]>();

const micro = (milliseconds: number) => `${(milliseconds * 1000).toFixed(0)} µs`;

function tell(name: string, results: Measured[]): void {
  const longest = (tasks: LongTask[]) =>
    tasks.length ? `${tasks.length}, up to ${Math.max(...tasks.map((task) => task.duration)).toFixed(0)} ms` : "none";
  const rows = results.map(({ tokens, last, alone, end, long, longAtEnd }) =>
    [
      tokens.toLocaleString("en"),
      ...[last.all, last.script, last.style, last.layout].map(micro),
      longest(long),
      micro(alone.all),
      `${end.all.toFixed(0)} ms`,
      longest(longAtEnd),
    ].join(" | "),
  );
  const paced = `a token at ${PACE}/s | of it script | style | layout | tasks over 50 ms`;
  const head = `tokens | ${paced} | a token at ${ALONE}/s | the end | tasks over 50 ms`;
  console.log(`\n${name}\n\n| ${head} |\n|${"---|".repeat(9)}\n| ${rows.join(" |\n| ")} |\n`);
  known.set(name, results);
}

/** Of the longest answer, beside the shortest and beside the other pages. */
function ratios(): void {
  const of = (name: string, at: number) => known.get(name)?.at(at);
  const [short, long] = [of("Rivulet", 0), of("Rivulet", -1)];
  if (!short || !long) return;
  const percent = (one: Work, other: Work) => `${((one.all / other.all) * 100).toFixed(1)} %`;
  console.log(`${long.tokens} tokens beside ${short.tokens}: ${percent(long.last, short.last)}, ${percent(long.alone, short.alone)}`);
  for (const name of known.keys()) {
    const other = of(name, -1);
    if (other && other !== long) console.log(`beside ${name}: ${percent(long.last, other.last)}, ${percent(long.alone, other.alone)}`);
  }
}

/** Opens a page for each length. */
async function lengths(name: string, server: TokenServer, open: () => Promise<AnswerPage>): Promise<void> {
  const results: Measured[] = [];
  for (const parts of PARTS) {
    const answer = await open();
    results.push(await measure(answer, server, parts));
    await answer.close();
  }
  tell(name, results);
  ratios();
}

test("rivulet", async ({ browser, baseURL, server }) => {
  await lengths("Rivulet", server, () => RivuletPage.open(browser, baseURL!));
});

test("streamdown", async ({ browser, server }) => {
  await lengths("streamdown", server, () => StreamdownPage.open(browser, server, false));
});

test("streamdown with its plugins for code and formulas", async ({ browser, server }) => {
  await lengths("streamdown with its plugins for code and formulas", server, () => StreamdownPage.open(browser, server, true));
});

test("typing", async ({ browser, baseURL, server }) => {
  const rows: string[] = [];
  const plain = await (await browser.newContext()).newPage();
  await plain.goto(`${server.url}/plain.html`);
  rows.push(await typed("a page with a text area and nothing else", plain, plain.locator("textarea")));
  for (const [what, count, reader] of [
    ["an empty chat", 0, "at the end"],
    ["a chat of 500 messages, as it opens", 500, "at the end"],
    ["the same, read up to the first", 500, "at the beginning"],
    ["the same, read up to the first and back at the end", 500, "back at the end"],
  ] as const) {
    const { chat, page } = await longChat(browser, baseURL!, count, reader);
    rows.push(await typed(what, page, chat.input));
    await page.context().close();
  }
  console.log(`\n| from a key to the paint | p50 | p99 | the most |\n|---|---|---|---|\n${rows.join("\n")}\n`);
});

type Reader = "at the end" | "at the beginning" | "back at the end";

/** A chat of so many messages. */
async function longChat(browser: Browser, baseURL: string, count: number, reader: Reader): Promise<RivuletPage> {
  const context = await browser.newContext({ baseURL });
  const id = crypto.randomUUID();
  if (count) {
    // The first request makes a visitor.
    await context.request.get("/");
    const ids = Array.from({ length: count }, () => crypto.randomUUID());
    const [text] = tokens(1);
    const messages = ids.map((id, at) => {
      const role = at % 2 ? "assistant" : "user";
      const content = at % 2 ? text!.join("").slice(0, 400 + (at % 7) * 300) : `Question ${at}: what of the river?`;
      return { id, parent_id: ids[at - 1], role, status: "complete", content, created_at: 5 + at };
    });
    const brought = { rivulet: 1, id, title: "Long", created_at: 1, updated_at: 2, messages };
    const imported = await context.request.post("/api/import", { data: JSON.stringify(brought), headers: { origin: baseURL } });
    expect(imported.status()).toBe(200);
  }
  const opened = await RivuletPage.open(browser, baseURL, count ? `/c/${id}` : "/", context);
  if (reader !== "at the end") {
    await opened.chat.loadEarlier(count, 60_000);
    await expect(opened.page.locator("article")).toHaveCount(count);
  }
  if (reader === "back at the end") {
    await opened.page.evaluate(() => {
      const list = document.querySelector(".message-list")!;
      list.scrollTop = list.scrollHeight;
    });
    await expect(opened.page.locator("article")).toHaveCount(50);
  }
  await opened.page.waitForTimeout(1000);
  return opened;
}

test("memory", async ({ browser, baseURL, server }) => {
  const answer = await RivuletPage.open(browser, baseURL!);
  const text = tokens(50).flat();
  const seen: [string, Memory][] = [["before", await answer.counters.memory()]];
  for (let time = 1; time <= 10; time++) {
    const play = await answer.ask(server);
    await play.send(text, 5 * FAST);
    await answer.shows(endOf(50));
    await answer.end(play);
    if (time === 1) seen.push(["with the first", await answer.counters.memory()]);
    await answer.chat.newChat.click();
    await expect(answer.chat.questions).toHaveCount(0);
    await answer.page.waitForTimeout(1000);
    if (time === 1 || time === 10) seen.push([`after ${time}`, await answer.counters.memory()]);
  }
  const rows = seen.map(([when, { heap, wasm, nodes }]) => {
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    return `| ${when} | ${megabytes(heap)} | ${megabytes(wasm)} | ${nodes} |`;
  });
  console.log(`\n| chats of ${text.length} tokens | heap | WASM | nodes |\n|---|---|---|---|\n${rows.join("\n")}\n`);
});
