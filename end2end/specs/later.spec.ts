// The page's WASM is there when it is wanted: its second part is fetched at the first sign of a person, and waited for where it is needed
// earlier. A part that cannot be had is missed with a sentence.
import type { Page, Request } from "@playwright/test";
import { expect, test } from "../support/fixtures";

const LATER = "**/pkg/later.*.wasm";

function asked(page: Page): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/pkg/later.")) requests.push(request);
  });
  return requests;
}

test("the second part comes at the first sign of a person, and once", async ({ chat, page }) => {
  const requests = asked(page);
  await chat.open();
  await page.waitForTimeout(500);
  expect(requests).toHaveLength(0);
  await page.mouse.move(50, 50);
  await expect.poll(() => requests.length).toBe(1);
  await (await chat.ask("/fast hello")).is("complete");
  expect(requests.map((request) => request.resourceType())).toEqual(["fetch"]);
  expect((await requests[0]!.response())?.headers()["cache-control"]).toContain("immutable");
});

test("a visitor who comes again has it before doing anything", async ({ chat, page }) => {
  await chat.open();
  const requests = asked(page);
  const arrived = page.waitForResponse(LATER);
  await page.mouse.move(50, 50);
  await arrived;
  await expect.poll(() => page.evaluate(() => localStorage.getItem("rivulet:later"))).toMatch(/^sha256-/);
  await chat.reload();
  await expect.poll(() => requests.length).toBe(2);
});

test("names of characters are looked up in it, in a page that opens with them and in one that comes to them", async ({ chat, page, sidebar }) => {
  const [id, question, answer] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const message = { status: "complete", created_at: 1760000000000 };
  const messages = [
    { id: question, role: "user", content: "names?", ...message },
    { id: answer, parent_id: question, role: "assistant", content: "&AElig; &hellip; &zwnj;&copy; &nothing;", ...message },
  ];
  const file = { rivulet: 1, id, title: "Names", created_at: 1, updated_at: 2, head: answer, messages };
  await chat.open();
  const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
  expect(imported.ok(), await imported.text()).toBe(true);
  const shown = chat.answers.first().locator("p").first();
  await chat.open(`/c/${id}`);
  await expect(shown).toHaveText("Æ … \u200c© &nothing;");
  await chat.newChat.click();
  await expect(chat.answers).toHaveCount(0);
  await sidebar.link("Names").click();
  await expect(shown).toHaveText("Æ … \u200c© &nothing;");
});

test.describe("when it does not come", () => {
  test.use({ expectedInConsole: /Failed to load resource|Failed to fetch|Failed to find a valid digest|Fetch API cannot load|a part of the page could not be fetched/ });

  test("what needs it waits for it there and then", async ({ chat, page }) => {
    const requests = asked(page);
    await page.route(LATER, (route) => (route.request().resourceType() === "fetch" ? route.abort() : route.continue()));
    await chat.open();
    await (await chat.ask("/fast hello")).is("complete");
    expect(requests.some((request) => request.resourceType() === "xhr")).toBe(true);
    await expect(page.getByRole("alert").filter({ hasText: "could not be loaded" })).toBeHidden();
  });

  test("a sentence offers to reload, and what was typed is there again", async ({ chat, page }) => {
    await page.route(LATER, (route) => route.fulfill({ status: 404, body: "" }));
    await chat.open();
    await chat.input.pressSequentially("what I typed");
    const sentence = page.getByRole("alert").filter({ hasText: "could not be loaded" });
    await expect(sentence).toBeVisible();
    await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain("what I typed");
    await page.unroute(LATER);
    await Promise.all([page.waitForEvent("load"), sentence.getByRole("button", { name: "Reload" }).click()]);
    await chat.alive();
    await expect(chat.input).toHaveValue("what I typed");
    await expect(sentence).toBeHidden();
    await (await chat.ask("/fast and now?")).is("complete");
  });

  for (const file of ["rivulet.*.js", "rivulet.*.wasm"]) {
    test(`without ${file}, the same sentence stands on a page that cannot come to life`, async ({ chat, page }) => {
      await page.route(`**/pkg/${file}`, (route) => route.abort());
      await page.goto("/");
      const sentence = page.getByRole("alert").filter({ hasText: "could not be loaded" });
      await expect(sentence).toBeVisible();
      await chat.input.fill("what I typed meanwhile");
      await page.unroute(`**/pkg/${file}`);
      await Promise.all([page.waitForEvent("load"), sentence.getByRole("button", { name: "Reload" }).click()]);
      await chat.alive();
      await expect(sentence).toBeHidden();
      await expect(chat.input).toHaveValue("what I typed meanwhile");
    });
  }

  test("the sentence goes when it comes after all", async ({ chat, page }) => {
    await page.route(LATER, (route) => route.abort());
    await chat.open();
    await page.mouse.move(50, 50);
    const sentence = page.getByRole("alert").filter({ hasText: "could not be loaded" });
    await expect(sentence).toBeVisible();
    await page.unroute(LATER);
    await expect(async () => {
      await page.mouse.move(60, 60);
      await page.mouse.move(50, 50);
      await expect(sentence).toBeHidden({ timeout: 300 });
    }).toPass();
  });
});
