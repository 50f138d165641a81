// Diagrams: drawn when somebody asks for one, in a frame that can do nothing else.
import type { Locator, Page } from "@playwright/test";
import type { ChatPage } from "../pages/chat-page";
import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";
import type { ScriptedServer } from "../support/scripted-server";

const FLOW = "flowchart LR\n  A[Rain] --> B{Wet?}\n  B -- yes --> C[Umbrella]\n  B -- no --> D[Hat]";

/** An answer with this source as a diagram, come to its end. */
async function answered(chat: ChatPage, scripted: ScriptedServer, ...sources: string[]): Promise<Locator> {
  scripted.next(async ({ say }) => {
    for (const source of sources) say({ type: "chunk", content: "Look:\n\n```mermaid\n" + source + "\n```\n\n" });
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("draw");
  await answer.is("complete");
  return answer.article;
}

const button = (place: Locator) => place.getByRole("button", { name: "Show as a diagram" });
const drawing = (page: Page) => page.frameLocator("iframe.diagram").locator("svg");

test("a diagram is drawn when somebody asks for it, and its source comes back", async ({ chat, page, scripted }) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === "/diagram" || pathname.startsWith("/vendor/")) asked.push(pathname);
  });
  await chat.open(scripted.url);
  const answer = await answered(chat, scripted, FLOW, "sequenceDiagram\n  Ann->>Bob: Hello");
  await expect(answer.locator("pre")).toHaveCount(2);
  expect(asked, "what nobody has asked for").toEqual([]);

  const first = answer.locator(".code-block").first();
  await expect(button(first)).toHaveAttribute("aria-pressed", "false");
  await button(first).click();
  await expect(drawing(page)).toContainText("Umbrella");
  await expect(first.locator("pre")).toBeHidden();
  await expect(button(first)).toHaveAttribute("aria-pressed", "true");
  await expect(first.getByRole("status").filter({ hasText: "The diagram is shown." })).toBeAttached();
  const frame = (await first.locator("iframe").boundingBox())!;
  const drawn = (await drawing(page).boundingBox())!;
  expect(frame.height).toBeGreaterThan(drawn.height);
  expect(frame.height).toBeLessThan(drawn.height + 60);
  expect(await faults(page)).toEqual([]);

  await button(first).click();
  await expect(first.locator("pre")).toBeVisible();
  await expect(page.locator("iframe")).toHaveCount(0);

  // What draws comes over the wire once, and as small as it can be.
  await button(answer.locator(".code-block").last()).click();
  await expect(drawing(page)).toContainText("Hello");
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType("resource").filter((one) => one.name.includes("/vendor/")).map((one) => {
      const { transferSize, encodedBodySize, decodedBodySize } = one as PerformanceResourceTiming;
      return { transferSize, ratio: encodedBodySize / decodedBodySize };
    }),
  );
  expect(fetched).toHaveLength(2);
  expect(fetched[0]!.ratio).toBeLessThan(0.3);
  expect(fetched[1]!.transferSize).toBe(0);
});

