// Code in answers: its colours while it comes and after a reload, and what can be done with it. Formulas.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";

const LINES = Array.from({ length: 60 }, (_, number) => `const value${number} = "text ${number}"; // note`);

/** How many key words have their colour: as ranges while the code grows, as elements when it has stopped. */
async function keywords(page: Page): Promise<number> {
  return (await ranged(page, "syntax-keyword")) + (await page.locator(".syntax-keyword").count());
}

/** How many ranges there are of a kind. */
function ranged(page: Page, kind: string): Promise<number> {
  return page.evaluate((kind) => (CSS as unknown as { highlights: Map<string, Set<Range>> }).highlights.get(kind)?.size ?? 0, kind);
}

test("code that grows has its colours, as ranges over one text, and as elements when it has stopped", async ({ chat, page, scripted }) => {
  await chat.open(scripted.url);
  let isLookedAt = false;
  scripted.next(async ({ say, after }) => {
    say({ type: "chunk", content: "1. Code:\n\n   ```js\n" });
    for (const line of LINES) {
      say({ type: "chunk", content: `   ${line}\n` });
      await after(10);
    }
    // It is still growing.
    while (!isLookedAt) {
      say({ type: "chunk", content: "   //\n" });
      await after(200);
    }
    say({ type: "chunk", content: "   ```\n\nDone." });
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("hello");
  const code = answer.article.locator("pre code");
  const ranges = () =>
    page.evaluate(() => {
      const all = (CSS as unknown as { highlights: Map<string, Set<StaticRange>> }).highlights;
      return Object.fromEntries([...all].map(([kind, found]) => [kind, [...found].map((range) => range.startContainer.textContent!.slice(range.startOffset, range.endOffset).trim())]));
    });
  await expect.poll(async () => (await ranges())["syntax-string"]?.length ?? 0, { timeout: 20_000 }).toBe(60);
  await answer.is("streaming");
  const found = await ranges();
  expect(found["syntax-keyword"]).toEqual(LINES.map(() => "const"));
  expect(found["syntax-string"]).toContain('"text 59"');
  expect(await code.evaluate((element) => element.childElementCount)).toBe(0);
  // What is selected stays as it is.
  await code.evaluate((element) => {
    const text = [...element.childNodes].find((node) => node.textContent!.startsWith("const"))!;
    getSelection()!.setBaseAndExtent(text, 0, text, 5);
  });
  isLookedAt = true;
  await answer.is("complete");
  await page.waitForTimeout(2500);
  expect(await page.evaluate(() => getSelection()!.toString())).toBe("const");
  expect(await ranged(page, "syntax-string")).toBe(60);
  await page.evaluate(() => getSelection()!.empty());
  await expect(code.locator(".syntax-string")).toHaveCount(60);
  expect(await code.locator(".syntax-keyword").allTextContents()).toEqual(LINES.map(() => "const"));
  expect(Object.values(await ranges()).flat()).toEqual([]);
  const lines = (await code.textContent())!.trim().split("\n");
  expect(lines.slice(0, 60)).toEqual(LINES);
  await expect(answer.article.getByText(`${lines.length} lines`)).toBeVisible();
});

test("code that goes on after a pause has the colours of the rest too", async ({ chat, page, scripted }) => {
  const asked: (string | undefined)[] = [];
  await page.route("**/api/highlight", (route) => {
    asked.push((route.request().postDataJSON() as { after?: string }).after);
    return route.continue();
  });
  await chat.open(scripted.url);
  let go = () => {};
  const looked = new Promise<void>((done) => (go = done));
  scripted.next(async ({ say }) => {
    say({ type: "chunk", content: "```js\n/* one\n" });
    await looked;
    say({ type: "chunk", content: "two */ const b = 2;\n```\n\nDone." });
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("hello");
  const code = answer.article.locator("pre code");
  await expect(code.locator(".syntax-comment")).toHaveCount(1);
  await answer.is("streaming");
  go();
  await answer.is("complete");
  // The rest is looked at as what goes on, and not for itself.
  await expect(code.locator(".syntax-keyword")).toHaveText("const");
  expect((await code.locator(".syntax-comment").allTextContents()).join("")).toMatch(/^\/\* one\s+two \*\/$/);
  expect(await code.textContent()).toBe("/* one\ntwo */ const b = 2;\n");
  expect(asked.map((after) => after !== undefined)).toEqual([false, true]);
});

test("code is coloured in the HTML of a page, and formulas are set", async ({ chat, browser }) => {
  await chat.open();
  const answer = await chat.ask("/fast Show me what you can do");
  await answer.is("complete");
  const reader = await browser.newContext({ javaScriptEnabled: false, storageState: await chat.page.context().storageState() });
  const page = await reader.newPage();
  await page.goto(chat.page.url());
  await expect(page.locator("pre code span[class^='syntax-']").first()).toBeVisible();
  await reader.close();

  // The page takes it over as it is.
  await chat.reload();
  const code = chat.page.locator("article pre code").first();
  await expect(code.locator("span[class^='syntax-']").first()).toBeVisible();
  expect(await faults(chat.page)).toEqual([]);
});

test("a formula is set when it has come", async ({ chat, scripted }) => {
  await chat.open(scripted.url);
  scripted.next(async ({ say, after }) => {
    for (const piece of ["The root \\(", "\\sqrt{", "x}", "\\) and\n\n\\[\n\\frac{a}", "{b}\n\\]", "\n\nDone."]) {
      say({ type: "chunk", content: piece });
      await after(50);
    }
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("hello");
  await answer.is("complete");
  await expect(answer.article.locator("math msqrt")).toBeVisible();
  await expect(answer.article.locator("math[display=block] mfrac")).toBeVisible();
});

test.describe("while it is busy", () => {
  // The browser says what it was refused.
  test.use({ expectedInConsole: /status of 429/ });

  test("code and formulas stay as they are written while the server has no time for them, and are asked for again", async ({ chat, page, scripted }) => {
    const refused: string[] = [];
    for (const path of ["highlight", "math"]) {
      await page.route(`**/api/${path}`, (route) => {
        if (refused.includes(path)) return route.continue();
        refused.push(path);
        const problem = { type: "about:blank", title: "", status: 429, detail: "Too many.", code: "rate_limited" };
        return route.fulfill({ status: 429, contentType: "application/problem+json", headers: { "retry-after": "2" }, body: JSON.stringify(problem) });
      });
    }
    await chat.open(scripted.url);
    scripted.next(async ({ say }) => {
      say({ type: "chunk", content: "```js\nconst a = 1;\n```\n\nAnd \\(\\sqrt{x}\\)." });
      say({ type: "complete", finish_reason: "stop" });
    });
    const answer = await chat.ask("hello");
    await answer.is("complete");
    await expect.poll(() => refused.length).toBe(2);
    expect(await keywords(page)).toBe(0);
    await expect(answer.article.locator("code").filter({ hasText: "\\sqrt{x}" })).toBeVisible();
    await expect.poll(() => keywords(page)).toBe(1);
    await expect(answer.article.locator("math msqrt")).toBeVisible();
  });
});

test.describe("that cannot be reached, and was started again", () => {
  test.use({ expectedInConsole: /ERR_FAILED|status of 400/ });

  test("code is sent again, from the start where the server has forgotten it", async ({ chat, page, scripted }) => {
    const asked: (string | undefined)[] = [];
    await page.route("**/api/highlight", (route) => {
      asked.push((route.request().postDataJSON() as { after?: string }).after);
      if (asked.length === 1) return route.abort();
      if (asked.length > 3 || asked.at(-1) === undefined) return route.continue();
      const problem = { type: "about:blank", title: "", status: 400, detail: "`after` is forgotten.", code: "invalid_request" };
      return route.fulfill({ status: 400, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
    await chat.open(scripted.url);
    let go = () => {};
    const looked = new Promise<void>((done) => (go = done));
    scripted.next(async ({ say }) => {
      say({ type: "chunk", content: "```js\nconst a = 1;\n" });
      await looked;
      say({ type: "chunk", content: "const b = 2;\n```\n\nDone." });
      say({ type: "complete", finish_reason: "stop" });
    });
    const answer = await chat.ask("hello");
    await expect.poll(() => keywords(page)).toBe(1);
    go();
    await answer.is("complete");
    await expect.poll(() => keywords(page), { timeout: 20_000 }).toBe(2);
    expect(asked.map((after) => after !== undefined)).toEqual([false, false, true, false]);
  });
});

test("long code is folded after a reload, can be wrapped, and saved as a file", async ({ chat, page, sidebar }) => {
  await chat.open();
  const id = (end: number) => `01890a5d-ac96-774b-bccf-${(Date.now() + end).toString(16).padStart(12, "0")}`;
  const [conversation, question, answered] = [id(0), id(1), id(2)];
  const message = { status: "complete", created_at: 1760000000000 };
  const file = {
    rivulet: 1, id: conversation, title: "Long code", created_at: 1760000000000, updated_at: 1760000000000, head: answered,
    messages: [
      { id: question, role: "user", content: "code?", ...message },
      { id: answered, parent_id: question, role: "assistant", content: "```js\n" + LINES.join("\n") + "\n```", ...message },
    ],
  };
  const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
  expect(imported.ok(), await imported.text()).toBe(true);
  await chat.reload();
  await sidebar.link("Long code").click();
  const block = chat.answers.first();
  const height = async () => (await block.locator("pre").boundingBox())!.height;
  const folded = await height();
  await block.getByRole("button", { name: "Show all 60 lines" }).click();
  await expect.poll(height).toBeGreaterThan(folded * 2);
  await block.getByRole("button", { name: "Wrap lines" }).click();
  await expect(block.getByRole("button", { name: "Wrap lines" })).toHaveAttribute("aria-pressed", "true");
  const [saved] = await Promise.all([page.waitForEvent("download"), block.getByRole("button", { name: "Download" }).click()]);
  expect(saved.suggestedFilename()).toBe("code.js");
  expect((await readFile(await saved.path(), "utf8")).trim()).toBe(LINES.join("\n"));
});
