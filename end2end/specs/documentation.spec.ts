// The examples of docs/api.md, run as they stand.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "../support/fixtures";

const docs = resolve(import.meta.dirname, "../../docs");
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

/** The bash blocks under each heading, in order. */
function examples(markdown: string): { heading: string; command: string }[] {
  const found = [];
  for (const section of markdown.split(/^#+ /m)) {
    const heading = section.slice(0, section.indexOf("\n"));
    for (const [, command] of section.matchAll(/```bash\n(.*?)```/gs)) found.push({ heading, command: command! });
  }
  return found;
}

test("the examples of the API work", ({ baseURL }) => {
  // The examples are written for curl. Nothing else here needs it, so a machine without it is not made to install it.
  test.skip(!hasCurl, "curl is not installed");
  const blocks = examples(readFileSync(join(docs, "api.md"), "utf8"));
  expect(blocks.length).toBeGreaterThan(10);
  // One shell for all: later examples use what earlier ones made.
  const script = blocks
    .map(({ command }, at) => `echo "<${at}>"\n${command.replaceAll("localhost:3000", new URL(baseURL!).host)}`)
    .join("\n");
  const folder = mkdtempSync(join(tmpdir(), "rivulet-docs-"));
  const output = execFileSync("bash", ["-euo", "pipefail", "-c", script], { encoding: "utf8", cwd: folder });

  const said = output.split(/<\d+>\n/).slice(1);
  blocks.forEach(({ heading }, at) => {
    expect(said[at]?.trim(), heading).toBeTruthy();
    if (heading === "Errors") expect(said[at]).toContain('"code":"invalid_request"');
    else expect(said[at], heading).not.toContain("about:blank");
  });
  expect(said.join()).toContain("data: [DONE]");
  expect(said.join()).toContain('"fullText"');
  expect(said.join()).toContain("204");
});
