import { devices, test } from "@playwright/test";
import { resolve } from "node:path";
import { ChatPage } from "../pages/chat-page";

const images = resolve(import.meta.dirname, "../../docs/images");
const { defaultBrowserType: _, ...phone } = devices["Pixel 7"]!;

async function midStream(chat: ChatPage) {
  await chat.open();
  const answer = await chat.ask("Where does a river begin?");
  await answer.article.locator("pre").first().waitFor();
  await answer.growsBeyond((await answer.text()).length + 150);
}

for (const colorScheme of ["light", "dark"] as const) {
  const suffix = colorScheme === "dark" ? "-dark" : "";
  test.describe(colorScheme, () => {
    test.use({ colorScheme, viewport: { width: 1200, height: 800 } });
    test("streaming", async ({ page }) => {
      const chat = new ChatPage(page);
      await midStream(chat);
      await page.screenshot({ path: `${images}/streaming${suffix}.png` });
    });
  });
  test.describe(`phone, ${colorScheme}`, () => {
    test.use({ ...phone, colorScheme });
    test("streaming on a phone", async ({ page }) => {
      const chat = new ChatPage(page);
      await midStream(chat);
      await page.screenshot({ path: `${images}/phone${suffix}.png` });
    });
  });
}
