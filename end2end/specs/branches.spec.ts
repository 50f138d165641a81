import { expect, test } from "../support/fixtures";
import { faults } from "../support/accessibility";

test("a question is put into other words, and both versions are kept", async ({ chat }) => {
  await chat.open();
  await (await chat.ask("/fast first words")).is("complete");
  await (await chat.ask("/fast what followed")).is("complete");
  await chat.edit(chat.questions.first(), "/fast other words");
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.questions).toContainText("other words");
  await expect(chat.questions).toContainText("2/2");

  await chat.previousVersion.click();
  await expect(chat.questions).toHaveCount(2);
  await expect(chat.questions.first()).toContainText("first words");
  await expect(chat.questions.last()).toContainText("what followed");
  await chat.reload();
  await expect(chat.questions.last()).toContainText("what followed");
  await chat.nextVersion.click();
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.questions).toHaveText(/other words/);
});

test("versions are gone through by keyboard, and it is said which one is shown", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast one question")).is("complete");
  await chat.retry.click();
  await expect(page.getByText("2/2", { exact: true })).toBeVisible();
  await chat.lastAnswer.is("complete");
  await chat.previousVersion.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1/2", { exact: true })).toBeVisible();
  await expect(page.getByRole("log").filter({ hasText: "Version 1 of 2" })).toBeAttached();
  await expect(chat.previousVersion).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(chat.nextVersion).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("2/2", { exact: true })).toBeVisible();
  await expect(chat.nextVersion).toBeFocused();
});

test("an answer in the middle is given again, and what followed the old one is kept with it", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast one")).is("complete");
  await (await chat.ask("/fast two")).is("complete");
  await page.getByRole("button", { name: "Answer again" }).click();
  await expect(chat.answers).toHaveCount(1);
  await chat.lastAnswer.is("complete");
  await chat.previousVersion.click();
  await expect(chat.questions).toHaveCount(2);
  expect((await chat.stored()).map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
});

test("Escape leaves the question as it was and does not stop anything", async ({ chat, page }) => {
  await chat.open();
  await (await chat.ask("/fast as it was")).is("complete");
  await chat.questions.hover();
  await chat.questions.getByRole("button", { name: "Edit question" }).click();
  await page.keyboard.type(" and more");
  await page.keyboard.press("Escape");
  await expect(chat.questions).toContainText("as it was");
  await expect(chat.questions).not.toContainText("and more");
  await expect(chat.questions.getByRole("button", { name: "Edit question" })).toBeFocused();
});

test("a message is deleted with what followed, and that is undone", async ({ chat, sidebar }) => {
  await chat.open();
  await (await chat.ask("/fast stays")).is("complete");
  await (await chat.ask("/fast goes")).is("complete");
  await chat.questions.last().hover();
  await chat.questions.last().getByRole("button", { name: "Delete question" }).click();
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.questions).toHaveText(/stays/);
  expect((await chat.stored()).length).toBe(2);
  await sidebar.undo.click();
  await expect(chat.questions).toHaveCount(2);
  expect((await chat.stored()).length).toBe(4);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("versions and the editing of a question can be used by all", async ({ chat }) => {
      await chat.open();
      await (await chat.ask("/fast hello")).is("complete");
      await chat.retry.click();
      await expect(chat.nextVersion).toBeVisible();
      await chat.lastAnswer.is("complete");
      expect(await faults(chat.page)).toEqual([]);
      await chat.questions.hover();
      await chat.questions.getByRole("button", { name: "Edit question" }).click();
      expect(await faults(chat.page)).toEqual([]);
    });
  });
}
