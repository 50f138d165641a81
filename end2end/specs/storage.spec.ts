// A server that can keep nothing for a while. That is played here.
import { expect, test } from "../support/fixtures";

test.use({ expectedInConsole: /status of 503/ });

test("what was against a question goes away when the server can keep things again", async ({ chat, page }) => {
  const error = { code: "storage_unavailable", message: "The disk of the server is full.", retryable: true };
  let full = true;
  await page.route("**/api/models", async (route) => {
    const answer = await route.fetch();
    const models = (await answer.json()) as object;
    await route.fulfill({ json: full ? { ...models, storage: error } : models });
  });
  await page.route("**/api/conversations/*/messages", (route) => {
    if (!full) return route.fallback();
    const problem = { type: "about:blank", title: "", status: 503, detail: error.message, code: error.code };
    return route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
  });
  await page.clock.install();
  await chat.open();
  await chat.input.fill("/fast keep me");
  await chat.input.press("Enter");
  await expect(page.getByRole("alert")).toContainText("full");
  await expect(chat.input).toHaveValue("/fast keep me");
  full = false;
  await expect(async () => {
    await page.clock.runFor(5_000);
    await expect(page.getByRole("alert")).toHaveCount(0, { timeout: 200 });
  }).toPass();
  await expect(chat.input).toHaveValue("/fast keep me");
});
