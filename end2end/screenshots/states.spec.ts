// Every state of the page in every language, on a desk and on a phone, light and dark: to be looked at. They are not kept in the repository.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { devices, test } from "@playwright/test";
import { walk } from "../support/states";

const folder = resolve(import.meta.dirname, "../../target/screenshots");
const { defaultBrowserType: _, ...phone } = devices["Pixel 7"]!;
const screens = { desk: { viewport: { width: 1280, height: 800 } }, phone };
const languages = (process.env.RIVULET_LANGUAGES ?? "en,de,es,fr,zh,ar").split(",");

test.describe.configure({ timeout: 300_000 });

for (const [screen, settings] of Object.entries(screens)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`${screen}, ${colorScheme}`, () => {
      test.use({ ...settings, colorScheme });
      for (const language of languages) {
        test(language, async ({ page, baseURL }) => {
          await page.context().addCookies([{ name: "rivulet_language", value: language, url: baseURL! }]);
          const place = `${folder}/${language}/${screen}-${colorScheme}`;
          mkdirSync(place, { recursive: true });
          let at = 0;
          await walk(page, async (state) => {
            const number = String(++at).padStart(2, "0");
            await page.screenshot({ path: `${place}/${number}-${state.replaceAll(/[ ,]+/g, "-")}.png` });
          });
        });
      }
    });
  }
}
