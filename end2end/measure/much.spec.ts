// What a person waits for who has 10,000 conversations, one of them with 2,000 messages: until it is painted, in Chromium.
import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";
import { ChatPage } from "../pages/chat-page";
import { SearchDialog } from "../pages/search-dialog";
import { Sidebar } from "../pages/sidebar";

// As server/seed/names.rs has them.
const VISITOR = "5eed0000000040008000000000000001";
const LONGEST = "5eed0000-0000-4000-8000-000000000002";

/** Says "ok", and nothing else. */
const PLAIN = "/healthz";

const TIMES = 30;
/** Not counted: the files are read into memory, the server's statements are prepared. */
const BEFORE = 3;

function row(what: string, figures: number[]): string {
  const sorted = figures.slice(BEFORE).sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return `| ${what} | ${at(0.5).toFixed(0)} ms | ${at(0.99).toFixed(0)} ms |`;
}

async function visit(browser: Browser, baseURL: string | undefined): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL });
  await context.addCookies([{ name: "rivulet_visitor", value: VISITOR, url: baseURL ?? "" }]);
  return context;
}

/** From the click of a person to the paint after which a message is there. */
async function opened(page: Page, address: string, at = ""): Promise<number> {
  return page.evaluate(async ([address, at]) => {
    const known = document.querySelector<HTMLAnchorElement>(`nav a[href="${address}"]`);
    if (!known) throw new Error(`no link to ${address}`);
    const link = known.cloneNode() as HTMLAnchorElement;
    link.href = address + at;
    known.after(link);
    const before = document.querySelector("main article");
    const begun = performance.now();
    link.click();
    link.remove();
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    // The address changes before the messages do.
    const isNew = () => document.querySelectorAll("main article").length > 1 && document.querySelector("main article") !== before;
    while (location.pathname !== address || !isNew()) await frame();
    // A frame is painted before the next one begins.
    await frame();
    return performance.now() - begun;
  }, [address, at] as const);
}

/** The id of the first message of the longest chat. */
async function firstMessage(context: BrowserContext): Promise<string> {
  for (let before = ""; ; ) {
    const part = await context.request.get(`/api/conversations/${LONGEST}?limit=200${before && `&before=${before}`}`);
    const { messages, earlier } = await part.json();
    before = messages[0].id;
    if (!earlier) return before;
  }
}

const firstPaint = (page: Page) =>
  page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN);

/** What is waited for with an empty cache, where the browser begins with a new process, and by whom has been here before. */
async function paints(browser: Browser, baseURL: string | undefined, address: string): Promise<[number[], number[]]> {
  const first: number[] = [];
  const again: number[] = [];
  const stays = await (await visit(browser, baseURL)).newPage();
  for (let time = 0; time < TIMES + BEFORE; time++) {
    const context = await visit(browser, baseURL);
    for (const [page, figures] of [[await context.newPage(), first], [stays, again]] as const) {
      await page.goto(address);
      if (address !== PLAIN) await new ChatPage(page).alive();
      // Whatever the page still does, the next one should not wait for.
      await page.waitForTimeout(200);
      figures.push(await firstPaint(page));
    }
    await context.close();
  }
  await stays.context().close();
  return [first, again];
}

test("with much", async ({ browser, baseURL }) => {
  const rows: string[] = [];
  for (const [what, address] of [
    ["a page of one word (`/healthz`), for comparison", PLAIN],
    ["the page at `/`", "/"],
    ["the page of the 2,000-message chat", `/c/${LONGEST}`],
  ] as const) {
    const [first, again] = await paints(browser, baseURL, address);
    rows.push(row(`${what}, to its first paint, by who has been here before`, again));
    rows.push(row("the same with nothing in the cache, in a process that is new", first));
  }

  const context = await visit(browser, baseURL);
  const page = await context.newPage();
  const pinned = (pinned: boolean) => context.request.patch(`/api/conversations/${LONGEST}`, { data: { pinned } });
  await pinned(true);
  const chat = new ChatPage(page);
  await chat.open();
  const other = await new Sidebar(page).rows.nth(3).getByRole("link").getAttribute("href");
  const figures: number[] = [];
  for (let time = 0; time < TIMES + BEFORE; time++) {
    figures.push(await opened(page, `/c/${LONGEST}`));
    await opened(page, other ?? "");
  }
  rows.push(row("the 2,000-message chat, from a click in the list to its paint", figures));
  const first = await firstMessage(context);
  const hits: number[] = [];
  for (let time = 0; time < TIMES + BEFORE; time++) {
    hits.push(await opened(page, `/c/${LONGEST}`, `?message=${first}`));
    await opened(page, other ?? "");
  }
  rows.push(row("the first message of that chat, from a click on a result to its paint", hits));
  await pinned(false);

  const search = new SearchDialog(page);
  for (const word of ["river", "sedi", "河流"]) {
    const figures: number[] = [];
    for (let time = 0; time < TIMES + BEFORE; time++) {
      await search.open();
      figures.push(
        await search.words.evaluate(async (input: HTMLInputElement, word) => {
          const begun = performance.now();
          input.value = word;
          input.dispatchEvent(new Event("input", { bubbles: true }));
          const frame = () => new Promise((next) => requestAnimationFrame(next));
          while (!document.querySelector("[role=option] mark")) await frame();
          await frame();
          return performance.now() - begun;
        }, word),
      );
      await page.keyboard.press("Escape");
      await expect(search.dialog).toBeHidden();
    }
    rows.push(row(`search for \`${word}\`, from the last key to the paint, with the 40 ms that typing is waited for`, figures));
  }
  console.log(`\n| what | p50 | p99 |\n|---|---|---|\n${rows.join("\n")}\n`);
  await context.close();
});
