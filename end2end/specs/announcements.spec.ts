// What is told to those who listen to the page, while an answer comes and when it ends; docs/accessibility.md has a transcript that is made here.
import { writeFileSync } from "node:fs";
import { expect, test } from "../support/fixtures";
import { ScreenReader, type Announcement } from "../support/screen-reader";
import type { Stage } from "../support/scripted-server";

const ANSWER = `# Where it begins

A river begins at a *spring*. Or so it seems! Look at [the map](https://maps.example/), where every line ends in a point.

1. Find the spring.
2. Follow it down.

| River | Length |
|---|---:|
| Danube | 2,850 km |

\`\`\`rust
fn main() {
    println!("down");
}
\`\`\`

The flow is $Q = A v$ at every place. That is all`;

/** The same as it is heard, piece by piece; several of them may be told at once. */
const HEARD = [
  "Where it begins",
  "A river begins at a spring.",
  "Or so it seems!",
  "Look at the map, where every line ends in a point.",
  "Find the spring.",
  "Follow it down.",
  "River, Length",
  "Danube, 2,850 km",
  "Code, rust, 3 lines",
  "The flow is Q = A v at every place.",
  "That is all",
];

const BEGINS = "The assistant is answering.";
const ENDS = "The answer is complete.";

/** Says a text token by token, so many milliseconds apart. */
async function speak({ say, after }: Stage, text: string, pause: number): Promise<void> {
  for (const token of text.match(/\s*\S+\s?/g)!) {
    say({ type: "chunk", content: token });
    await after(pause);
  }
}

const complete = { type: "complete", finish_reason: "stop" };

test("an answer is told in sentences and blocks, each of them once", async ({ chat, page, scripted }) => {
  scripted.next(async (stage) => {
    stage.say({ type: "reasoning", content: "I look at the source." });
    await stage.after(1_500);
    await speak(stage, ANSWER, 90);
    stage.say(complete);
  });
  await chat.open(scripted.url);
  const reader = await ScreenReader.of(page);
  const answer = await chat.ask("Where does a river begin?");
  await answer.is("complete", 30_000);
  await expect.poll(() => reader.said.at(-1), { timeout: 20_000 }).toBe(ENDS);
  await page.waitForTimeout(500);
  await reader.stop();

  expect(reader.said.slice(0, 2)).toEqual([BEGINS, "Thinking…"]);
  const told = reader.said.slice(2, -1);
  expect(told.join(" ")).toBe(HEARD.join(" "));
  // Each piece is made of whole sentences and blocks.
  let rest = [...HEARD];
  for (const piece of told) {
    const count = rest.findIndex((_, at) => rest.slice(0, at + 1).join(" ") === piece) + 1;
    expect(count, `“${piece}” ends where a sentence or a block does`).toBeGreaterThan(0);
    rest = rest.slice(count);
  }
  const tokens = ANSWER.match(/\S+/g)!.length;
  expect(told.length, "it comes while the answer is written").toBeGreaterThan(3);
  expect(told.length, "and not by tokens").toBeLessThan(tokens / 4);
  if (process.env.RIVULET_TRANSCRIPT) writeFileSync(process.env.RIVULET_TRANSCRIPT, transcript(reader.heard));
});

/** As a table for the documentation. */
function transcript(heard: Announcement[]): string {
  const began = heard[0]!.at;
  const line = ({ at, live, text }: Announcement) => `| ${((at - began) / 1000).toFixed(1)} s | ${live} | ${text.replaceAll("|", "\\|")} |`;
  return ["| when | how | what |", "|---:|---|---|", ...heard.map(line), ""].join("\n");
}

test("who stops an answer hears that, and no more of it", async ({ chat, page }) => {
  await chat.open();
  const reader = await ScreenReader.of(page);
  const answer = await chat.ask("/long 5000");
  await answer.begins();
  await chat.stop.press("Enter");
  await answer.is("stopped");
  await expect.poll(() => reader.said.at(-1)).toBe("The answer was stopped.");
  await page.waitForTimeout(1_500);
  await reader.stop();
  expect(reader.said[0]).toBe(BEGINS);
  expect(reader.said.filter((text) => text === "The answer was stopped.")).toHaveLength(1);
  expect(reader.said.at(-1)).toBe("The answer was stopped.");
});

test("an error is an alert, and is told once", async ({ chat, page }) => {
  await chat.open();
  const reader = await ScreenReader.of(page);
  const answer = await chat.ask("/error overloaded after 3");
  await answer.is("failed");
  await expect.poll(() => reader.said.at(-1)).toMatch(/^! The demo model is too busy/);
  await page.waitForTimeout(1_500);
  await reader.stop();
  expect(reader.heard.filter(({ live }) => live === "assertive")).toHaveLength(1);
  expect(new Set(reader.said).size, reader.said.join("\n")).toBe(reader.said.length);
  expect(reader.said).not.toContain(ENDS);
});

test("who opens a page hears what comes from then on", async ({ chat, page }) => {
  await chat.open();
  const answer = await chat.ask("/slow What is a river?");
  await answer.begins(120);
  await chat.reload();
  const before = await chat.lastAnswer.text();
  const reader = await ScreenReader.of(page);
  await chat.lastAnswer.growsBeyond(before.length + 150);
  await chat.stop.press("Enter");
  await reader.stop();
  const heading = await chat.lastAnswer.article.locator("h3").first().innerText();
  expect(reader.said.join(" "), "it was there before").not.toContain(heading);
  expect(reader.said.length).toBeGreaterThan(1);
});

test("what was copied is told, beside its button and in no button", async ({ chat, context, page }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  const answer = await chat.ask("/fast hello");
  await answer.is("complete");
  const reader = await ScreenReader.of(page);
  await answer.article.getByRole("button", { name: "Copy", exact: true }).last().click();
  await expect.poll(() => reader.said).toContain("Copied");
  await reader.stop();
  await expect(page.locator("button [role=status]")).toHaveCount(0);
});

test.describe("refused", () => {
  test.use({ expectedInConsole: /status of 429/ });

  test("the seconds of a question that waits are not counted aloud", async ({ chat, page }) => {
    await chat.open();
    const reader = await ScreenReader.of(page);
    await page.route("**/api/conversations/*/messages", (route) =>
      route.fulfill({
        status: 429,
        contentType: "application/problem+json",
        headers: { "retry-after": "4" },
        body: JSON.stringify({ type: "about:blank", title: "", status: 429, detail: "Too many.", code: "rate_limited" }),
      }),
    );
    await chat.input.fill("too soon");
    await chat.input.press("Enter");
    await expect.poll(() => reader.said.at(-1), { timeout: 15_000 }).toBe("You can send again now.");
    await reader.stop();
    expect(reader.said.filter((text) => text.includes("You can send again in"))).toHaveLength(1);
  });
});

test.describe("turned off", () => {
  test("answers are not told, but their beginning and their end", async ({ chat, page }) => {
    await chat.open();
    await chat.settings.click();
    await page.getByRole("checkbox", { name: "Screen readers read answers" }).uncheck();
    await page.keyboard.press("Escape");
    const reader = await ScreenReader.of(page);
    await (await chat.ask("/fast What is a river?")).is("complete");
    await expect.poll(() => reader.said.at(-1)).toBe(ENDS);
    await reader.stop();
    expect(reader.said).toEqual([BEGINS, ENDS]);
  });
});
