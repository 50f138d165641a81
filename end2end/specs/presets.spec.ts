import { faults } from "../support/accessibility";
import { expect, test } from "../support/fixtures";

test("a preset is written once, called by a slash, and asks for what it leaves open", async ({ chat, page }) => {
  await chat.open();
  await chat.settings.click();
  const settings = page.getByRole("dialog");
  await settings.getByRole("button", { name: "Add a preset" }).click();
  await settings.getByLabel("Name", { exact: true }).fill("Greeting");
  await settings.getByLabel("Text", { exact: true }).fill("/fast Greet {{who}} in {{language}}.");
  expect(await faults(page)).toEqual([]);
  await settings.getByRole("button", { name: "Save preset" }).click();
  await expect(settings.getByText("Greeting")).toBeVisible();

  await chat.reload();
  await chat.input.pressSequentially("/gre");
  const options = page.getByRole("listbox", { name: "Prompt presets" }).getByRole("option");
  await expect(options).toHaveCount(1);
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "Greeting" });
  await form.getByLabel("who").fill("Ada");
  await form.getByLabel("language").fill("Latin");
  expect(await faults(page)).toEqual([]);
  await form.getByRole("button", { name: "Insert" }).click();
  await expect(chat.input).toHaveValue("/fast Greet Ada in Latin.");
  await expect(chat.input).toBeFocused();
  await page.keyboard.press("Enter");
  await chat.lastAnswer.is("complete");
  await expect(chat.questions).toContainText("Greet Ada in Latin.");

  await chat.settings.click();
  await settings.getByRole("button", { name: "Edit “Greeting”" }).click();
  await settings.getByLabel("Name", { exact: true }).fill("Salute");
  await settings.getByRole("button", { name: "Save preset" }).click();
  await settings.getByRole("button", { name: "Delete “Salute”" }).click();
  await expect(settings.getByText("Salute")).toHaveCount(0);
  const list = await (await page.request.get("/api/presets")).json();
  expect(list).toEqual({ presets: [] });
});

test("Escape sends the presets away and stops nothing", async ({ chat, page }) => {
  await chat.open();
  await page.request.post("/api/presets", { data: { name: "Sum up", content: "Sum it up." } });
  await (await chat.ask("/long 5000")).begins();
  await chat.input.pressSequentially("/s");
  const list = page.getByRole("listbox", { name: "Prompt presets" });
  await expect(list).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();
  await chat.lastAnswer.is("streaming");
  await page.keyboard.press("Escape");
  await chat.lastAnswer.is("stopped");
});
