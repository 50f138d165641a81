// Nothing that a model, a provider or a file says runs, loads anything from elsewhere unasked, or breaks the page's policy.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures";

const ELSEWHERE = "https://elsewhere.invalid";
const SCRIPT = `<img src=x onerror="window.harmed=1"><script>window.harmed=1</script><svg onload="window.harmed=1">`;

/** Everything at once, as a model might write it. */
const HOSTILE = [
  SCRIPT,
  `# A heading ${SCRIPT}`,
  `</textarea></title></style></script>${SCRIPT}`,
  `[a link](javascript:window.harmed=1) [another](JaVaScRiPt:window.harmed=1) [data](data:text/html,<script>window.harmed=1</script>)`,
  `[entities](&#106;avascript:window.harmed=1) <javascript:window.harmed=1> [here](/api/export) [there](//elsewhere.invalid/x)`,
  `[ref][bad] and [https://bank.example/login](${ELSEWHERE}/login "a title\\" onmouseover=\\"window.harmed=1")`,
  `[turned \u202Egnp.exe](${ELSEWHERE}/turned)`,
  `![a picture](${ELSEWHERE}/picture.png) ![x](javascript:window.harmed=1) ![y](data:image/svg+xml,<svg/onload=window.harmed=1>)`,
  `[![in a link](${ELSEWHERE}/linked.png)](${ELSEWHERE}/)`,
  `| a ${SCRIPT} | b |\n|---|---|\n| <iframe src="${ELSEWHERE}"> | [x](vbscript:x) |`,
  "```\"><img/src=x/onerror=window.harmed=1>\n</code></pre><script>window.harmed=1</script>\n```",
  "`" + SCRIPT + "`",
  `$\\href{javascript:window.harmed=1}{x}$ $$\\text{${SCRIPT}}$$ \\(\\url{javascript:window.harmed=1}\\)`,
  `<iframe srcdoc="<script>parent.harmed=1</script>"></iframe>\n<object data="${ELSEWHERE}"></object>\n<meta http-equiv="refresh" content="0;url=${ELSEWHERE}">`,
  `<style>@import "${ELSEWHERE}/style.css"; body { background: url(${ELSEWHERE}/style.png) }</style>`,
  `<form action="${ELSEWHERE}"><input name="q" autofocus onfocus="window.harmed=1"></form>`,
  `See[^${SCRIPT}] and [^1].`,
  `[^1]: ${SCRIPT}`,
  `[bad]: javascript:window.harmed=1`,
].join("\n\n");

/** Watches over a page: what it asks of others, what it runs, what its policy refuses. */
async function guarded(page: Page): Promise<{ foreign: string[]; check(): Promise<void> }> {
  const foreign: string[] = [];
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.hostname !== "127.0.0.1") foreign.push(request.url());
  });
  await page.addInitScript(() => {
    Object.assign(window, { violations: [] });
    addEventListener("securitypolicyviolation", (event) => {
      (window as unknown as { violations: string[] }).violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
    });
  });
  const check = async () => {
    const [harmed, violations] = await page.evaluate(() => {
      const found = window as unknown as { violations: string[] };
      return ["harmed" in window, found.violations] as const;
    });
    expect(harmed, "something ran").toBe(false);
    expect(dialogs).toEqual([]);
    expect(violations, "the page's policy was broken").toEqual([]);
    // Nothing of it became an element that could do anything.
    const elements = 'script:not([nonce]), iframe, object, embed, style, form[action], meta[http-equiv], [onerror], [onload], [onfocus], [onmouseover], [style*="url"]';
    await expect(page.locator("main").locator(elements)).toHaveCount(0);
    const links = await page.locator("main a[href]").evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    expect(links.filter((link) => !/^(https?|mailto|tel):/.test(link))).toEqual([]);
  };
  return { foreign, check };
}

