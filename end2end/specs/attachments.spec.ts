// Files that go with a question: chosen, dropped, pasted, taken away, sent, and still there after a reload.
import { expect, test } from "../support/fixtures";

/** One red pixel. */
const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC", "base64");

const tray = "Attached files";

test("files are chosen, kept over a reload, taken away and sent", async ({ chat, page }) => {
  await chat.open();
  const files = page.getByRole("list", { name: tray }).getByRole("listitem");
  await page.getByLabel("Attach files").setInputFiles([
    { name: "red.png", mimeType: "image/png", buffer: png },
    { name: "notes.md", mimeType: "text/markdown", buffer: Buffer.from("# Notes") },
  ]);
  await expect(files).toHaveCount(2);
  await expect(files.first().locator("img")).toBeVisible();
  await chat.input.fill("/fast What is it?");
  await expect(chat.send).toBeEnabled();
  await chat.reload();
  await expect(files).toHaveCount(2);
  await page.getByRole("button", { name: "Remove notes.md" }).click();
  await expect(files).toHaveCount(1);
  await chat.send.click();
  await expect(files).toHaveCount(0);
  await expect(chat.answers.last()).toContainText("red.png: an image (image/png, 69 bytes, 1 × 1 pixels)");
  const small = chat.questions.last().getByRole("button", { name: "red.png" });
  await expect(small).toBeVisible();
  await small.click();
  const large = page.getByRole("dialog", { name: "red.png" });
  await expect(large).toBeVisible();
  // What is behind it cannot be reached.
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => [null, document.body, document.querySelector(".image-view button")].includes(document.activeElement as HTMLElement | null))).toBe(true);
  }
  expect(await large.evaluate((dialog) => dialog.matches(":modal"))).toBe(true);
  await page.keyboard.press("Escape");
  await expect(large).toBeHidden();
  await expect(small).toBeFocused();
  await small.click();
  await large.getByRole("button", { name: "Close" }).click();
  await expect(large).toBeHidden();
  await chat.reload();
  await expect(small).toBeVisible();
});

for (const way of ["drop", "paste"] as const) {
  test(`files come by ${way}`, async ({ chat, page }) => {
    await chat.open();
    await page.evaluate(
      ({ way, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "a.png", { type: "image/png" }));
        const at = way === "paste" ? document.querySelector(".composer__text") : document.body;
        const event =
          way === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        at?.dispatchEvent(event);
      },
      { way, base64: png.toString("base64") },
    );
    await expect(page.getByRole("list", { name: tray }).getByRole("listitem")).toHaveCount(1);
    // A picture may be all that is asked.
    await expect(chat.send).toBeEnabled();
    await chat.send.click();
    await expect(chat.questions.last().getByRole("button", { name: "a.png" })).toBeVisible();
  });
}

test("what is copied from a table or a text comes as text, and a file by its name as a file", async ({ chat, page }) => {
  await chat.open();
  const files = page.getByRole("list", { name: tray }).getByRole("listitem");
  /** Whether the page does with it what it does with files; else the browser pastes the text. */
  const takes = (text: string) =>
    page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "image.txt", { type: "text/plain" }));
      data.setData("text/plain", text);
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      return !document.querySelector(".composer__text")!.dispatchEvent(event);
    }, text);
  expect(await takes("1\t2\n3\t4")).toBe(false);
  expect(await takes("image.txt")).toBe(true);
  await expect(files).toHaveCount(1);
});

test.describe("in another language", () => {
  test.use({ locale: "de-DE", expectedInConsole: /status of 400/ });

  test("what is not taken is seen before it is sent, and said in that language", async ({ page }) => {
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/attachments?")) sent.push(new URL(request.url()).searchParams.get("name")!);
    });
    await page.goto("/");
    await page.locator("[data-hydrated]").first().waitFor({ state: "attached" });
    const damaged = Buffer.concat([png.subarray(0, 20), Buffer.from("x")]);
    await page.locator(".attachment-button input").setInputFiles([
      { name: "leer.txt", mimeType: "text/plain", buffer: Buffer.from("") },
      { name: "a.docx", mimeType: "application/octet-stream", buffer: Buffer.from([0x50, 0x4b, 3, 4, 0, 0xff]) },
      { name: "a.bin", mimeType: "text/plain", buffer: Buffer.from([0x61, 0, 0x62]) },
      { name: "lang.txt", mimeType: "text/plain", buffer: Buffer.alloc((1 << 20) + 1, "a") },
      { name: "kaputt.png", mimeType: "image/png", buffer: damaged },
    ]);
    await expect(page.locator(".attachment-tray__problem")).toHaveText([
      "Diese Datei ist leer.",
      /^Archive und Office-Dokumente/,
      /^Weder ein Bild/,
      /^Größer als 1 MiB/,
      "Dieses Bild ist beschädigt oder hat zu viele Pixel.",
    ]);
    expect(sent).toEqual(["kaputt.png"]);
  });
});

test("all files together are counted while they are on their way", async ({ chat, page }) => {
  await chat.open();
  await page.route("**/api/attachments?*", async (route) => {
    await new Promise((done) => setTimeout(done, 1_500));
    await route.continue();
  });
  const image = (name: string) => ({ name, mimeType: "image/gif", buffer: Buffer.concat([Buffer.from("GIF89a\x02\0\x03\0\0\0\0;", "latin1"), Buffer.alloc(9 << 20)]) });
  await page.getByLabel("Attach files").setInputFiles([image("a.gif"), image("b.gif"), image("c.gif")]);
  const files = page.getByRole("list", { name: tray }).getByRole("listitem");
  await expect(files).toHaveCount(3);
  await expect(page.getByRole("list", { name: tray }).getByRole("alert")).toHaveText(["All files of a question together may have 20 MiB."]);
});

test.describe("refused", () => {
  test("what is not taken is said in words, and a name is only a name", async ({ chat, page }) => {
    await chat.open();
    const files = page.getByRole("list", { name: tray }).getByRole("listitem");
    await page.getByLabel("Attach files").setInputFiles([
      { name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff]) },
      { name: "<img src=x onerror=alert(1)>.png", mimeType: "image/png", buffer: png },
    ]);
    await expect(files.first().getByRole("alert")).toContainText("PDF");
    await expect(chat.send, "what failed is not forgotten in silence").toBeDisabled();
    await page.getByRole("button", { name: "Remove a.pdf" }).click();
    await expect(files.first()).toContainText("<img src=x onerror=alert(1)>.png");
    await chat.send.click();
    await expect(chat.questions.last().getByRole("button", { name: "<img src=x onerror=alert(1)>.png" })).toBeVisible();
    expect(await page.locator("img[onerror]").count()).toBe(0);
  });
});
