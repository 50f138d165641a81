// The chat page as a person meets it: every part is found by its role and its name.
import { type APIRequestContext, expect, type Locator, type Page } from "@playwright/test";

export type Status = "streaming" | "complete" | "stopped" | "failed" | "interrupted";

/** A message as the server keeps it. */
export interface StoredMessage {
  role: "user" | "assistant";
  content: string;
  reasoning?: string;
  status: Status;
  generation_id?: string;
  model?: string;
}

export class ChatPage {
  readonly input: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly retry: Locator;
  readonly goOn: Locator;
  /** The question that waits until the server will take it. */
  readonly waiting: Locator;
  readonly sendNow: Locator;
  readonly newChat: Locator;
  readonly jumpToLatest: Locator;
  readonly settings: Locator;
  readonly model: Locator;
  /** What can be done with the conversation that is shown. */
  readonly options: Locator;
  readonly previousVersion: Locator;
  readonly nextVersion: Locator;
  readonly questions: Locator;
  readonly answers: Locator;

  constructor(readonly page: Page) {
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    this.input = page.getByRole("textbox", { name: "Message", exact: true });
    this.send = button("Send message");
    this.stop = button("Stop");
    this.retry = button("Retry");
    this.goOn = button("Continue");
    this.waiting = page.getByRole("region", { name: "Waiting to be sent" });
    this.sendNow = button("Send now");
    this.newChat = button("New chat");
    this.jumpToLatest = button("Jump to latest");
    this.settings = button("Chat settings");
    this.model = page.getByRole("combobox", { name: "Model", exact: true });
    this.options = button("Conversation options");
    this.previousVersion = button("Previous version");
    this.nextVersion = button("Next version");
    this.questions = page.getByRole("article", { name: "You said" });
    this.answers = page.getByRole("article", { name: "Assistant said" });
  }

  /** Opens an address and waits until the page is alive. */
  async open(address = "/"): Promise<void> {
    await this.page.goto(address);
    await this.alive();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.alive();
  }

  async alive(): Promise<void> {
    await this.page.locator("[data-hydrated]").first().waitFor({ state: "attached" });
  }

  /** Scrolls up until so many messages are in the document. */
  async loadEarlier(count: number, timeout: number): Promise<void> {
    await expect
      .poll(
        async () => {
          await this.page.evaluate(() => (document.querySelector(".message-list")!.scrollTop = 0));
          return this.page.locator("article").count();
        },
        { timeout, intervals: [50] },
      )
      .toBe(count);
  }

  /** Moves the mouse, and waits for the part of the page that comes at the first sign of a person. */
  async touch(): Promise<void> {
    await this.page.mouse.move(5, 5);
    await this.page.mouse.move(6, 6);
    await expect.poll(() => this.page.evaluate(() => localStorage.getItem("rivulet:later"))).not.toBeNull();
  }

  /** Types a message and sends it by Enter; returns its answer. */
  async ask(text: string): Promise<Answer> {
    const before = await this.answers.count();
    await this.input.fill(text);
    await this.input.press("Enter");
    await expect(this.answers).toHaveCount(before + 1);
    return this.answer(before);
  }

  /** Puts a question into other words, by mouse and keyboard. */
  async edit(question: Locator, text: string): Promise<void> {
    await question.hover();
    await question.getByRole("button", { name: "Edit question" }).click();
    const editor = this.page.getByRole("textbox", { name: "Edit question" });
    await expect(editor).toBeFocused();
    await editor.fill(text);
    await editor.press("Enter");
    await expect(editor).toHaveCount(0);
  }

  answer(index: number): Answer {
    return new Answer(this.answers.nth(index));
  }

  get lastAnswer(): Answer {
    return new Answer(this.answers.last());
  }

  /** What the server has of the conversation that is shown. */
  async stored(): Promise<StoredMessage[]> {
    return stored(this.page.request, this.page.url());
  }

  /** How far the reader is from the end of the conversation, in pixels. */
  async distanceFromEnd(): Promise<number> {
    const scroller = await this.scroller();
    return scroller.evaluate((part) => part.scrollHeight - part.scrollTop - part.clientHeight);
  }

  /** Turns the mouse wheel over the conversation. */
  async scrollUpBy(pixels: number): Promise<void> {
    await this.answers.last().hover({ position: { x: 5, y: 5 }, force: true }).catch(() => undefined);
    await this.page.mouse.wheel(0, -pixels);
  }

  /** The part of the page that scrolls: the nearest one around the messages, or the page itself. */
  private async scroller() {
    const found = await this.page.evaluateHandle(() => {
      let part = document.querySelector("article")?.parentElement;
      while (part && !/auto|scroll/.test(getComputedStyle(part).overflowY)) part = part.parentElement;
      return part ?? document.scrollingElement ?? document.documentElement;
    });
    return found.asElement()!;
  }
}

export async function stored(request: APIRequestContext, address: string): Promise<StoredMessage[]> {
  const url = new URL(address);
  const id = /^\/c\/([^/]+)$/.exec(url.pathname)?.[1];
  if (!id) throw new Error(`no conversation in ${address}`);
  const response = await request.get(`${url.origin}/api/conversations/${id}`);
  expect(response.status()).toBe(200);
  return ((await response.json()) as { messages: StoredMessage[] }).messages;
}

/** One answer of the model. */
export class Answer {
  constructor(readonly article: Locator) {}

  async is(status: Status, timeout?: number): Promise<void> {
    await expect(this.article).toHaveAttribute("data-status", status, { timeout });
  }

  async text(): Promise<string> {
    return this.article.innerText();
  }

  /** Waits until some of the answer can be read, and returns how much that is. */
  async begins(least = 20): Promise<number> {
    await expect.poll(async () => (await this.text()).length).toBeGreaterThan(least);
    return (await this.text()).length;
  }

  /** Waits until more can be read than `length` characters. */
  async growsBeyond(length: number): Promise<number> {
    await expect.poll(async () => (await this.text()).length).toBeGreaterThan(length);
    return (await this.text()).length;
  }
}