test("an answer that is hostile in every part stays text", async ({ chat, page, scripted }) => {
  const watch = await guarded(page);
  await chat.open(scripted.url);
  scripted.next(async ({ say, after }) => {
    say({ type: "status", status: "fallback", from: `demo/${SCRIPT}`, to: `demo/${SCRIPT}` });
    say({ type: "reasoning", content: HOSTILE });
    // In pieces, so that each half of it is shown too.
    for (let at = 0; at < HOSTILE.length; at += 40) {
      say({ type: "chunk", content: HOSTILE.slice(at, at + 40) });
      await after(8);
    }
    say({ type: "complete", finish_reason: SCRIPT, suggestions: [SCRIPT] });
  });
  const answer = await chat.ask(HOSTILE);
  await answer.is("complete");
  await expect(answer.article).toContainText("window.harmed=1");
  await watch.check();
  expect(watch.foreign).toEqual([]);

  // A link whose text names another server says where it leads; one that turns its text does not.
  const link = answer.article.getByRole("link", { name: /bank\.example/ });
  await expect(link).toContainText("(elsewhere.invalid)");
  await expect(link).toHaveAttribute("rel", /noopener noreferrer/);
  expect(await answer.article.getByRole("link", { name: /turned/ }).innerText()).not.toContain("\u202E");
});

test("a provider's error is text", async ({ chat, page, scripted }) => {
  const watch = await guarded(page);
  await chat.open(scripted.url);
  scripted.next(async ({ say }) => {
    say({ type: "chunk", content: "It begins" });
    say({ type: "error", code: "upstream_error", message: HOSTILE, retryable: true });
  });
  const answer = await chat.ask("hello");
  await answer.is("failed");
  await expect(answer.article.getByRole("alert")).toContainText("window.harmed=1");
  await watch.check();
  expect(watch.foreign).toEqual([]);
});

test("an image of another server is loaded when a person asks for it, and not before", async ({ chat, page, scripted }) => {
  const watch = await guarded(page);
  const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await page.route(`${ELSEWHERE}/**`, (route) => route.fulfill({ contentType: "image/png", body: pixel }));
  await chat.open(scripted.url);
  scripted.next(async ({ say }) => {
    say({ type: "chunk", content: `![a picture](${ELSEWHERE}/picture.png?secret)` });
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("hello");
  await answer.is("complete");
  await expect(answer.article).toContainText("elsewhere.invalid");
  expect(watch.foreign).toEqual([]);
  await answer.article.getByRole("button", { name: "Load image" }).click();
  const image = answer.article.getByRole("img", { name: "a picture" });
  await expect.poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth)).toBe(1);
  expect(watch.foreign).toEqual([`${ELSEWHERE}/picture.png?secret`]);
  await watch.check();
});

test("what a file brings in stays text, on the page that the server renders and on a shared one", async ({ chat, page, sidebar }) => {
  const watch = await guarded(page);
  await chat.open();
  const id = (end: number) => `01890a5d-ac96-774b-bcce-${(Date.now() + end).toString(16).padStart(12, "0")}`;
  const [conversation, question, answered] = [id(0), id(1), id(2)];
  const file = {
    rivulet: 1, id: conversation, title: `Hostile ${SCRIPT}`, created_at: 1760000000000, updated_at: 1760000005000, head: answered,
    messages: [
      { id: question, role: "user", content: HOSTILE, status: "complete", created_at: 1760000000000 },
      { id: answered, parent_id: question, role: "assistant", content: HOSTILE, reasoning: HOSTILE, status: "complete", created_at: 1760000001000, model: `demo/${SCRIPT}`, finish_reason: "stop" },
    ],
  };
  await chat.settings.click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Import a file…" }).click()]);
  await chooser.setFiles({ name: `${SCRIPT}.json`.replaceAll("/", ""), mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
  await expect(page.getByText("1 conversation was imported.")).toBeVisible();
  await page.keyboard.press("Escape");
  await sidebar.rows.first().getByRole("link").click();
  await expect(chat.answers).toHaveCount(1);
  await watch.check();

  await chat.reload();
  await expect(chat.answers.first()).toContainText("window.harmed=1");
  await watch.check();
  expect(await page.title()).toContain("Hostile <img");

  const shared = await page.request.post(`/api/conversations/${new URL(page.url()).pathname.split("/")[2]}/share`);
  await page.goto(((await shared.json()) as { path: string }).path);
  await expect(page.getByRole("article", { name: "Answer" })).toContainText("window.harmed=1");
  await watch.check();
  expect(watch.foreign).toEqual([]);
});
