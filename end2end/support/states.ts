// The states of the page that people see, gone through without knowing its language.
import { randomUUID } from "node:crypto";
import { expect, type Page } from "@playwright/test";

/** Goes through the states and lets `look` look at each of them. */
export async function walk(page: Page, look: (state: string) => Promise<void>): Promise<void> {
  const narrow = page.viewportSize()!.width < 1024;
  const open = async (address: string) => {
    await page.goto(address);
    await page.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  };
  const ask = async (text: string, status: string) => {
    await page.locator(".composer__text").fill(text);
    await page.locator(".composer__text").press("Enter");
    await expect(page.locator(".assistant-message").last()).toHaveAttribute("data-status", status, { timeout: 30_000 });
  };
  const sidebar = async () => {
    if (narrow) await page.locator(".page-header__list").click();
  };

  await open("/");
  await look("empty chat");
  await page.locator(".model-banner summary").click();
  await look("how to add a model");
  await page.locator(".model-banner summary").click();

  await page.locator(".page-header__actions > button[aria-label]").first().click();
  await page.locator(".settings-dialog[open]").waitFor();
  await page.locator(".settings-dialog__numbers input").first().fill("9");
  await page.locator(".settings-dialog button[type=submit]").click();
  await page.locator(".settings-dialog__error[role=alert]").waitFor();
  await look("settings");
  await page.keyboard.press("Escape");

  await page.locator(".composer__text").fill("/long 2000");
  await page.locator(".composer__text").press("Enter");
  await page.locator(".composer__button--stop:not(:disabled)").waitFor();
  await expect(page.locator("[data-figure=speed]")).not.toBeEmpty();
  await look("an answer under way");
  await page.keyboard.press("Escape");
  await expect(page.locator(".assistant-message").last()).toHaveAttribute("data-status", "stopped");
  await look("a stopped answer");

  await open("/");
  await ask("/fast /reasoning Show me what you can do", "complete");
  const conversation = page.url();
  await look("an answer");
  await page.locator(".user-message").hover();
  await page.locator(".user-message__edit").click();
  await page.locator(".question-editor").waitFor();
  await look("a question that is edited");
  await page.locator(".question-editor__text").fill("/fast other words");
  await page.locator(".question-editor__text").press("Enter");
  await page.locator(".version-switcher").waitFor();
  await expect(page.locator(".assistant-message").last()).toHaveAttribute("data-status", "complete");
  await look("versions");

  await page.locator(".page-header .menu__button").click();
  await page.locator(".menu").waitFor();
  await look("the menu of the conversation");
  await page.locator(".menu__item").first().click();
  await page.locator(".share-dialog[open]").waitFor();
  await look("sharing is offered");
  await page.locator(".share-dialog .button--primary").click();
  await page.locator(".share-dialog__link input").waitFor();
  await look("a shared conversation");
  const shared = await page.locator(".share-dialog__link input").inputValue();
  await page.keyboard.press("Escape");

  await sidebar();
  await page.locator(".sidebar__search").click();
  await page.locator(".search-dialog__option").first().waitFor();
  await look("the search");
  await page.locator(".search-dialog__words").fill("other words");
  await page.locator(".search-dialog__snippet").first().waitFor();
  await look("results");
  await page.locator(".search-dialog__words").fill("xylophonequark");
  await expect(page.locator(".search-dialog__option")).toHaveCount(0);
  await expect(page.locator(".search-dialog__words-on-it")).not.toBeEmpty();
  await look("no results");
  await page.keyboard.press("Escape");

  await ask("/error overloaded after 3", "failed");
  await look("a failure");
  await open(conversation);
  await page.locator(".user-message").first().hover();
  await page.locator(".user-message").first().locator(".user-message__actions > .icon-button").last().click();
  await page.locator(".toast").waitFor();
  await look("a message was deleted");
  await page.locator(".toast__close").click();

  await page.context().setOffline(true);
  await page.locator(".offline-banner p").waitFor();
  await look("no network");
  await page.context().setOffline(false);

  await open("/");
  await page.route("**/api/conversations/*/messages", (route) =>
    route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      headers: { "retry-after": "90" },
      body: JSON.stringify({ type: "about:blank", title: "", status: 429, detail: "Too many.", code: "rate_limited" }),
    }),
  );
  await page.locator(".composer__text").fill("/fast too soon");
  await page.locator(".composer__text").press("Enter");
  await page.locator(".held-card").waitFor();
  await look("a question that waits");
  await page.unroute("**/api/conversations/*/messages");

  await open(conversation);
  await sidebar();
  const row = page.locator(".conversation-row").filter({ has: page.locator(".menu__button") }).first();
  await row.hover();
  await row.locator(".menu__button").click();
  await page.locator(".menu").waitFor();
  await look("the menu of a row");
  await page.locator(".menu__item").first().click();
  await page.locator(".conversation-row__editor").waitFor();
  await look("a title that is changed");
  await page.keyboard.press("Escape");

  await open(`/c/${await diagram(page)}`);
  await page.locator(".code-block__draw").click();
  await page.locator(".code-block--drawn").waitFor();
  await look("a diagram");

  await page.goto(shared);
  await look("the page that others see");
  await page.goto("/c/nothing");
  await look("nothing");
}

/** Puts a conversation with a diagram among those of this browser; returns its id. */
async function diagram(page: Page): Promise<string> {
  const [id, question, answer] = Array.from({ length: 3 }, () => randomUUID());
  const message = { status: "complete", created_at: 1760000000000 };
  const source = "flowchart LR\n  A[Rain] --> B{Wet?}\n  B -- yes --> C[Umbrella]\n  B -- no --> D[Hat]";
  const file = {
    rivulet: 1, id, title: "Rain", created_at: 1760000000000, updated_at: 1760000000000, head: answer,
    messages: [
      { id: question, role: "user", content: "Draw it", ...message },
      { id: answer, parent_id: question, role: "assistant", content: "```mermaid\n" + source + "\n```", ...message },
    ],
  };
  const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
  expect(imported.ok(), await imported.text()).toBe(true);
  return id!;
}