test("a diagram that is written can be drawn while the answer goes on behind it", async ({ chat, page, scripted }) => {
  await chat.open(scripted.url);
  let go = () => {};
  const looked = new Promise<void>((done) => (go = done));
  scripted.next(async ({ say }) => {
    say({ type: "chunk", content: "Look:\n\n```mermaid\n" + FLOW + "\n```\n\nThat is how" });
    await looked;
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("draw");
  await expect(answer.article).toContainText("That is how");
  await button(answer.article).click();
  await expect(drawing(page)).toContainText("Umbrella");
  await answer.is("streaming");
  go();
  await answer.is("complete");
});

test("a diagram that is still being written cannot be drawn", async ({ chat, scripted }) => {
  await chat.open(scripted.url);
  let go = () => {};
  const looked = new Promise<void>((done) => (go = done));
  scripted.next(async ({ say }) => {
    say({ type: "chunk", content: "```mermaid\n" + FLOW });
    await looked;
    say({ type: "chunk", content: "\n```\n\nDone." });
    say({ type: "complete", finish_reason: "stop" });
  });
  const answer = await chat.ask("draw");
  await expect(answer.article.locator("pre")).toContainText("Umbrella");
  await expect(button(answer.article)).toBeHidden();
  go();
  await answer.is("complete");
  await expect(button(answer.article)).toBeVisible();
});

test("a source that cannot be drawn stays, with the reason", async ({ chat, page, scripted }) => {
  await chat.open(scripted.url);
  const answer = await answered(chat, scripted, "flowchart LR\n  A[Rain --> B", "mindmap\n  root");
  for (const [block, reason] of [["first", "Parse error on line"], ["last", "No diagram type detected"]] as const) {
    const place = answer.locator(".code-block")[block]();
    await button(place).click();
    await expect(place.getByRole("status").filter({ hasText: "This cannot be drawn as a diagram." })).toBeVisible();
    await expect(place.locator(".diagram__reason")).toContainText(reason);
    await expect(place.locator("pre code")).toBeVisible();
    expect((await place.locator("iframe").boundingBox())!.height).toBe(0);
  }
  expect(await faults(page)).toEqual([]);
});

test("everything works by the keyboard, and what is larger than the frame can be scrolled", async ({ chat, page, scripted }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await chat.open(scripted.url);
  const chain = Array.from({ length: 40 }, (_, at) => `  N${at}[Step ${at}] --> N${at + 1}`).join("\n");
  const answer = await answered(chat, scripted, `flowchart TD\n${chain}`);
  await button(answer).focus();
  await page.keyboard.press("Enter");
  await expect(drawing(page)).toContainText("Step 39");
  await expect(button(answer)).toBeFocused();
  await expect(page.locator("iframe.diagram")).toHaveAttribute("height", "1200");
  const scroller = page.frameLocator("iframe.diagram").locator("main");
  await scroller.focus();
  await page.keyboard.press("End");
  await expect.poll(() => scroller.evaluate((place) => place.scrollTop)).toBeGreaterThan(0);
  // The page does not become wider than the screen.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`on a system that is ${colorScheme}`, () => {
    test.use({ colorScheme });

    test("a drawing follows the theme", async ({ chat, page, scripted }) => {
      await chat.open(scripted.url);
      const answer = await answered(chat, scripted, FLOW);
      await button(answer).click();
      await expect(drawing(page)).toContainText("Umbrella");
      const scheme = () => page.frameLocator("iframe.diagram").locator("html").evaluate((root) => root.style.colorScheme);
      const ink = () => drawing(page).locator(".nodeLabel").first().evaluate((label) => getComputedStyle(label).color);
      const before = await ink();
      expect(await scheme()).toBe(colorScheme);
      expect(await faults(page)).toEqual([]);
      await page.getByRole("button", { name: "Switch theme" }).first().click();
      await expect.poll(scheme).toBe(colorScheme === "dark" ? "light" : "dark");
      await expect.poll(ink).not.toBe(before);
      await expect(drawing(page)).toHaveCount(1);
    });
  });
}

test("what does not come from the frame is not heard", async ({ chat, page, scripted }) => {
  await chat.open(scripted.url);
  const answer = await answered(chat, scripted, FLOW);
  await button(answer).click();
  await expect(drawing(page)).toContainText("Umbrella");
  const height = await page.locator("iframe.diagram").getAttribute("height");
  await page.evaluate(async () => {
    window.postMessage(["drawn", "999"], "*");
    window.postMessage(["failed", "forged"], "*");
    await new Promise((done) => setTimeout(done, 200));
  });
  await expect(page.locator("iframe.diagram")).toHaveAttribute("height", height!);
  await expect(answer.locator(".diagram__reason")).toHaveCount(0);
});

test.describe("hostile", () => {
  // The walls say when they are run against.
  test.use({ expectedInConsole: /Content Security Policy|sandboxed|Failed to load resource|Unsafe attempt|ERR_BLOCKED_BY_CSP|@import rules/ });

  test("a diagram cannot run anything, nor load anything from elsewhere", async ({ chat, page, scripted }) => {
    test.slow(); // seven drawings
    const hits: string[] = [];
    const elsewhere = "https://elsewhere.invalid";
    await page.context().route(`${elsewhere}/**`, (route) => {
      hits.push(route.request().url());
      return route.fulfill({ body: "" });
    });
    const opened: string[] = [];
    page.on("dialog", (dialog) => (opened.push(dialog.message()), void dialog.dismiss()));
    page.context().on("page", (one) => opened.push(one.url()));
    const harm = "parent.harmed=1;top.harmed=1;window.harmed=1";
    const sources = [
      `flowchart LR\n  A["<img src='${elsewhere}/a.png' onerror='${harm}'>"] --> B["<b onclick='${harm}'>b</b><script>${harm}</script>"]`,
      `flowchart LR\n  A[link] --> B[call] --> C[there]\n  click A "javascript:${harm}" _top\n  click B call alert("x")\n  click C "${elsewhere}/c" _blank`,
      `%%{init: {"securityLevel": "loose", "htmlLabels": true, "themeCSS": "@import url(${elsewhere}/d.css); * { background: url(${elsewhere}/d.png) }", "fontFamily": "x; background: url(${elsewhere}/e.png)"}}%%\nflowchart LR\n  A["<svg onload='${harm}'></svg>"] --> B`,
      `flowchart LR\n  A --> B\n  style A fill:url(${elsewhere}/f.svg#x)\n  classDef bad background:url(${elsewhere}/g.png)\n  class B bad`,
      `flowchart LR\n  A@{ img: "${elsewhere}/h.png", label: "seen", w: 60, h: 60 } --> B`,
      `sequenceDiagram\n  participant A as <iframe srcdoc='<script>${harm}</script>'>\n  A->>A: <img src=x onerror='${harm}'>\n  link A: out @ ${elsewhere}/i`,
      `</script><script>${harm}</script>`,
    ];
    await chat.open(scripted.url);
    const answer = await answered(chat, scripted, ...sources);
    const blocks = answer.locator(".code-block");
    for (let at = 0; at < sources.length; at++) {
      await button(blocks.nth(at)).click();
      await expect(blocks.nth(at).getByRole("status").filter({ hasText: /is shown|cannot be drawn/ })).toBeAttached();
    }
    // Of those that could be drawn, every part is clicked.
    await expect(page.locator(".code-block--drawn").first()).toBeVisible();
    for (const frame of page.frames().filter((one) => one !== page.mainFrame())) {
      expect(await frame.locator("a[href], a[*|href], script[src], foreignObject script, [onclick], [onerror], [onload]").count()).toBe(0);
      await frame.locator("svg *").evaluateAll((all) => all.forEach((one) => one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))));
    }
    expect(await page.evaluate(() => "harmed" in window)).toBe(false);
    for (const frame of page.frames()) expect(await frame.evaluate(() => "harmed" in window)).toBe(false);
    expect(hits).toEqual([]);
    expect(opened).toEqual([]);
  });

  test("whatever runs in the frame is alone there", async ({ chat, page, scripted }) => {
    await chat.open(scripted.url);
    const answer = await answered(chat, scripted, FLOW);
    await button(answer).click();
    await expect(drawing(page)).toContainText("Umbrella");
    const address = page.url();
    const frame = page.frames().find((one) => one !== page.mainFrame())!;
    // As if a script of a drawing had come through the library's own walls.
    const found = await frame.evaluate(async (server) => {
      const reaches = async (attempt: () => unknown) => {
        try {
          await attempt();
          return true;
        } catch {
          return false;
        }
      };
      const loads = (element: HTMLElement) =>
        new Promise((done, failed) => {
          element.addEventListener("load", done);
          element.addEventListener("error", failed);
          setTimeout(failed, 2000);
          document.body.append(element);
        });
      const make = (name: string, attributes: Record<string, string>) => Object.assign(document.createElement(name), attributes);
      return {
        origin: self.origin,
        page: await reaches(() => parent.document.body),
        cookies: await reaches(() => document.cookie),
        storage: await reaches(() => localStorage.length),
        server: await reaches(() => fetch(`${server}/api/models`)),
        beacon: navigator.sendBeacon(`${server}/healthz`) && (await reaches(() => fetch(`${server}/healthz`, { mode: "no-cors" }))),
        image: await reaches(() => loads(make("img", { src: `${server}/favicon.svg` }))),
        style: await reaches(() => loads(make("link", { rel: "stylesheet", href: `${server}/style.css` }))),
        script: await reaches(() => loads(make("script", { src: `${server}/service-worker.js` }))),
        frame: await reaches(() => loads(make("iframe", { src: `${server}/` })).then(() => Promise.reject())),
        evaluation: await reaches(() => (0, eval)("1")),
        window: await reaches(() => (open(`${server}/`) ? 0 : Promise.reject())),
        top: await reaches(() => ((top!.location.href = `${server}/offline`), 0)) && false,
      };
    }, scripted.url);
    expect(found).toEqual({
      origin: "null", page: false, cookies: false, storage: false, server: false, beacon: false, image: false, style: false, script: false,
      frame: false, evaluation: false, window: false, top: false,
    });
    expect(page.url()).toBe(address);
  });
});
