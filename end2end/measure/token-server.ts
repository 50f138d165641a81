// A provider that sends a given text, token by token and when it is told to; and the page with streamdown, which reads the same frames.
import http from "node:http";
import type net from "node:net";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** An answer that is sent as far as it is told. */
export class Play {
  private response: http.ServerResponse | undefined;
  private begin: () => void = () => undefined;
  /** Somebody has asked for it. */
  readonly asked = new Promise<void>((begin) => (this.begin = begin));

  answer(response: http.ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    this.response = response;
    this.begin();
  }

  /** Sends these tokens, so many a second, each for itself; what a busy machine has missed is sent at once. */
  async send(tokens: string[], perSecond: number): Promise<void> {
    const begun = performance.now();
    for (let sent = 0; sent < tokens.length; ) {
      await new Promise((next) => setTimeout(next, 1));
      const due = Math.min(tokens.length, Math.ceil(((performance.now() - begun) / 1000) * perSecond));
      for (; sent < due; sent++) this.frame({ content: tokens[sent] }, null);
    }
  }

  end(): void {
    this.frame({}, "stop");
    this.response?.end("data: [DONE]\n\n");
  }

  private frame(delta: object, finish: string | null): void {
    const frame = { object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
    this.response?.write(`data: ${JSON.stringify(frame)}\n\n`);
  }
}

/** Serves on the port for which the product's provider is set. */
export class TokenServer {
  private play: Play | undefined;

  private constructor(
    private readonly listener: http.Server,
    private readonly folder: string,
  ) {}

  /** `folder` has the files of the page with streamdown. */
  static async on(port: number, folder: string): Promise<TokenServer> {
    const listener = http.createServer();
    const server = new TokenServer(listener, folder);
    listener.on("request", (request, response) => void server.answer(request, response));
    await new Promise<void>((ready) => listener.listen(port, "127.0.0.1", ready));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as net.AddressInfo).port}`;
  }

  /** What is asked next is answered by the play that this gives. */
  next(): Play {
    return (this.play = new Play());
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    request.resume();
    if (path === "/v1/models") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ object: "list", data: [{ id: "tokens", object: "model" }] }));
    } else if (path === "/v1/chat/completions" || path === "/answer") {
      const play = this.play;
      this.play = undefined;
      if (play) play.answer(response);
      else response.writeHead(503).end();
    } else {
      await this.file(path === "/" ? "index.html" : path, response);
    }
  }

  private async file(path: string, response: http.ServerResponse): Promise<void> {
    try {
      const content = await readFile(join(this.folder, path));
      response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}
