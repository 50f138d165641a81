// Empties functions of the page's WASM that are only named in tables of functions and never called.
// An emptied function stops the page with a trap, so a mistake in this list is seen at once, and the browser tests look.
//
// Only ways in are listed, functions whose code is their own, and what lies behind them goes because nothing else leads there.
// What is smaller or more common must not be listed: the compiler keeps one of several functions that are equal, under any of their
// names, so one that is never called may stand for one that is.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "../../end2end/node_modules/binaryen/index.js";

const UNREACHABLE = [
  // Hydration in the background: for `hydrate_lazy` and islands, of which the page uses neither.
  /^<.* as tachys(\[[0-9a-f]+\])?::view::any_view::IntoAny>::into_any::hydrate_async(::|$)/,
  // Streams that are made of Rust's: the page reads the browser's.
  /^intounderlying(bytesource|sink|source)_(pull|write|close|cancel|abort)$/,
];

const file = process.argv[2];
binaryen.setDebugInfo(true);
const page = binaryen.readBinary(readFileSync(file));
const found = UNREACHABLE.map(() => 0);
for (let index = 0; index < page.getNumFunctions(); index++) {
  const one = page.getFunctionByIndex(index);
  const { name, module } = binaryen.getFunctionInfo(one);
  const kind = UNREACHABLE.findIndex((pattern) => pattern.test(name));
  if (module || kind < 0) continue;
  binaryen.Function.setBody(one, page.unreachable());
  found[kind]++;
}
// A page without names, or a Leptos with other ones, would grow without a word.
UNREACHABLE.forEach((pattern, kind) => {
  if (found[kind] === 0) throw new Error(`${file} has no function like ${pattern}: is the list in leave-out.mjs out of date?`);
});
writeFileSync(file, page.emitBinary());
