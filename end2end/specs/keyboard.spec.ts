import { expect, test } from "../support/fixtures";

test("Enter sends and Shift+Enter breaks the line", async ({ chat }) => {
  await chat.open();
  await chat.page.keyboard.type("/fast first");
  await chat.page.keyboard.press("Shift+Enter");
  await chat.page.keyboard.type("second");
  await expect(chat.input).toHaveValue("/fast first\nsecond");
  await chat.page.keyboard.press("Enter");
  await chat.lastAnswer.is("complete");
  await expect(chat.questions.last()).toContainText("second");
});

test("Enter that ends the composing of a character does not send", async ({ chat }) => {
  await chat.open();
  await chat.input.fill("にほん");
  await chat.input.dispatchEvent("keydown", { key: "Enter", isComposing: true, keyCode: 229, bubbles: true });
  await expect(chat.questions).toHaveCount(0);
});

test("a whole conversation needs no mouse", async ({ chat }) => {
  await chat.open();
  await chat.page.keyboard.type("/long 2000");
  await chat.page.keyboard.press("Enter");
  await chat.lastAnswer.begins();
  await chat.page.keyboard.press("Escape");
  await chat.lastAnswer.is("stopped");
  await expect(chat.input).toBeFocused();
  await chat.page.keyboard.type("/fast again");
  await chat.page.keyboard.press("Enter");
  await expect(chat.answers).toHaveCount(2);
  await chat.lastAnswer.is("complete");

  // Every control can be reached by Tab, and shows that it has been.
  const names = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await chat.page.keyboard.press("Tab");
    const focused = await chat.page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const visible = style.outlineStyle !== "none" || style.boxShadow !== "none" || element.matches("textarea, select, input");
      const name = element.getAttribute("aria-label") ?? element.innerText?.trim() ?? "";
      return { name, visible };
    });
    if (!focused) continue;
    expect(focused.visible, `the focus on “${focused.name}” can be seen`).toBe(true);
    names.add(focused.name);
  }
  for (const name of ["New chat", "Chat settings", "Message"]) expect([...names]).toContain(name);
});

test("a new chat begins with the focus in the writing place", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast hello")).is("complete");
  await chat.newChat.focus();
  await chat.page.keyboard.press("Enter");
  await expect(chat.questions).toHaveCount(0);
  await expect(chat.input).toBeFocused();
});
