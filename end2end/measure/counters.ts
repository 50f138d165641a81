// The browser's own counters of one page.
import type { CDPSession, Page } from "@playwright/test";
import { collectGarbage } from "../support/garbage";

/** Milliseconds of the page's main thread on the processor. */
export interface Work {
  all: number;
  script: number;
  style: number;
  layout: number;
}

/** What a page holds, in bytes, after its garbage was collected. */
export interface Memory {
  heap: number;
  /** The WASM's memory, of which a browser never takes anything back. */
  wasm: number;
  nodes: number;
}

/** A task of the main thread of more than 50 ms. */
export interface LongTask {
  start: number;
  duration: number;
}

export class Counters {
  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
  ) {}

  /** Call before the page is opened, so that no task is missed. */
  static async of(page: Page): Promise<Counters> {
    await page.addInitScript(() => {
      const tasks: LongTask[] = [];
      Object.assign(window, { longTasks: tasks });
      const note = (entries: PerformanceObserverEntryList) =>
        entries.getEntries().forEach(({ startTime, duration }) => tasks.push({ start: startTime, duration }));
      new PerformanceObserver(note).observe({ type: "longtask", buffered: true });
    });
    const session = await page.context().newCDPSession(page);
    // The thread's own time: what others do on the machine does not count.
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    return new Counters(page, session);
  }

  async work(): Promise<Work> {
    const metrics = await this.metrics();
    const milliseconds = (name: string) => (metrics.get(name) ?? 0) * 1000;
    return {
      all: milliseconds("TaskDuration"),
      script: milliseconds("ScriptDuration"),
      style: milliseconds("RecalcStyleDuration"),
      layout: milliseconds("LayoutDuration"),
    };
  }

  async memory(): Promise<Memory> {
    await collectGarbage(this.page);
    const wasm = await this.page.evaluate(async () => {
      const script = performance.getEntriesByType("resource").find(({ name }) => /\/pkg\/[^/]+\.js$/.test(name))?.name;
      // Asked again, the module gives what it was started with.
      const exports = script ? await (await import(script)).default() : undefined;
      return (exports?.memory as WebAssembly.Memory | undefined)?.buffer.byteLength ?? 0;
    });
    const metrics = await this.metrics();
    return { heap: metrics.get("JSHeapUsedSize") ?? 0, nodes: metrics.get("Nodes") ?? 0, wasm };
  }

  /** The page's time now, as its long tasks have it. */
  async now(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  async longTasks(since: number): Promise<LongTask[]> {
    const tasks = await this.page.evaluate(() => (window as unknown as { longTasks: LongTask[] }).longTasks);
    return tasks.filter((task) => task.start >= since);
  }

  private async metrics(): Promise<Map<string, number>> {
    const { metrics } = await this.session.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}

export function between(before: Work, after: Work): Work {
  const { all, script, style, layout } = before;
  return { all: after.all - all, script: after.script - script, style: after.style - style, layout: after.layout - layout };
}
