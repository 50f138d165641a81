// Whoever is elsewhere is told that an answer has ended; and what the browser's voice and ear are for.
import { expect, test } from "../support/fixtures";

test("an answer that ends in a hidden tab is marked, and a long one notified of", async ({ chat, page }) => {
  test.setTimeout(60_000);
  await page.addInitScript(() => {
    const told: string[] = [];
    class Told extends EventTarget {
      static permission = "granted";
      static requestPermission = async () => "granted";
      onclick = null;
      constructor(title: string, options: { body: string }) {
        super();
        told.push(`${title}: ${options.body}`);
      }
    }
    Object.assign(window, { Notification: Told, told });
  });
  await chat.open();
  await chat.settings.click();
  await page.getByRole("checkbox", { name: /Notify me/ }).check();
  await page.keyboard.press("Escape");
  const answer = await chat.ask("/slow /long 60");
  await answer.begins(5);
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await hide(true);
  await expect(page).toHaveTitle(/^● /, { timeout: 40_000 });
  const told = await page.evaluate(() => (window as unknown as { told: string[] }).told);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/Rivulet: ./);
  await hide(false);
  await expect(page).not.toHaveTitle(/^● /);

  // A short one is only marked.
  await chat.input.fill("/fast hello");
  await hide(true);
  await chat.input.press("Enter");
  await expect(page).toHaveTitle(/^● /);
  expect(await page.evaluate(() => (window as unknown as { told: string[] }).told.length)).toBe(1);
});

test("an answer is read aloud without its code, and silenced", async ({ chat, page }) => {
  await page.addInitScript(() => {
    const spoken: string[] = [];
    let current: { onend?: () => void; onerror?: () => void }[] = [];
    const voice = {
      speak: (utterance: { text: string }) => {
        spoken.push(utterance.text);
        current.push(utterance as never);
      },
      cancel: () => {
        const silenced = current;
        current = [];
        for (const utterance of silenced) utterance.onerror?.();
      },
    };
    class Utterance {
      constructor(public text: string) {}
    }
    Object.defineProperty(window, "speechSynthesis", { value: voice, configurable: true });
    Object.assign(window, { SpeechSynthesisUtterance: Utterance, spoken });
  });
  await chat.open();
  const answer = await chat.ask("/fast Show me what you can do");
  await answer.is("complete");
  await answer.article.getByRole("button", { name: "Read aloud" }).click();
  const silence = answer.article.getByRole("button", { name: "Stop reading" });
  await expect(silence).toBeVisible();
  const spoken = await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken.join(" "));
  expect(spoken.length).toBeGreaterThan(20);
  for (const code of await answer.article.locator("pre code").allInnerTexts()) expect(spoken).not.toContain(code.trim());
  await silence.click();
  await expect(answer.article.getByRole("button", { name: "Read aloud" })).toBeVisible();

  // Of a long one, what is out of sight is not laid out, and is read all the same.
  const long = await chat.ask("/fast /long 4000");
  await long.is("complete", 40_000);
  const first = ((await long.article.locator(".markdown__page").first().locator("p").first().textContent()) ?? "").trim();
  await long.article.getByRole("button", { name: "Read aloud" }).click();
  await expect(long.article.getByRole("button", { name: "Stop reading" })).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken.join(" "))).toContain(first.slice(0, 60));
});

test("what is dictated stands where one writes, until one types", async ({ chat, page }) => {
  await page.addInitScript(() => {
    class Recognition {
      onresult?: (event: unknown) => void;
      onend?: () => void;
      start() {
        Object.assign(window, { hear: (...words: string[]) => this.onresult?.({ results: words.map((transcript) => [{ transcript }]) }) });
      }
      stop() {}
    }
    Object.assign(window, { SpeechRecognition: Recognition });
  });
  await chat.open();
  await chat.input.fill("Please");
  const listen = page.getByRole("button", { name: "Dictate" });
  await listen.click();
  const hear = (...words: string[]) => page.evaluate((words) => (window as unknown as { hear: (...words: string[]) => void }).hear(...words), words);
  await hear("tell me");
  await expect(chat.input).toHaveValue("Please tell me");
  await hear("tell me", " a story");
  await expect(chat.input).toHaveValue("Please tell me a story");
  await expect(page.getByRole("button", { name: "Stop dictation" })).toHaveAttribute("aria-pressed", "true");
  await chat.input.press("End");
  await chat.input.pressSequentially("!");
  await expect(listen).toHaveAttribute("aria-pressed", "false");
  await expect(chat.input).toHaveValue("Please tell me a story!");
});

test("a browser without voice and ear shows no buttons for them", async ({ chat, page }) => {
  await page.addInitScript(() => {
    for (const name of ["speechSynthesis", "SpeechRecognition", "webkitSpeechRecognition"]) {
      Object.defineProperty(window, name, { value: undefined, configurable: true });
    }
  });
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  await expect(page.getByRole("button", { name: "Read aloud" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Dictate" })).toHaveCount(0);
});
