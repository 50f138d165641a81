// Stands before the server and plays answers of its own: what a provider in trouble makes of one takes a provider in trouble.
import http from "node:http";
import type net from "node:net";
import { randomUUID } from "node:crypto";

/** Writes events to the page; `after` waits that many milliseconds. */
export interface Stage {
  say(event: Record<string, unknown>): void;
  after(milliseconds: number): Promise<void>;
}

export class ScriptedServer {
  private play: ((stage: Stage) => Promise<void>) | undefined;
  /** The address of the conversation with the played answer, of which the server behind knows nothing. */
  private played: string | undefined;

  private constructor(
    private readonly listener: http.Server,
    private readonly target: URL,
  ) {}

  static async before(target: URL): Promise<ScriptedServer> {
    const listener = http.createServer();
    const server = new ScriptedServer(listener, target);
    listener.on("request", (request, response) => server.answer(request, response));
    await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as net.AddressInfo).port}`;
  }

  /** The next question is answered with this, after its names have been told. */
  next(play: (stage: Stage) => Promise<void>): void {
    this.play = play;
  }

  async close(): Promise<void> {
    this.listener.closeAllConnections();
    await new Promise((done) => this.listener.close(done));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const play = this.play;
    if (play && request.method === "POST" && request.url?.endsWith("/messages")) {
      this.play = undefined;
      this.played = request.url.replace(/\/messages$/, "");
      void perform(play, response);
      return;
    }
    // Whoever reads it again waits: what is shown stays.
    if (this.played && request.method === "GET" && request.url?.split("?")[0] === this.played) return;
    const { hostname: host, port } = this.target;
    const passed = http.request({ host, port, path: request.url, method: request.method, headers: request.headers });
    passed.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    request.pipe(passed);
  }
}

async function perform(play: (stage: Stage) => Promise<void>, response: http.ServerResponse): Promise<void> {
  let number = 0;
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const say = (event: Record<string, unknown>) => response.write(`id: ${++number}\ndata: ${JSON.stringify(event)}\n\n`);
  const after = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
  const names = { generation_id: randomUUID(), conversation_id: randomUUID(), message_id: randomUUID() };
  say({ type: "status", status: "processing", ...names, model: "demo/rivulet" });
  await play({ say, after });
  response.end();
}
