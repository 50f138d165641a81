// Writes later.txt: what a first visit did not run, as names and as beginnings that all of some names have and none that was run.
import { readFileSync, writeFileSync } from "node:fs";

const [namesFile, runFile] = process.argv.slice(2);
const functions = JSON.parse(readFileSync(namesFile, "utf8"));
const run = new Set(JSON.parse(readFileSync(runFile, "utf8")).map((number) => functions[number].name));
/** What is shorter, in lines of text, is not worth a line here: at 80 lines it was 6 kB, in as many lines again. */
const WORTH_A_LINE = 50;
const HEAD = `# Functions of the page that a first visit does not run, for split.mjs; scripts/page-profile.sh writes this file. A star stands for anything.
`;

/** A name by its modules and types, so that whole modules can be named. */
const root = { next: new Map(), isRun: false, length: 0 };
for (const { name, lines } of functions) {
  let node = root;
  for (const piece of name.match(/.+?(?:::|<| as |, |\(|$)/g)) {
    if (!node.next.has(piece)) node.next.set(piece, { next: new Map(), isRun: false, length: 0 });
    node = node.next.get(piece);
    node.isRun ||= run.has(name);
    node.length += lines;
  }
  node.name = name;
  node.ownLength = (node.ownLength ?? 0) + lines;
}
const lines = [];
(function collect(node, beginning) {
  for (const [piece, next] of node.next) {
    const here = beginning + piece;
    if (!next.isRun) {
      if (next.length >= WORTH_A_LINE) lines.push(next.next.size > 0 ? `${here}*` : here);
    } else {
      collect(next, here);
      if (next.name && !run.has(next.name) && next.ownLength >= WORTH_A_LINE) lines.push(here);
    }
  }
})(root, "");
writeFileSync(new URL("later.txt", import.meta.url), `${HEAD}${lines.sort().join("\n")}\n`);
console.log(`${run.size} of ${new Set(functions.map(({ name }) => name)).size} names were run; what comes later is named in ${lines.length} lines`);
