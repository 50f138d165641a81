// Every state of the page for everybody: the accessibility checker finds nothing, light and dark, from both sides, at 400 % and in forced colours, nothing
// is wider than the screen, and where there shall be no motion there is none.
import type { Page } from "@playwright/test";
import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";
import { overflowing } from "../support/overflow";
import { walk } from "../support/states";

test.use({ expectedInConsole: /status of (400|404|429)|ERR_INTERNET_DISCONNECTED|Failed to load resource/ });
test.describe.configure({ timeout: 300_000 });

/** Goes through all states and collects what `look` finds. */
async function found(page: Page, look: () => Promise<string[]>): Promise<string[]> {
  const all: string[] = [];
  await walk(page, async (state) => {
    all.push(...(await look()).map((one) => `${state}: ${one}`));
  });
  return all;
}

async function speak(page: Page, language: string): Promise<void> {
  await page.context().addCookies([{ name: "rivulet_language", value: language, url: test.info().project.use.baseURL! }]);
}

/** In light colours and in dark ones. */
async function faultsInBoth(page: Page): Promise<string[]> {
  const all: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    all.push(...(await faults(page)).map((fault) => `${colorScheme}, ${fault}`));
  }
  return all;
}

test("on a desk, light and dark, the checker finds nothing", async ({ page }) => {
  expect(await found(page, () => faultsInBoth(page))).toEqual([]);
});

// As wide as a phone that is small, and as 1280 pixels at 400 %.
for (const language of ["de", "ar"]) {
  test.describe(`on 320 pixels in ${language}`, () => {
    test.use({ viewport: { width: 320, height: 640 } });
    test("the checker finds nothing, and nothing is wider than the screen", async ({ page }) => {
      await speak(page, language);
      expect(await found(page, async () => [...(await overflowing(page)), ...(await faultsInBoth(page))])).toEqual([]);
    });
  });
}

test.describe("in forced colours and without motion", () => {
  test.use({ contextOptions: { forcedColors: "active", reducedMotion: "reduce" } });

  test("the checker finds nothing, what can be pressed has an edge or a text, and nothing moves", async ({ page }) => {
    expect(await found(page, async () => [...(await faults(page)), ...(await unseen(page)), ...(await moving(page))])).toEqual([]);
  });
});

/** What is chosen or marked by a background alone, which forced colours take away. */
async function unseen(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll("[aria-selected=true], [aria-current=page], [aria-pressed=true], :checked")];
    const shown = all.filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
    const marked = (element: Element) => {
      if (element.matches("input, option")) return true;
      const { outlineStyle, borderInlineStartWidth, borderInlineEndWidth, forcedColorAdjust, fontWeight, textDecorationLine } = getComputedStyle(element);
      const edge = parseFloat(borderInlineStartWidth) !== parseFloat(borderInlineEndWidth) || outlineStyle !== "none";
      return edge || forcedColorAdjust === "none" || Number(fontWeight) > 600 || textDecorationLine !== "none";
    };
    return shown.filter((element) => !marked(element)).map((element) => `not seen: ${element.outerHTML.slice(0, 100)}`);
  });
}

/** What moves for longer than anybody sees. */
async function moving(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const long = document.getAnimations().filter((one) => Number(one.effect?.getComputedTiming().endTime) > 20);
    return long.map((one) => `moves: ${(one as CSSAnimation).animationName ?? (one as CSSTransition).transitionProperty}`);
  });
}
