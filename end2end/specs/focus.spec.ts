// Whoever uses the keyboard never loses the focus: not when a dialog closes, when something is deleted, when an answer ends. And it can always be seen.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures";

/** What has the focus, in a few words; nothing if it is lost. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body || !element.checkVisibility({ visibilityProperty: true })) return "";
    return `${element.tagName.toLowerCase()}.${element.className}`.trim();
  });
}

const COMPOSER = /textarea\.composer__text/;

test("a dialog gives it back", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  const dialog = page.locator("dialog[open]");
  for (const opener of [chat.settings, page.locator(".sidebar__search")]) {
    await opener.press("Enter");
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(opener).toBeFocused();
  }
  for (const keys of ["ControlOrMeta+k", "ControlOrMeta+/"]) {
    await chat.input.focus();
    await page.keyboard.press(keys);
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(chat.input).toBeFocused();
  }
  await chat.options.press("Enter");
  await page.getByRole("menuitem", { name: "Share…" }).press("Enter");
  await expect(dialog).toBeVisible();
  // Its buttons change places while it is open.
  await dialog.getByRole("button", { name: "Create link" }).press("Enter");
  await expect(dialog.getByRole("textbox", { name: "Link" })).toBeVisible();
  await expect.poll(() => focused(page)).not.toBe("");
  await dialog.getByRole("button", { name: "Stop sharing" }).press("Enter");
  await expect(dialog.getByRole("button", { name: "Create link" })).toBeVisible();
  await expect.poll(() => focused(page)).not.toBe("");
  await page.keyboard.press("Escape");
  await expect(chat.options).toBeFocused();
});

test("what is deleted leaves it near by", async ({ chat, sidebar, page }) => {
  await chat.open();
  await page.request.post("/api/presets", { data: { name: "One", content: "One." } });
  await (await chat.ask("/fast first")).is("complete");
  await (await chat.ask("/fast second")).is("complete");
  await chat.questions.last().getByRole("button", { name: "Delete question" }).press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
  await page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await expect.poll(() => focused(page)).toMatch(COMPOSER);

  await page.getByLabel("Attach files").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
  await page.getByRole("button", { name: "Remove a.txt" }).press("Enter");
  await expect.poll(() => focused(page)).not.toBe("");

  await chat.reload();
  await chat.settings.press("Enter");
  const settings = page.getByRole("dialog");
  await settings.getByRole("button", { name: "Edit “One”" }).press("Enter");
  await expect(settings.getByLabel("Name", { exact: true })).toBeFocused();
  await settings.getByRole("button", { name: "Save preset" }).press("Enter");
  await expect(settings.getByRole("button", { name: "Add a preset" })).toBeFocused();
  await settings.getByRole("button", { name: "Delete “One”" }).press("Enter");
  await expect(settings.getByText("One", { exact: true })).toHaveCount(0);
  await expect(settings.getByRole("button", { name: "Add a preset" })).toBeFocused();
  await page.keyboard.press("Escape");

  const row = sidebar.rows.first();
  await row.getByRole("button").press("Enter");
  await page.getByRole("menuitem", { name: "Rename" }).press("Enter");
  await page.keyboard.press("Escape");
  await expect(row.getByRole("link")).toBeFocused();
  await row.getByRole("button").press("Enter");
  await page.getByRole("menuitem", { name: "Delete" }).press("Enter");
  await expect(sidebar.rows).toHaveCount(0);
  await expect.poll(() => focused(page)).not.toBe("");
});

test("a page that comes to life late takes it from nobody", async ({ chat, page }) => {
  let go = () => {};
  const released = new Promise<void>((done) => (go = done));
  await page.route(/\.wasm$/, async (route) => {
    await released;
    await route.continue();
  });
  const search = page.locator(".sidebar__search");
  for (const first of [search, null]) {
    await page.goto("/", { waitUntil: "domcontentloaded" });
    await first?.focus();
    go();
    await chat.alive();
    await page.waitForTimeout(500);
    await expect(first ?? chat.input).toBeFocused();
  }
});

test("an answer that ends takes it from nobody", async ({ chat, page }) => {
  await chat.open();
  await chat.ask("/long 150");
  await chat.stop.focus();
  await chat.lastAnswer.is("complete", 20_000);
  await expect.poll(() => focused(page)).toMatch(COMPOSER);

  const answer = await chat.ask("/long 150");
  await chat.settings.focus();
  await answer.is("complete", 20_000);
  await page.waitForTimeout(700);
  await expect(chat.settings, "it does not jump").toBeFocused();

  const failed = await chat.ask("/error overloaded");
  await failed.is("failed");
  await chat.retry.press("Enter");
  await expect.poll(() => focused(page)).toMatch(COMPOSER);
});

test("what is unfolded or loaded gets it", async ({ chat, page, scripted }) => {
  await page.route("https://pictures.example/**", (route) => route.fulfill({ status: 200, contentType: "image/png", body: "" }));
  scripted.next(async ({ say, after }) => {
    say({ type: "chunk", content: `\`\`\`text\n${"line\n".repeat(50)}\`\`\`\n\n![A river](https://pictures.example/a.png)` });
    await after(100);
    say({ type: "complete", finish_reason: "stop" });
  });
  await chat.open(scripted.url);
  await (await chat.ask("Show me")).is("complete");
  await page.getByRole("button", { name: /Show all \d+ lines/ }).press("Enter");
  await expect.poll(() => focused(page)).toMatch(/^pre/);
  await page.getByRole("button", { name: "Load image" }).press("Enter");
  await expect.poll(() => focused(page)).toMatch(/^img/);
});

test.describe("at 400 %", () => {
  test.use({ viewport: { width: 320, height: 256 } });

  test("the drawer gives it back, and everything can be reached and is seen", async ({ chat, page }) => {
    await chat.open();
    await (await chat.ask("/fast first")).is("complete");
    await chat.newChat.press("Enter");
    const opener = page.locator(".page-header__list");
    await opener.press("Enter");
    await expect(page.locator(".sidebar__close")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(opener).toBeFocused();
    await opener.press("Enter");
    await expect(page.locator(".sidebar__close")).toBeFocused();
    await page.locator(".sidebar__search").press("Enter");
    await expect(page.locator("dialog[open]")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(opener).toBeFocused();
    await opener.press("Enter");
    await expect(page.locator(".sidebar__close")).toBeFocused();
    await page.locator(".conversation-row__link").first().press("Enter");
    await expect(chat.questions).toHaveCount(1);
    await expect.poll(() => focused(page)).not.toBe("");

    // By Shift+Tab through everything to the beginning.
    await chat.input.focus();
    const names: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Shift+Tab");
      const place = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const inside = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
        // Some of it is to be seen, wherever it is cut off.
        const shares = [0.02, 0.25, 0.5, 0.75, 0.98];
        const points = shares.flatMap((x) => shares.map((y) => [left + (right - left) * x, top + (bottom - top) * y] as const));
        const covered = points.every(([x, y]) => {
          const there = document.elementFromPoint(x, y);
          return there === null || (!element.contains(there) && !there.contains(element) && element.tagName !== "INPUT");
        });
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        const marked = outlineStyle !== "none" || boxShadow !== "none" || element.matches("textarea, input");
        return { name: `${element.tagName} ${element.className}`, inside, covered, marked };
      });
      if (!place) break;
      expect(place.inside, `${place.name} is on the screen`).toBe(true);
      expect(place.marked, `the focus on ${place.name} is seen`).toBe(true);
      expect(place.covered, `nothing is over ${place.name}`).toBe(false);
      names.push(place.name);
    }
    expect(names.length).toBeGreaterThan(8);
    expect(names.join(), "the closed drawer is passed over").not.toContain("conversation-row");
  });
});
