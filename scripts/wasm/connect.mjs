// Teaches the page's script to fetch the second part of the WASM. That part is named by its content, so that the two are always of one build.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";

const [script, later] = process.argv.slice(2);
const integrity = `sha256-${createHash("sha256").update(readFileSync(later)).digest("base64")}`;
appendFileSync(script, readFileSync(new URL("later.js", import.meta.url), "utf8").replace("INTEGRITY", integrity));
