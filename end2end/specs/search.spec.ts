import { expect, test } from "../support/fixtures";
import { faults } from "../support/accessibility";

test("a message is found by keyboard and opened where it is", async ({ chat, search, page }) => {
  await chat.open();
  await (await chat.ask("/fast the xylophone is made of wood")).is("complete");
  await (await chat.ask("/fast /long 1500")).is("complete");
  const address = new URL(page.url()).pathname;
  await chat.newChat.click();
  await expect(chat.questions).toHaveCount(0);
  await (await chat.ask("/fast something else")).is("complete");

  await search.open();
  await expect(search.conversations, "recent conversations before anything is typed").toHaveCount(2);
  await page.keyboard.type("xyloph");
  await expect(search.options.first().locator("mark").first()).toContainText(/xyloph/i);
  await expect(search.chosen).toHaveCount(1);
  const message = search.options.filter({ hasText: "You," });
  for (let i = 0; i < 5 && (await message.getAttribute("aria-selected")) !== "true"; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(search.dialog).toBeHidden();
  await expect.poll(() => new URL(page.url()).pathname).toBe(address);
  const found = chat.questions.filter({ hasText: "xylophone" });
  await expect(found).toBeInViewport();
  await expect(found).toHaveAttribute("data-found");
  await expect(found).not.toHaveAttribute("data-found");

  await page.goBack();
  await expect(chat.questions).toHaveText(/something else/);
  await page.goForward();
  await expect(chat.questions.filter({ hasText: "xylophone" })).toBeInViewport();
});

test("a message on another branch is found and shown", async ({ chat, search, page }) => {
  await chat.open();
  await (await chat.ask("/fast about zebras")).is("complete");
  await chat.edit(chat.questions, "/fast about horses");
  await chat.lastAnswer.is("complete");
  await search.open();
  await page.keyboard.type("zebras");
  await search.options.filter({ hasText: "You," }).click();
  await expect(chat.questions).toContainText("about zebras");
  await expect(chat.questions).toContainText("1/2");
});

test("nothing that is typed breaks the search", async ({ chat, search, page }) => {
  await chat.open();
  await (await chat.ask("/fast plain words")).is("complete");
  await search.open();
  for (const words of ['"', "a AND", "NEAR(", "*", "' OR 1=1 --", "<img src=x>", "日本", "🦀"]) {
    await search.words.fill(words);
    await expect(search.dialog.getByRole("status")).toContainText(/result|Nothing was found/);
  }
  await search.words.fill("no such words anywhere");
  await expect(search.dialog.getByRole("status")).toHaveText("Nothing was found.");
  await page.keyboard.press("Escape");
  await expect(search.dialog).toBeHidden();
});

test("a button opens the search too, and the focus goes back to it", async ({ chat, search, sidebar, page }) => {
  await chat.open();
  await sidebar.search.click();
  await expect(search.words).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(search.dialog).toBeHidden();
  await expect(sidebar.search).toBeFocused();
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("the search can be used by all", async ({ chat, search, page }) => {
      await chat.open();
      await (await chat.ask("/fast plain words")).is("complete");
      await search.open();
      expect(await faults(page)).toEqual([]);
      await page.keyboard.type("plain");
      await expect(search.options.locator("mark").first()).toBeVisible();
      expect(await faults(page)).toEqual([]);
    });
  });
}
