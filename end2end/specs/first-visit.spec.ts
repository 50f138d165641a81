import { expect, test } from "../support/fixtures";
import { ChatPage } from "../pages/chat-page";

test("the page is there before any script runs", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const chat = new ChatPage(await context.newPage());
  const response = await chat.page.goto("/");
  expect(response?.status()).toBe(200);
  await expect(chat.page).toHaveTitle(/Rivulet/);
  await expect(chat.input).toBeVisible();
  await expect(chat.send).toBeVisible();
  await expect(chat.page.getByText("Demo model.")).toBeVisible();
  await context.close();
});

test("without a key, the page says that it is a demo and how to add one", async ({ chat }) => {
  await chat.open();
  await chat.page.getByText("Add a real model").click();
  await expect(chat.page.getByText("OPENAI_API_KEY").first()).toBeVisible();
  await expect(chat.model).toHaveValue("demo/rivulet");
});

test("the page is painted before its program is fetched", async ({ chat, page }) => {
  await chat.open();
  const [painted, fetched] = await page.evaluate(() => {
    const begun = (entries: PerformanceEntry[]) => Math.min(...entries.map(({ startTime }) => startTime));
    const program = performance.getEntriesByType("resource").filter(({ name }) => name.includes(".wasm"));
    return [begun(performance.getEntriesByType("paint")), begun(program)];
  });
  expect(fetched).toBeGreaterThan(painted!);
});

test("the writing place has the focus", async ({ chat }) => {
  await chat.open();
  await expect(chat.input).toBeFocused();
});

test("hydration leaves what the server rendered", async ({ chat }) => {
  await chat.page.goto("/", { waitUntil: "commit" });
  await chat.input.waitFor();
  await chat.input.evaluate((element) => element.setAttribute("data-from-server", ""));
  await chat.alive();
  await expect(chat.input).toHaveAttribute("data-from-server", "");
});

test("the page asks nothing of other hosts", async ({ chat, baseURL }) => {
  const elsewhere: string[] = [];
  chat.page.on("request", (request) => {
    if (!request.url().startsWith(baseURL!) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  await chat.open();
  const answer = await chat.ask("/fast hello");
  await answer.is("complete");
  expect(elsewhere).toEqual([]);
});

test("the page's files come compressed, and are asked for once", async ({ chat }) => {
  const coding = new Map<string, string | undefined>();
  chat.page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/pkg/")) coding.set(pathname.replace(/^.*\./, ""), response.headers()["content-encoding"]);
  });
  await chat.open();
  expect([...coding.keys()].sort()).toEqual(["css", "js", "wasm"]);
  for (const [kind, found] of coding) expect(found, kind).toMatch(/^(br|gzip)$/);
  coding.clear();
  await chat.reload();
  const again = await chat.page.evaluate(() =>
    performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/pkg/")).map((entry) => (entry as PerformanceResourceTiming).transferSize),
  );
  expect(again.length).toBeGreaterThanOrEqual(3);
  expect(again.every((size) => size === 0)).toBe(true);
});

test.describe("what is not there", () => {
  test.use({ expectedInConsole: /status of 404/ });

  for (const address of ["/nowhere", "/c/00000000-0000-4000-8000-000000000000", "/c/no-id"]) {
    test(`${address} is a 404 with a way home`, async ({ chat }) => {
      const response = await chat.page.goto(address);
      expect(response?.status()).toBe(404);
      await chat.alive();
      await chat.page.getByRole("link", { name: "Start a new chat" }).click();
      await expect(chat.input).toBeVisible();
    });
  }
});
