// The page's WASM as text, in which functions can be taken out and put in: binaryen writes and reads it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What rustc and wasm-bindgen use of what came after WASM's first edition; a module that was text does not say it itself. */
export const FEATURES = [
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-sign-ext",
];

/** A name: `$one`, or `$"one with <signs>"`. */
export const NAME = String.raw`\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)`;
const FUNCTION = new RegExp(`^ \\(func (${NAME})`);
const IMPORT = new RegExp(`^ \\(import "[^"]*" "[^"]*" \\((\\w+) (${NAME})([^\\n]*)\\)\\)`);
const NAMED = new RegExp(`^ \\((\\w+) (${NAME})`);

/** Reads a WASM with names, as the list of its parts. */
export function read(wasm) {
  const all = withText((text) => {
    binaryen("wasm-dis", ...FEATURES, wasm, "-o", text);
    return readFileSync(text, "utf8");
  });
  const starts = [...all.matchAll(/^ \(/gm)].map((match) => match.index);
  const end = all.lastIndexOf("\n)") + 1;
  return starts.map((from, index) => part(all.slice(from, starts[index + 1] ?? end)));
}

/** Writes a WASM of the text of its parts. */
export function write(parts, wasm) {
  withText((text) => {
    writeFileSync(text, `(module\n${parts.join("")})\n`);
    binaryen("wasm-as", ...FEATURES, "--debuginfo", text, "-o", wasm);
  });
}

/** A function's name as Rust has it, without what changes from build to build. */
export function readable(name) {
  return name
    .replace(/^\$"?|"$/g, "")
    .replace(/::h[0-9a-f]{16}$/, "")
    .replace(/\[[0-9a-f]{1,16}\]/g, "");
}

/** What a data segment puts into the memory. */
export function bytesOf({ text }) {
  const [, address, written] = text.match(/^ \(data \S+ \(i32\.const (\d+)\) "((?:[^"\\]|\\.)*)"/s);
  const plain = { t: "\t", n: "\n", r: "\r" };
  const latin = written.replace(/\\(?:([0-9a-f]{2})|(.))/g, (_, hex, one) => (hex ? String.fromCharCode(parseInt(hex, 16)) : (plain[one] ?? one)));
  return { address: Number(address), bytes: Buffer.from(latin, "latin1") };
}

/** A data segment as text. */
export function dataText({ address, bytes }) {
  return ` (data (i32.const ${address}) "${bytes.toString("hex").replace(/../g, "\\$&")}")\n`;
}

/** One part of a module: its kind, its name if it has one, and its text. */
function part(text) {
  const imported = text.match(IMPORT);
  if (imported) return { kind: imported[1], name: imported[2], signature: imported[3], isImport: true, text };
  const [, kind, name] = text.match(NAMED) ?? [null, text.match(/^ \((\w+)/)[1], null];
  return { kind, name, signature: kind === "func" ? signature(text) : "", isImport: false, text };
}

/** The parameters and results of a function, without the names. */
function signature(text) {
  const head = text.split("\n", 1)[0].replace(FUNCTION, "");
  return [...head.matchAll(/\((param|result) ([^()]*)\)/g)]
    .map(([, kind, types]) => ` (${kind} ${types.replace(/^\$\S+ /, "")})`)
    .join("");
}

function binaryen(tool, ...args) {
  execFileSync(fileURLToPath(new URL(`../../end2end/node_modules/binaryen/bin/${tool}`, import.meta.url)), args, { stdio: "inherit" });
}

function withText(use) {
  const folder = mkdtempSync(join(tmpdir(), "rivulet-wasm-"));
  try {
    return use(join(folder, "page.wat"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
