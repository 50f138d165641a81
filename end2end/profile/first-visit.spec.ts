// What a first visit runs before a person does anything but typing: of an empty page on a desk and on a phone, and of a
// conversation with every kind of markdown but for names of characters (`&hellip;`), and of one with all that an answer has beside its text.
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures";

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

/** Has the server keep a conversation; its id. */
async function kept(page: Page): Promise<string> {
  const [id, question, answer] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const message = { status: "complete", created_at: 1760000000000 };
  const messages = [
    { id: question, role: "user", content: "Everything, please", ...message },
    { id: answer, parent_id: question, role: "assistant", content: MARKDOWN, model: "demo/rivulet", ...message },
  ];
  const file = { rivulet: 1, id, title: "Everything", created_at: 1, updated_at: 2, head: answer, messages };
  const imported = await page.request.post("/api/import", { data: JSON.stringify(file), headers: { "content-type": "application/json" } });
  expect(imported.ok(), await imported.text()).toBe(true);
  return id;
}

test("what a first visit runs", async ({ chat, page }) => {
  const file = process.env.RIVULET_PROFILE_RUN;
  if (!file) throw new Error("RIVULET_PROFILE_RUN must name the file to write");
  const run = new Set<number>();
  const note = async () => {
    // What is done when nothing else is to be done belongs to it.
    await page.waitForTimeout(2000);
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
  await chat.open(`/c/${await kept(page)}`);
  await note();
  await chat.open();
  await (await chat.ask("/fast /reasoning what can an answer hold?")).is("complete");
  await chat.reload();
  await note();
  expect(run.size).toBeGreaterThan(1000);
  writeFileSync(file, JSON.stringify([...run]));
});
