// Makes a page that notes which of its functions are run, for scripts/page-profile.sh: each begins with a call that gives its number.
// The names by number, each with how long its function is as text, lie beside the WASM, and the page's script keeps the numbers in `functionsRun`.
import { appendFileSync, writeFileSync } from "node:fs";
import { read, readable, write } from "./wat.mjs";

const [file, script, names] = process.argv.slice(2);
const parts = read(file);
const noted = [];
const texts = parts.map(({ kind, name, isImport, text }) => {
  const lines = text.split("\n");
  if (kind !== "func" || isImport || !lines[1]?.startsWith("  ")) return text;
  const body = lines.findIndex((line, at) => at > 0 && !line.startsWith("  (local "));
  lines.splice(body, 0, `  (call $profile.note (i32.const ${noted.length}))`);
  noted.push({ name: readable(name), lines: lines.length });
  return lines.join("\n");
});
texts.splice(parts.findIndex(({ isImport }) => isImport), 0, ` (import "profile" "note" (func $profile.note (param i32)))\n`);
write(texts, file);
writeFileSync(names, JSON.stringify(noted));
appendFileSync(
  script,
  `
globalThis.functionsRun = new Set();
const profiledImports = __wbg_get_imports;
__wbg_get_imports = () => ({ ...profiledImports(), profile: { note: (number) => void functionsRun.add(number) } });
`,
);
