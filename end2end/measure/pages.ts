// The pages that are measured, each with one answer that is asked for and grows.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { ChatPage } from "../pages/chat-page";
import { Counters } from "./counters";
import type { Play, TokenServer } from "./token-server";

const SLOW = { timeout: 300_000, polling: 250 };

export abstract class AnswerPage {
  protected constructor(
    readonly page: Page,
    readonly counters: Counters,
  ) {}

  /** Where the text of the last answer stands. */
  protected abstract readonly text: string;
  /** What is there once the answer has ended. */
  protected abstract readonly ended: string;
  protected abstract press(): Promise<void>;

  /** Asks for an answer, which the play then sends. */
  async ask(server: TokenServer): Promise<Play> {
    const play = server.next();
    await this.press();
    await play.asked;
    return play;
  }

  /** Waits until all that was sent can be read, and until nothing of it is left to do. */
  async shows(last: string): Promise<void> {
    const shown = (part: { text: string; last: string }) =>
      [...document.querySelectorAll(part.text)].at(-1)?.textContent?.includes(part.last) ?? false;
    await this.page.waitForFunction(shown, { text: this.text, last }, SLOW);
    // Colours and formulas come a moment later.
    await this.page.waitForTimeout(1500);
  }

  async end(play: Play): Promise<void> {
    play.end();
    await this.page.waitForFunction((ended) => document.querySelector(ended) !== null, this.ended, SLOW);
    await this.page.waitForTimeout(1500);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

export class RivuletPage extends AnswerPage {
  protected readonly text = "article.assistant-message .markdown";
  protected readonly ended = "article.assistant-message:last-of-type[data-status=complete]";
  readonly chat: ChatPage;

  private constructor(page: Page, counters: Counters) {
    super(page, counters);
    this.chat = new ChatPage(page);
  }

  static async open(browser: Browser, baseURL: string, address = "/", context?: BrowserContext): Promise<RivuletPage> {
    const page = await (context ?? (await browser.newContext({ baseURL }))).newPage();
    const opened = new RivuletPage(page, await Counters.of(page));
    await opened.chat.open(address);
    return opened;
  }

  protected async press(): Promise<void> {
    await this.chat.input.fill("Tell me of the river.");
    await this.chat.input.press("Enter");
  }
}

export class StreamdownPage extends AnswerPage {
  protected readonly text = "#answer";
  protected readonly ended = "body[data-status=complete]";

  static async open(browser: Browser, server: TokenServer, plugins: boolean): Promise<StreamdownPage> {
    const page = await (await browser.newContext()).newPage();
    const opened = new StreamdownPage(page, await Counters.of(page));
    await page.goto(`${server.url}/${plugins ? "?plugins" : ""}`);
    await page.locator("body[data-ready]").waitFor();
    return opened;
  }

  protected async press(): Promise<void> {
    await this.page.getByRole("button", { name: "Ask" }).click();
  }
}
