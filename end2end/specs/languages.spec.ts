// Each language through the states of the page: nothing is left in English, nothing is cut off, and Arabic goes from right to left.
import type { Page } from "@playwright/test";
import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";
import { walk } from "../support/states";

test.use({ expectedInConsole: /status of (400|404|429)|ERR_INTERNET_DISCONNECTED|Failed to load resource/ });
test.describe.configure({ timeout: 180_000 });

/** What people and models have written, names and code. What remains is the page's own. */
const WRITTEN =
  ".markdown, .user-message__bubble, code, kbd, option, optgroup, " +
  ".suggestions, .conversation-row__title, .search-dialog__title, .search-dialog__snippet, .code-block__language, .figures-line__model, .shared-page h1, " +
  ".preset-picker, .presets-section__row > span, #preset-gaps, .preset-gaps label, .attachment-tray__name, .message-attachments, " +
  ".sidebar__brand, textarea, .explained-text__detail, .layout__main > h1";

/** All that the page says, in text and in the attributes that are read or shown. */
async function said(page: Page): Promise<string[]> {
  return page.evaluate((written) => {
    const found: string[] = [document.title.replace(/^.* – /, "")];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const place = texts.currentNode.parentElement!;
      const own = place.closest(".code-block__lines, .code-block__unfold, .remote-image__load");
      if (own || !place.closest(`script, noscript, ${written}`)) found.push(texts.currentNode.textContent!);
    }
    for (const element of document.body.querySelectorAll("[aria-label], [title], [placeholder]")) {
      // The title of a row is the conversation's.
      if (element.matches(".conversation-row__link, .markdown a, .message-attachments *, .image-view")) continue;
      for (const name of ["aria-label", "title", "placeholder"]) found.push(element.getAttribute(name) ?? "");
    }
    return found.map((text) => text.replace(/\s+/g, " ").trim()).filter((text) => /\p{L}{3}/u.test(text));
  }, WRITTEN);
}

/** What stands in two languages alike: names, keys, and words that both have. */
const ALIKE: Record<string, RegExp> = {
  "*": /^(Rivulet|Top p|English|Français|Deutsch|Español|简体中文|العربية|((Ctrl|⇧|Esc|⌫|[A-Z])( |$))+|.* – Rivulet)$/,
  fr: /^(Chat|Conversations|Message|Versions|Question|Notifications|Image|Code, .*|Assistant, .*|.*tokens?(\/s)?|first token after .*)$/,
  de: /^(Chat|Demo|Name|Text|\d.* token\/s)$/i,
  es: /^(Chat|Demo|\d+ bytes?|.*tokens?(\/s)?)$/,
};

let english: Promise<Set<string>> | undefined;

test.describe("says nothing in English in", () => {
  for (const language of ["fr", "de", "es", "zh", "ar"]) {
    test(language, async ({ browser, page }) => {
      english ??= (async () => {
        const context = await browser.newContext({ locale: "en-GB" });
        const all = new Set<string>();
        const theirs = await context.newPage();
        await walk(theirs, async () => (await said(theirs)).forEach((text) => all.add(text)));
        await context.close();
        return all;
      })();
      const known = await english;
      expect(known.size, "the walk has seen the page").toBeGreaterThan(100);
      await page.context().addCookies([{ name: "rivulet_language", value: language, url: test.info().project.use.baseURL! }]);
      const left: string[] = [];
      await walk(page, async (state) => {
        const root = await page.evaluate(() => [document.documentElement.lang.slice(0, 2), document.documentElement.dir]);
        expect(root, state).toEqual([language, language === "ar" ? "rtl" : "ltr"]);
        const own = (text: string) => ALIKE["*"]!.test(text) || ALIKE[language]?.test(text);
        left.push(...(await said(page)).filter((text) => known.has(text) && !own(text)).map((text) => `${state}: ${text}`));
        if (process.env.RIVULET_PICTURES) {
          await page.screenshot({ path: `${process.env.RIVULET_PICTURES}/${language}-${state.replaceAll(" ", "-")}.png` });
        }
      });
      expect([...new Set(left)]).toEqual([]);
    });
  }
});

test.describe("Arabic", () => {
  test.use({ locale: "ar-EG" });

  test("goes from right to left, and what is in English in it does not", async ({ chat, page }) => {
    await chat.open();
    const input = page.locator(".composer__text");
    const x = async (selector: string) => (await page.locator(selector).first().boundingBox())!.x;
    expect(await x(".sidebar")).toBeGreaterThan(await x(".layout__main"));
    expect(await x(".composer__button")).toBeLessThan(await x(".composer__text"));
    await input.fill("/fast what can you do?");
    await input.press("Enter");
    await expect(page.locator(".assistant-message").last()).toHaveAttribute("data-status", "complete");
    const direction = (selector: string) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).direction);
    expect(await direction(".assistant-message")).toBe("rtl");
    expect(await direction(".user-message__bubble")).toBe("ltr");
    expect(await direction(".markdown")).toBe("ltr");
    expect(await direction(".code-block pre")).toBe("ltr");
    expect(await faults(page)).toEqual([]);
    await input.fill("/fast ما هي عاصمة مصر؟");
    await input.press("Enter");
    await expect(page.locator(".user-message")).toHaveCount(2);
    await page.locator(".user-message__bubble").last().evaluate((bubble) => (bubble.textContent = "ما هي عاصمة مصر؟"));
    expect(await page.locator(".user-message__bubble").last().evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  });
});

test("a language is chosen in the settings and stays", async ({ chat, page }) => {
  await chat.open();
  await chat.settings.click();
  const choice = page.getByRole("combobox", { name: "Language" });
  await expect(choice).toHaveValue("");
  expect(await faults(page)).toEqual([]);
  // Going through them by keyboard changes nothing yet.
  await choice.focus();
  await page.keyboard.press("ArrowDown");
  await expect(choice).not.toHaveValue("");
  await page.waitForTimeout(300);
  await expect(choice).toBeFocused();
  await choice.selectOption("");
  await expect(page.getByRole("button", { name: "Use this language" })).toHaveCount(0);
  await choice.selectOption("Español");
  expect(await faults(page)).toEqual([]);
  await page.getByRole("button", { name: "Use this language" }).click();
  await expect(page.getByRole("heading", { name: "¿En qué puedo ayudarte?" })).toBeVisible();
  await chat.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await page.getByRole("button", { name: "Ajustes de la conversación" }).click();
  await expect(page.getByRole("combobox", { name: "Idioma" })).toHaveValue("es");
  await page.getByRole("combobox", { name: "Idioma" }).selectOption("");
  await page.getByRole("button", { name: "Usar este idioma" }).press("Enter");
  await expect(page.getByRole("heading", { name: "What can I help with?" })).toBeVisible();
});

test("numbers and dates are written as the language writes them", async ({ chat, page }) => {
  await page.context().addCookies([{ name: "rivulet_language", value: "de", url: test.info().project.use.baseURL! }]);
  await page.goto("/");
  await page.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  await page.locator(".composer__text").fill("/fast /long 2000");
  await page.locator(".composer__text").press("Enter");
  await expect(page.locator(".assistant-message").last()).toHaveAttribute("data-status", "complete", { timeout: 30_000 });
  await expect(page.locator("[data-figure=tokens]")).toHaveText(/^\d\.\d{3} Token$/);
  await page.locator(".sidebar__search").click();
  await expect(page.locator(".search-dialog__note").first()).toHaveText(/^\d{1,2}\. \p{L}+\.? \d{4}$/u);
  await chat.page.keyboard.press("Escape");
});
