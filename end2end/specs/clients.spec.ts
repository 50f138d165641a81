// The clients that people already have, unchanged: fetch loops as browsers run them, curl, and OpenAI's own package.
import { expect, test } from "@playwright/test";
import { execFileSync } from "node:child_process";
import OpenAI from "openai";

const question = "/fast hello from a client";
const messages = [{ role: "user" as const, content: question }];

// Each route, what it is asked, and how its usual client takes the text out of a line.
const routes = [
  { path: "/api/chat", body: { messages }, read: (data: string) => (data === "[DONE]" ? "" : JSON.parse(data).content) },
  { path: "/api/chat/stream", body: { message: question }, read: (data: string) => JSON.parse(data).token ?? "" },
  {
    path: "/api/conversation-stream/test",
    body: { message: question },
    read: (data: string) => (JSON.parse(data).type === "chunk" ? JSON.parse(data).content : ""),
  },
];

function lines(text: string, read: (data: string) => string): string {
  const data = text.split("\n").filter((line) => line.startsWith("data: "));
  return data.map((line) => read(line.slice("data: ".length))).join("");
}

/** Reads a body as the loops of most tutorials do. */
async function readAll(response: Response): Promise<{ text: string; reads: number }> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let reads = 0; ; reads++) {
    const { done, value } = await reader.read();
    if (done) return { text, reads };
    text += decoder.decode(value, { stream: true });
  }
}

for (const { path, body, read } of routes) {
  test(`a fetch loop reads ${path}`, async ({ baseURL }) => {
    const asked = { ...body, ...("messages" in body ? { messages: [{ role: "user", content: "hello" }] } : { message: "hello" }) };
    const response = await fetch(baseURL + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const { text, reads } = await readAll(response);
    expect(reads).toBeGreaterThan(10);
    expect(lines(text, read)).toContain("hello");
  });

  test(`curl -N reads ${path}`, ({ baseURL }) => {
    const text = curl(baseURL + path, body);
    expect(lines(text, read)).toContain("hello from a client");
  });
}

function curl(url: string, body: object): string {
  const argv = ["-sN", "--max-time", "30", "-H", "Content-Type: application/json", "-d", JSON.stringify(body), url];
  return execFileSync("curl", argv, { encoding: "utf8" });
}

test("plain text needs no reading at all", async ({ baseURL }) => {
  const url = `${baseURL}/api/streaming-chat`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ message: question }) });
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const { text } = await readAll(response);
  expect(text).toContain("hello from a client");
  expect(curl(url, { message: question })).toBe(text);
});

test("an aborted fetch ends the answer", async ({ baseURL }) => {
  const running = async () => (await (await fetch(`${baseURL}/readyz`)).json()).generations as number;
  const abort = new AbortController();
  const response = await fetch(`${baseURL}/api/chat`, {
    method: "POST",
    body: JSON.stringify({ messages: [{ role: "user", content: "/slow hello" }] }),
    signal: abort.signal,
  });
  await response.body!.getReader().read();
  abort.abort();
  // Other tests run answers at the same time, but none of theirs lasts as long as this one would.
  await expect.poll(running, { timeout: 20_000 }).toBeLessThanOrEqual(2);
});

test.describe("OpenAI's package", () => {
  const client = (baseURL?: string) => new OpenAI({ apiKey: "none", baseURL: `${baseURL}/v1`, maxRetries: 0 });
  const model = "demo/rivulet";

  test("gets a whole answer", async ({ baseURL }) => {
    const answer = await client(baseURL).chat.completions.create({ model, messages });
    expect(answer.choices[0]!.message.content).toContain("hello from a client");
    expect(answer.choices[0]!.finish_reason).toBe("stop");
    expect(answer.usage!.total_tokens).toBeGreaterThan(10);
  });

  test("streams", async ({ baseURL }) => {
    const stream = await client(baseURL).chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text).toContain("hello from a client");
    expect(usage!.completion_tokens).toBeGreaterThan(10);
  });

  test("lists models", async ({ baseURL }) => {
    const ids = [];
    for await (const listed of client(baseURL).models.list()) ids.push(listed.id);
    expect(ids).toContain(model);
    expect((await client(baseURL).models.retrieve(model)).owned_by).toBe("demo");
  });

  test("throws its own errors", async ({ baseURL }) => {
    const create = (content: string, name = model) =>
      client(baseURL).chat.completions.create({ model: name, messages: [{ role: "user", content }] });
    await expect(create("hi", "nobody/none")).rejects.toThrow(OpenAI.NotFoundError);
    await expect(create(" ")).rejects.toThrow(OpenAI.BadRequestError);
    await expect(create("/error rate_limited")).rejects.toThrow(OpenAI.RateLimitError);
    await expect(create("/error overloaded")).rejects.toThrow(OpenAI.InternalServerError);
    const failing = async () => {
      const content = "/fast /error overloaded after 5";
      const stream = await client(baseURL).chat.completions.create({ model, messages: [{ role: "user", content }], stream: true });
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    };
    await expect(failing()).rejects.toThrow(OpenAI.APIError);
  });
});
