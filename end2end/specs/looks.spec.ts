import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";

test.use({ expectedInConsole: /ERR_FAILED|Failed to load resource|Failed to fetch/ });

test("what is chosen holds at once, and stands in the first bytes of the next visit", async ({ chat, context, page }) => {
  await chat.open();
  await chat.settings.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Dark" }).check();
  await dialog.getByRole("radio", { name: "Compact" }).check();
  await dialog.getByRole("radio", { name: "Largest" }).check();
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-theme", "dark");
  await expect(root).toHaveCSS("font-size", "22px");
  await expect(page.locator("meta[name=theme-color][media*=light]")).toHaveAttribute("content", "#121719");
  expect(await faults(page)).toEqual([]);

  // A page whose scripts never come is painted as it was chosen: nothing can flash.
  const bare = await context.newPage();
  await bare.route(/\.(js|wasm)$/, (route) => route.abort());
  await bare.goto("/", { waitUntil: "commit" });
  await bare.locator(".composer__text").waitFor();
  await expect(bare.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(bare.locator("body")).toHaveCSS("background-color", "rgb(18, 23, 25)");
  await expect(bare.locator("html")).toHaveCSS("font-size", "22px");
  await bare.close();

  await dialog.getByRole("radio", { name: "System" }).check();
  await expect(root).not.toHaveAttribute("data-theme");
  await chat.reload();
  await expect(root).not.toHaveAttribute("data-theme");
  await expect(root).toHaveAttribute("data-density", "compact");
});

test("nothing of the settings is out of reach on a narrow screen with large text", async ({ chat, page }) => {
  await page.setViewportSize({ width: 320, height: 480 });
  await chat.open();
  await chat.settings.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Largest" }).check();
  const add = dialog.getByRole("button", { name: "Add a preset" });
  await add.scrollIntoViewIfNeeded();
  await expect(add).toBeInViewport();
  const wide = await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  expect(wide, "nothing to be scrolled sideways").toBeLessThanOrEqual(1);
});
