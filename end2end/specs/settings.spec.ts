import { expect, test } from "../support/fixtures";

test("settings go with the next message", async ({ chat }) => {
  await chat.open();
  await chat.settings.click();
  await chat.page.getByRole("textbox", { name: "System prompt" }).fill("Answer as a pirate.");
  await chat.page.getByLabel("Temperature").fill("0.5");
  await chat.page.getByLabel("Max tokens").fill("64");
  await chat.page.getByRole("button", { name: "Save" }).click();

  await (await chat.ask("/fast hello")).is("complete");
  await expect(chat.page).toHaveURL(/\/c\//);
  const id = chat.page.url().split("/").at(-1);
  const conversation = await (await chat.page.request.get(`/api/conversations/${id}`)).json();
  expect(conversation.settings).toMatchObject({ system_prompt: "Answer as a pirate.", temperature: 0.5, max_tokens: 64 });
});

test("a short answer is asked for and got", async ({ chat }) => {
  await chat.open();
  await chat.settings.click();
  await chat.page.getByLabel("Max tokens").fill("5");
  await chat.page.getByRole("button", { name: "Save" }).click();
  await (await chat.ask("/fast Show me what you can do")).is("complete");
  expect((await chat.stored()).at(-1)!.content.length).toBeLessThan(120);
});

test("a setting that makes no sense is explained", async ({ chat }) => {
  await chat.open();
  await chat.settings.click();
  await chat.page.getByLabel("Temperature").fill("9");
  await chat.page.getByRole("button", { name: "Save" }).click();
  await expect(chat.page.getByRole("alert")).toContainText(/temperature.*0 to 2/i);
  const field = chat.page.getByLabel("Temperature");
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/0 to 2/);
});

test("Esc closes the settings and does not stop the answer", async ({ chat }) => {
  await chat.open();
  const answer = await chat.ask("/long 2000");
  await answer.begins();
  await chat.settings.click();
  await expect(chat.page.getByRole("dialog")).toBeVisible();
  await chat.page.keyboard.press("Escape");
  await expect(chat.page.getByRole("dialog")).toBeHidden();
  await answer.is("streaming");
  await answer.growsBeyond((await answer.text()).length);
  await chat.stop.click();
});
