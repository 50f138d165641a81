// What a first visit runs before a person does anything but typing: of an empty page on a desk and on a phone, of a
// conversation with every kind of markdown but for names of characters (`&hellip;`), of one with all that questions and answers have beside
// their text, in two languages, of one that is too long to be there at once, and beside a long list.
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { ChatPage } from "../pages/chat-page";
import { expect, test } from "../support/fixtures";
import { collectGarbage } from "../support/garbage";
import { NOTES, PICTURE } from "../support/walk/content";

const MARKDOWN = `# A heading

Some *text*, **strong**, ~~struck~~, \`code\`, [a link](https://a.example "with a title"), https://b.example, ![an image](https://c.example/d.png)  
and $x^2$, with a mark[^1].

- one
- two

  - nested

1. first
2. second

- [ ] to do
- [x] done

> A quotation

| left | right |
|:-----|------:|
| 1    | 2     |

\`\`\`rust
fn main() {}
\`\`\`

    indented

$$
y = x
$$

<p>markup</p>

---

[^1]: A note.
`;

/** Has the server keep a conversation of so many questions with their answers; its id. */
async function kept(page: Page, answers: number, content: string, age = 0): Promise<string> {
  const [id, ...ids] = Array.from({ length: 1 + 2 * answers }, () => crypto.randomUUID());
  const messages = ids.map((id, at) => {
    const message = { id, parent_id: ids[at - 1], status: "complete", created_at: 1760000000000 + at };
    return at % 2 === 0
      ? { ...message, role: "user", content: "Everything, please" }
      : { ...message, role: "assistant", content, model: "demo/rivulet" };
  });
  const updated_at = Date.now() - age * 24 * 3600 * 1000;
  const file = { rivulet: 1, id, title: "Everything", created_at: 1, updated_at, head: ids.at(-1), messages };
  const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
  expect(imported.ok(), await imported.text()).toBe(true);
  return id!;
}

/** Holds a conversation with all that can stand beside a text: reasoning, files, what was stopped, what failed, and versions. */
async function held(chat: ChatPage): Promise<void> {
  await (await chat.ask("/fast /reasoning what can an answer hold?")).is("complete");
  await chat.page.getByLabel("Attach files").setInputFiles([
    { name: "river.png", mimeType: "image/png", buffer: PICTURE },
    { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from(NOTES) },
  ]);
  await expect(chat.send).toBeEnabled();
  await (await chat.ask("/fast What is it?")).is("complete");
  await (await chat.ask("/fast /length And how long?")).is("complete");
  const long = await chat.ask("/long 2000 On and on?");
  await long.begins();
  await chat.stop.click();
  await long.is("stopped");
  await (await chat.ask("/fast /cut And then?")).is("failed");
  await chat.edit(chat.questions.last(), "/fast And then, in other words?");
  await chat.lastAnswer.is("complete");
}

test("what a first visit runs", async ({ chat, page }) => {
  test.setTimeout(120_000);
  const file = process.env.RIVULET_PROFILE_RUN;
  if (!file) throw new Error("RIVULET_PROFILE_RUN must name the file to write");
  const run = new Set<number>();
  const note = async () => {
    // What is done when nothing else is to be done belongs to it.
    await page.waitForTimeout(2000);
    // What goes away when the browser says that nobody has it any more, at any time.
    await collectGarbage(page);
    const numbers = await page.evaluate(() => [...(globalThis as unknown as { functionsRun: Set<number> }).functionsRun]);
    numbers.forEach((number) => run.add(number));
  };
  await chat.open();
  await note();
  await chat.input.pressSequentially("A draft, which must be kept whatever comes");
  await note();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await chat.alive();
  await note();
  await page.setViewportSize({ width: 1280, height: 720 });
  await chat.open(`/c/${await kept(page, 1, MARKDOWN)}`);
  await note();
  await chat.open(`/c/${await kept(page, 80, "As long as it takes.")}`);
  await note();
  for (let age = 0; age < 150; age++) await kept(page, 1, "One of many.", age);
  await chat.open();
  await note();
  await held(chat);
  for (const language of ["en", "ar"]) {
    await page.setExtraHTTPHeaders({ "accept-language": language });
    await chat.reload();
    await note();
  }
  expect(run.size).toBeGreaterThan(1000);
  writeFileSync(file, JSON.stringify([...run]));
});
