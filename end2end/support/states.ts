// The states of the page that people see, gone through without knowing its language. This is the one list of them: languages, accessibility and
// pictures all go through it.
import { randomUUID } from "node:crypto";
import { expect, test, type Page } from "@playwright/test";
import { ScriptedServer, type Stage } from "./scripted-server";
import { ANSWER, DIAGRAM, MODELS, NOTES, PICTURE, QUESTION } from "./walk/content";

/** Looks at the state that the page is in. */
export type Look = (state: string) => Promise<void>;

/** Goes through all states and lets `look` look at each of them. */
export async function walk(page: Page, look: Look): Promise<void> {
  const walker = new Walker(page, look);
  await walker.beginning();
  await walker.settings();
  await walker.presets();
  await walker.underWay();
  const conversation = await walker.answers();
  await walker.files();
  await walker.sharing(conversation);
  await walker.search();
  await walker.commands();
  await walker.failures(conversation);
  await walker.waiting();
  await walker.list(conversation);
  await walker.diagram();
  await walker.otherPages();
}

/** What fades in or slides has arrived: nobody looks at it on its way. What is not drawn because it is out of sight never does. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    return Promise.race([Promise.allSettled(ending.map((one) => one.finished)), new Promise((done) => setTimeout(done, 800))]);
  });
}

class Walker {
  private readonly look: Look;
  private readonly narrow: boolean;
  private readonly address: string;

  constructor(
    private readonly page: Page,
    look: Look,
  ) {
    this.look = async (state) => {
      await settled(page);
      await look(state);
    };
    page.setDefaultTimeout(30_000);
    this.narrow = page.viewportSize()!.width < 1024;
    this.address = test.info().project.use.baseURL!;
  }

  async beginning(): Promise<void> {
    const { page, look } = this;
    await this.open("/");
    await look("empty chat");
    await page.locator(".model-banner summary").click();
    await look("how to add a model");
    await page.locator(".model-banner summary").click();
  }

  async settings(): Promise<void> {
    const { page, look } = this;
    await this.openSettings();
    await look("settings");
    const language = page.locator(".language-section select");
    const own = await language.inputValue();
    await language.selectOption(own === "es" ? "de" : "es");
    await language.scrollIntoViewIfNeeded();
    await look("another language is chosen");
    await language.selectOption(own);
    await page.locator(".settings-dialog__numbers input").first().fill("9");
    await page.locator(".settings-dialog button[type=submit]").first().click();
    await page.locator(".settings-dialog__error[role=alert]").first().waitFor();
    await look("settings with an error");
    await page.locator("section:has(> .transfer-section__actions)").scrollIntoViewIfNeeded();
    await page.locator("section:has(> .transfer-section__actions) input[type=file]").setInputFiles({ name: "nothing.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await expect(page.locator("section:has(> .transfer-section__actions) [role=status]")).not.toBeEmpty();
    await look("settings, the end");
    await page.keyboard.press("Escape");
  }

  async presets(): Promise<void> {
    const { page, look } = this;
    await page.request.post("/api/presets", { data: { name: "Résumé", content: "/fast {{text}} → {{language}}" } });
    await this.open("/");
    await this.openSettings();
    await page.locator(".presets-section__add").click();
    await page.locator(".preset-form").scrollIntoViewIfNeeded();
    await look("a new preset");
    await page.keyboard.press("Escape");
    await page.locator(".composer__text").pressSequentially("/r");
    await page.locator(".preset-picker__option").first().waitFor();
    await look("presets are offered");
    await page.keyboard.press("Enter");
    await page.locator("dialog[open] .preset-form").waitFor();
    await look("a preset asks for its gaps");
    await page.keyboard.press("Escape");
    await page.locator(".composer__text").fill("");
  }

  async underWay(): Promise<void> {
    const { page, look } = this;
    await page.locator(".composer__text").fill("/long 2000");
    await page.locator(".composer__text").press("Enter");
    await page.locator(".composer__button--stop:not(:disabled)").waitFor();
    await expect(page.locator("[data-figure=speed]")).not.toBeEmpty();
    await look("an answer under way");
    await page.keyboard.press("Escape");
    await this.ended("stopped");
    await look("a stopped answer");
    await this.played(async ({ say, after }) => {
      say({ type: "reasoning", content: "The **bank** of a river" });
      await after(1_200);
      say({ type: "status", status: "retrying", attempt: 2, delay_ms: 40_000 });
      await after(60_000);
    }, async () => {
      await page.locator(".notice-line:not(:empty)").waitFor();
      await look("a model that thinks, and a provider that is busy");
    });
  }

  /** The address of a conversation with two versions of its question. */
  async answers(): Promise<string> {
    const { page, look } = this;
    await this.played(async ({ say, after }) => {
      say({ type: "reasoning", content: "One looks at the **source** first." });
      say({ type: "chunk", content: ANSWER });
      await after(100);
      say({ type: "complete", finish_reason: "stop", usage: { input_tokens: 21, output_tokens: 412 }, stats: { first_chunk_ms: 180, duration_ms: 6_900, chunks: 412 } });
    }, async () => {
      await this.ended("complete");
      await page.locator(".formula math").first().waitFor();
      await page.locator(".reasoning summary").click();
      await this.toTop();
      await look("the beginning of a long answer");
      for (const [part, state] of [[".markdown__table", "a wide table"], [".code-block--folded", "code that is folded"], [".formula--display", "formulas"]]) {
        await page.locator(part!).first().evaluate((element) => element.scrollIntoView({ block: "center" }));
        await look(state!);
      }
      await page.locator(".message-list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
      await look("the end of a long answer");
    });

    await this.open("/");
    await this.ask("/fast /reasoning Show me what you can do", "complete");
    const conversation = page.url();
    await page.locator(".formula math").first().waitFor();
    await look("an answer");
    await page.locator(".user-message").hover();
    await page.locator(".user-message__edit").click();
    await page.locator(".question-editor").waitFor();
    await look("a question that is edited");
    await page.locator(".question-editor__text").fill("/fast other words");
    await page.locator(".question-editor__text").press("Enter");
    await page.locator(".version-switcher").waitFor();
    await this.ended("complete");
    await look("versions");
    await page.locator(".composer__text").fill("/fast and more\n\nin several lines,\none below the other");
    await look("a question in several lines");
    await page.locator(".composer__text").fill("");
    return conversation;
  }

  async diagram(): Promise<void> {
    const { page, look } = this;
    const [id, question, answer] = Array.from({ length: 3 }, () => randomUUID());
    const message = { status: "complete", created_at: 1760000000000 };
    const messages = [
      { id: question, role: "user", content: "Draw it", ...message },
      { id: answer, parent_id: question, role: "assistant", content: DIAGRAM, ...message },
    ];
    const file = { rivulet: 1, id, title: "Rain", created_at: 1760000000000, updated_at: 1760000000000, head: answer, messages };
    const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
    expect(imported.ok(), await imported.text()).toBe(true);
    await this.open(`/c/${id}`);
    await page.locator(".code-block__draw").click();
    await page.locator(".code-block--drawn").waitFor();
    await look("a diagram");
  }

  async files(): Promise<void> {
    const { page, look } = this;
    await this.open("/");
    await page.locator(".attachment-button input").setInputFiles([
      { name: "river.png", mimeType: "image/png", buffer: PICTURE },
      { name: "notes on the sources of rivers and what they say about themselves.md", mimeType: "text/markdown", buffer: Buffer.from(NOTES) },
      { name: "report.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff]) },
    ]);
    await expect(page.locator(".attachment-tray__size")).toHaveCount(2);
    await page.locator(".attachment-tray__problem").waitFor();
    await look("files to be sent");
    await page.locator(".attachment-tray__file").last().locator("button").last().click();
    await this.ask("/fast What is to be seen here?", "complete");
    await this.toTop();
    await look("a question with files");
    await page.locator(".message-attachments__image").click();
    await page.locator(".image-view[open] img").waitFor();
    await look("a large picture");
    await page.keyboard.press("Escape");
  }

  async sharing(conversation: string): Promise<void> {
    const { page, look } = this;
    await this.open(conversation);
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
    await page.goto(shared);
    await look("the page that others see");
    await this.open(conversation);
  }

  async search(): Promise<void> {
    const { page, look } = this;
    await this.sidebar();
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
    await page.locator(".search-dialog[open]").waitFor({ state: "hidden" });
  }

  async commands(): Promise<void> {
    const { page, look } = this;
    await page.keyboard.press("ControlOrMeta+k");
    await page.locator(".search-dialog__words").fill(">");
    await page.locator(".search-dialog__option--command").nth(5).waitFor();
    await look("commands");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ControlOrMeta+/");
    await page.locator("dialog[open] kbd").first().waitFor();
    await look("keyboard shortcuts");
    await page.keyboard.press("Escape");
  }

  async failures(conversation: string): Promise<void> {
    const { page, look } = this;
    await this.open(conversation);
    await this.ask("/error overloaded after 3", "failed");
    await look("a failure");
    await this.open(conversation);
    await page.locator(".user-message").first().hover();
    await page.locator(".user-message").first().locator(".user-message__actions > .icon-button").last().click();
    await page.locator(".toast").waitFor();
    await look("a message was deleted");
    await page.locator(".toast__close").click();

    await page.context().setOffline(true);
    await page.locator(".offline-banner p").waitFor();
    await look("no network");
    await page.context().setOffline(false);

    await page.route("**/api/models", (route) => route.fulfill({ json: MODELS }));
    await this.open("/");
    await page.locator(".storage-banner p").waitFor();
    await look("a disk that is full and a provider that is silent");
    await page.unroute("**/api/models");
  }

  async waiting(): Promise<void> {
    const { page, look } = this;
    await this.open("/");
    await this.refuse("**/api/conversations/*/messages");
    await page.locator(".composer__text").fill("/fast too soon");
    await page.locator(".composer__text").press("Enter");
    await page.locator(".held-card").waitFor();
    await look("a question that waits");
    await page.unroute("**/api/conversations/*/messages");

    await this.open("/");
    await this.refuse("**/api/conversations/*?*");
    await this.sidebar();
    await page.locator(".conversation-row__link").first().click();
    await page.locator(".limit-banner p").waitFor();
    await look("too many requests");
    await page.unroute("**/api/conversations/*?*");
  }

  async list(conversation: string): Promise<void> {
    const { page, look } = this;
    await this.open(conversation);
    await this.sidebar();
    await look("the conversations");
    const row = page.locator(".conversation-row").filter({ has: page.locator(".menu__button") }).first();
    await row.hover();
    await row.locator(".menu__button").click();
    await page.locator(".menu").waitFor();
    await look("the menu of a row");
    await page.locator(".menu__item").first().click();
    await page.locator(".conversation-row__editor").waitFor();
    await look("a title that is changed");
    await page.keyboard.press("Escape");
  }

  async otherPages(): Promise<void> {
    const { page, look } = this;
    await page.goto("/offline");
    await look("the page without a network");
    await page.goto("/c/nothing");
    await look("nothing");
  }

  private async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  }

  /** Asks a question that is answered as in `play`, and does something meanwhile or afterwards. */
  private async played(play: (stage: Stage) => Promise<void>, then: () => Promise<void>): Promise<void> {
    const scripted = await ScriptedServer.before(new URL(this.address));
    try {
      scripted.next(play);
      await this.open(scripted.url);
      await this.page.locator(".composer__text").fill(QUESTION);
      await this.page.locator(".composer__text").press("Enter");
      await then();
    } finally {
      await this.open(this.address);
      await scripted.close();
    }
  }

  private async openSettings(): Promise<void> {
    await this.page.locator(".page-header__actions > button[aria-label]").first().click();
    await this.page.locator(".settings-dialog[open]").waitFor();
  }

  private async ask(text: string, status: string): Promise<void> {
    await this.page.locator(".composer__text").fill(text);
    await this.page.locator(".composer__text").press("Enter");
    await this.ended(status);
  }

  private async ended(status: string): Promise<void> {
    await expect(this.page.locator(".assistant-message").last()).toHaveAttribute("data-status", status, { timeout: 30_000 });
  }

  private async toTop(): Promise<void> {
    await this.page.locator(".message-list").evaluate((list) => list.scrollTo(0, 0));
  }

  private async sidebar(): Promise<void> {
    if (this.narrow) await this.page.locator(".page-header__list").click();
  }

  /** The server says that these have been asked for too often. */
  private async refuse(addresses: string): Promise<void> {
    await this.page.route(addresses, (route) =>
      route.fulfill({
        status: 429,
        contentType: "application/problem+json",
        headers: { "retry-after": "90" },
        body: JSON.stringify({ type: "about:blank", title: "", status: 429, detail: "There have been too many requests in a short time.", code: "rate_limited" }),
      }),
    );
  }
}
