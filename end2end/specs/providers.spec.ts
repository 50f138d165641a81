// Providers in trouble, as the page shows them. The trouble is played, so that these tests need no provider.
import { expect, test } from "../support/fixtures";
import { faults } from "../support/accessibility";

test("a provider that is asked again is told with a countdown, and is forgotten when it answers", async ({ chat, scripted }) => {
  scripted.next(async ({ say, after }) => {
    say({ type: "status", status: "retrying", attempt: 2, delay_ms: 3_000 });
    await after(3_500);
    say({ type: "chunk", content: "Here I am." });
    await after(200);
    say({ type: "complete", finish_reason: "stop" });
  });
  await chat.open(scripted.url);
  const answer = await chat.ask("Are you there?");
  const line = answer.article.getByRole("status").filter({ hasText: "busy" });
  await expect(line).toHaveText(/^Demo is busy\. Trying again (in \d\ss )?\(attempt 2\)…$/);
  // Heard once: the seconds are hidden from those who listen.
  await expect(line).toMatchAriaSnapshot(`- status: Demo is busy. Trying again (attempt 2)…`);
  await answer.is("complete");
  await expect(answer.article).toContainText("Here I am.");
  await expect(answer.article).not.toContainText("busy");
});

test("when another model answers, the page says so, and the answer says which for good", async ({ chat, scripted }) => {
  scripted.next(async ({ say, after }) => {
    say({ type: "status", status: "fallback", from: "demo/rivulet", to: "other/brook" });
    await after(1_500);
    say({ type: "chunk", content: "I am the other one." });
    await after(200);
    say({ type: "complete", finish_reason: "stop" });
  });
  await chat.open(scripted.url);
  const answer = await chat.ask("Are you there?");
  await expect(answer.article).toContainText("Rivulet demo could not answer. Asking brook instead…");
  await answer.is("complete");
  await expect(answer.article).not.toContainText("could not answer");
  await expect(answer.article).toContainText("other/brook");
});

test.describe("a provider that is paused", () => {
  test.beforeEach(async ({ chat }) => {
    await chat.page.route("**/api/models", async (route) => {
      const response = await route.fetch();
      const list = (await response.json()) as { models: unknown[]; providers: unknown[] };
      const error = { code: "upstream_overloaded", message: "It failed.", retryable: true };
      list.models.push({ id: "other/brook", provider: "other", label: "Brook" });
      list.providers.push({ id: "other", label: "Other Inc", error, paused_ms: 60_000 });
      await route.fulfill({ response, json: list });
    });
    await chat.open();
  });

  test("is marked in the picker, and spoken of only to who would ask it", async ({ chat }) => {
    const groups = () => chat.model.locator("optgroup").evaluateAll((all) => all.map((group) => (group as HTMLOptGroupElement).label));
    await expect.poll(groups).toEqual(["Demo", "Other Inc (not answering at the moment)"]);
    const words = chat.page.getByText("Other Inc is not answering at the moment.");
    await expect(words).toHaveCount(0);
    await chat.model.selectOption("other/brook");
    await expect(words).toBeVisible();
    await expect(chat.page.getByRole("alert")).toHaveCount(0);
    expect(await faults(chat.page)).toEqual([]);
  });
});
