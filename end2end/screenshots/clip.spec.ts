// The clip of the README: a question is asked, and the answer comes.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { ChatPage } from "../pages/chat-page";
import { animated, type Frame } from "./animated-webp";

/** What it may weigh, in bytes. */
const MOST = 1_500_000;
const PAUSE = 160;

test.use({ viewport: { width: 1000, height: 640 }, colorScheme: "light" });

test("a question is asked, and the answer comes", async ({ page, context }) => {
  test.setTimeout(120_000);
  const chat = new ChatPage(page);
  await page.request.post("/api/conversations");
  await chat.open();
  const frames: Frame[] = [];
  const take = async (shown: number) => frames.push({ png: await page.screenshot(), shown });
  await take(900);
  for (const word of "Where does a river begin?".split(/(?<= )/)) {
    await chat.input.pressSequentially(word);
    await take(110);
  }
  await take(400);
  await chat.input.press("Enter");
  while ((await chat.stop.count()) > 0 || (await chat.questions.count()) === 0) {
    const began = Date.now();
    await take(PAUSE);
    await page.waitForTimeout(Math.max(0, PAUSE - (Date.now() - began)));
    if (frames.length > 110) break;
  }
  await chat.lastAnswer.is("complete", 60_000);
  await take(3_000);
  const workshop = await context.newPage();
  const clip = await animated(workshop, frames, 0.72);
  expect(clip.length).toBeLessThan(MOST);
  writeFileSync(resolve(import.meta.dirname, "../../docs/images/streaming.webp"), clip);
  console.log(`    ${frames.length} frames, ${(clip.length / 1000).toFixed(0)} kB`);
});
