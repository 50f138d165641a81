// A TCP proxy in front of the server that does what networks do to streams: cut, refuse, hold back. Unlike intercepted
// requests, it breaks real sockets.
import net from "node:net";

export class BadNetwork {
  private readonly pairs = new Set<{ browser: net.Socket; server: net.Socket }>();
  private refusing = false;
  private holding = false;
  private frozen = false;

  private constructor(
    private readonly listener: net.Server,
    private readonly target: { host: string; port: number },
  ) {}

  static async before(target: URL): Promise<BadNetwork> {
    const listener = net.createServer({ noDelay: true });
    const network = new BadNetwork(listener, { host: target.hostname, port: Number(target.port) });
    listener.on("connection", (socket) => network.connect(socket));
    await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as net.AddressInfo).port}`;
  }

  /** Breaks every connection, and every new one until `mend`. */
  down(): void {
    this.refusing = true;
    this.cut();
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    for (const { browser, server } of this.pairs) {
      browser.resetAndDestroy();
      server.destroy();
    }
  }

  /** Delivers what the server sends on connections of its own only when the server is done, as a buffering proxy does. */
  hold(): void {
    this.holding = true;
  }

  /** Loses what the server sends from now on, and breaks nothing: what a network does that has gone without a word. */
  freeze(): void {
    this.frozen = true;
  }

  /** New connections work; those that were frozen stay so. */
  mend(): void {
    this.refusing = false;
    this.holding = false;
    this.frozen = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.listener.close(done));
  }

  private connect(browser: net.Socket): void {
    if (this.refusing) {
      browser.resetAndDestroy();
      return;
    }
    const server = net.connect({ ...this.target, noDelay: true });
    const pair = { browser, server };
    this.pairs.add(pair);
    const end = () => {
      this.pairs.delete(pair);
      browser.destroy();
      server.destroy();
    };
    for (const socket of [browser, server]) socket.on("error", end).on("close", end);

    browser.pipe(server);
    const held: Buffer[] = [];
    let lost = false;
    server.on("data", (bytes: Buffer) => {
      lost ||= this.frozen;
      if (lost) return;
      const text = bytes.toString("latin1");
      const streams = held.length > 0 || (this.holding && /^HTTP\/1\.1 200/.test(text) && /text\/event-stream/i.test(text));
      if (!streams) {
        browser.write(bytes);
        return;
      }
      held.push(bytes);
      // The last, empty chunk of a chunked body: the answer is whole.
      const all = Buffer.concat(held);
      if (all.subarray(-7).equals(Buffer.from("\r\n0\r\n\r\n"))) {
        held.length = 0;
        browser.write(all);
      }
    });
  }
}
