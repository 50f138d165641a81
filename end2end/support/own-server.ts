// A server of one spec: the product as it is run by people, in a process that the spec may kill and start again on the same data.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, server } from "../playwright.config";

export class OwnServer {
  private readonly folder = mkdtempSync(join(tmpdir(), "rivulet-own-"));
  private readonly port = freePort();
  private process: ChildProcess | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, and waits until it answers. */
  async start(): Promise<void> {
    const env = { ...process.env, ...server.env, RIVULET_ADDR: `127.0.0.1:${this.port}`, RIVULET_DATA_DIR: this.folder };
    const started = spawn(server.command, { cwd: this.folder, env, stdio: ["ignore", "ignore", "pipe"] });
    this.process = started;
    let said = "";
    started.stderr.on("data", (words: Buffer) => (said += words.toString()));
    for (const until = Date.now() + 20_000; ; ) {
      if (await fetch(`${this.url}/healthz`).then(({ ok }) => ok, () => false)) return;
      if (started.exitCode !== null) throw new Error(`the server ended with ${started.exitCode}: ${said}`);
      if (Date.now() > until) throw new Error("the server does not answer");
      await new Promise((next) => setTimeout(next, 50));
    }
  }

  /** Takes it away in the middle of whatever it does: it gets no chance to store or to say anything. */
  async kill(): Promise<void> {
    const killed = this.process;
    this.process = undefined;
    if (!killed || killed.exitCode !== null || killed.signalCode !== null) return;
    const ended = once(killed, "exit");
    killed.kill("SIGKILL");
    await ended;
  }

  /** Ends it, and removes what it kept. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
