// The page as something that is installed: its manifest, and a service worker that stands in without a network and does nothing else.
import { expect, test } from "../support/fixtures";

test.use({ serviceWorkers: "allow", expectedInConsole: /Failed to load resource|ERR_/ });

async function controlled(page: import("@playwright/test").Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((came) => navigator.serviceWorker.addEventListener("controllerchange", came, { once: true }));
    }
  });
}

test("the manifest has what an installation needs", async ({ page, request }) => {
  await page.goto("/");
  const address = await page.locator("link[rel=manifest]").getAttribute("href");
  const answer = await request.get(address!);
  expect(answer.headers()["content-type"]).toContain("application/manifest+json");
  const manifest = (await answer.json()) as { name: string; start_url: string; display: string; icons: { src: string; sizes: string; purpose?: string }[] };
  expect(manifest).toMatchObject({ name: "Rivulet", start_url: "/", display: "standalone" });
  for (const size of ["192x192", "512x512"]) expect(manifest.icons.some((icon) => icon.sizes === size)).toBe(true);
  expect(manifest.icons.some((icon) => icon.purpose === "maskable")).toBe(true);
  for (const icon of manifest.icons) expect((await request.get(icon.src)).status(), icon.src).toBe(200);
});

test("a stream comes piece by piece through the worker, and nothing of it is kept", async ({ chat, page }) => {
  await chat.open();
  await controlled(page);
  await chat.reload();
  const answer = await chat.ask("/long 300");
  let length = await answer.begins();
  for (let i = 0; i < 3; i++) length = await answer.growsBeyond(length);
  await answer.is("streaming");
  await chat.stop.click();
  const kept = await page.evaluate(async () => {
    const paths: string[] = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname);
    }
    return paths;
  });
  expect(kept).toContain("/offline");
  for (const path of kept) expect(path).toMatch(/^\/(offline|favicon\.svg|pkg\/[\w.-]+\.css)$/);
});

test("without a network the installed page says so, and comes back by itself when asked", async ({ page, network }) => {
  await page.goto(network.url);
  await controlled(page);
  network.down();
  await page.goto(`${network.url}/c/01890a5d-ac96-774b-bcce-b302099a8057`);
  await expect(page.getByRole("heading", { name: "You are offline" })).toBeVisible();
  // Its style is kept too.
  await expect(page.locator("main")).toHaveCSS("text-align", "center");
  network.mend();
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("the page without a network speaks the language that was chosen, in its colours", async ({ chat, page, network }) => {
  await chat.open(network.url);
  await controlled(page);
  await chat.settings.click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await page.getByRole("combobox", { name: "Language" }).selectOption("Español");
  await page.getByRole("button", { name: "Use this language" }).click();
  await expect(page.getByRole("heading", { name: "¿En qué puedo ayudarte?" })).toBeVisible();
  network.down();
  await page.goto(`${network.url}/c/01890a5d-ac96-774b-bcce-b302099a8057`);
  await expect(page.getByRole("heading", { name: "Sin conexión" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
