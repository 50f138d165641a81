// What went wrong, in a few last lines: the whole errors stand further up, where the end of a long log doesn't reach.
import type { FullResult, Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";

const mostReasons = 12;

export default class SummaryReporter implements Reporter {
  private readonly reasons = new Map<string, number>();

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === "skipped") return;
    for (const error of result.errors.slice(0, 1)) this.count(error);
  }

  /** What belongs to no test: a browser that can't be closed, a worker that died. */
  onError(error: TestError): void {
    this.count(error);
  }

  onEnd(result: FullResult): void {
    if (result.status === "passed") return;
    for (const [reason, times] of [...this.reasons].slice(0, mostReasons)) console.log(`  ${times} × ${reason}`);
    if (this.reasons.size > mostReasons) console.log(`  and ${this.reasons.size - mostReasons} other reasons`);
  }

  printsToStdio(): boolean {
    return false;
  }

  private count(error: TestError): void {
    const lines = (error.message ?? error.value ?? "unknown").replaceAll(/\u001b\[\d+m/g, "").split("\n");
    const reason = lines.filter((line) => line.trim()).slice(0, 2).join(" ").slice(0, 240);
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }
}
