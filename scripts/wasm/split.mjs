// Cuts the page's WASM in two: what a first visit runs, and what comes later, when a person begins to do something.
//
// It is one program all the same. A function of the second part that the first part calls, or names in its table of functions, has a
// stand-in there, which calls it through that table, and fetches the second part first if it is not there yet (`later.js`). So nothing
// in Rust knows of it, and which function stands where is a matter of weight and never of being right. `later.txt` names what comes
// later, and `scripts/page-profile.sh` writes that; what is not named stays in the first part, unless only the second calls it.
import { readFileSync } from "node:fs";
import { takeCharacterNames } from "./character-names.mjs";
import { NAME, bytesOf, dataText, read, readable, write } from "./wat.mjs";

const [file, later] = process.argv.slice(2);
const parts = read(file);
const functions = new Map(parts.filter(({ kind, isImport }) => kind === "func" && !isImport).map((one) => [one.name, one]));
const calls = new Map([...functions.values()].map(({ name, text }) => [name, named(text, /call|return_call|ref\.func/)]));
const exported = new Set(parts.filter(({ kind }) => kind === "export").map(({ text }) => text.match(/\(func (\$.*)\)\)/)?.[1]));
const table = parts.find(({ kind, text }) => kind === "table" && text.includes("funcref"));
const firstSlot = Number(table.text.match(/ (\d+) \d+ funcref/)[1]);
const inTable = new Set(parts.filter(({ kind }) => kind === "elem").flatMap(({ text }) => text.match(new RegExp(NAME, "g"))));

const moved = movedFunctions();
const called = new Set([...functions.keys()].filter((name) => !moved.has(name)).flatMap((name) => [...calls.get(name)]));
const entrances = [...moved].filter((name) => called.has(name) || inTable.has(name));
const shared = sharedParts();
const constants = parts.find(({ kind, name }) => kind === "data" && name === "$.rodata");
const data = bytesOf(constants);
const movedData = takeCharacterNames(data, [...functions.values()].filter(({ name }) => !moved.has(name)).map(({ text }) => text));
write(firstPart(), file);
write(secondPart(), later);
console.log(`${moved.size} of ${functions.size} functions come later, by ${entrances.length} ways in; they use ${shared.length} parts of the first, and ${movedData.length} pieces of data come with them`);

/** What a text names behind some instructions. */
function named(text, instructions) {
  return new Set([...text.matchAll(new RegExp(`\\((?:${instructions.source}) (${NAME})`, "g"))].map(([, name]) => name));
}

/** The functions that come later: those that are named, and those that only these call. */
function movedFunctions() {
  const lines = readFileSync(new URL("later.txt", import.meta.url), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const whole = new Set(lines.filter((line) => !line.endsWith("*")));
  const begun = lines.filter((line) => line.endsWith("*")).map((line) => line.slice(0, -1));
  const isNamed = (name) => whole.has(name) || begun.some((beginning) => name.startsWith(beginning));
  const movable = [...functions.keys()].filter((name) => !exported.has(name));
  const moved = new Set(movable.filter((name) => isNamed(readable(name))));
  const callers = new Map();
  calls.forEach((all, caller) => all.forEach((one) => callers.set(one, [...(callers.get(one) ?? []), caller])));
  const follows = (name) => !moved.has(name) && !inTable.has(name) && callers.get(name)?.every((caller) => moved.has(caller));
  for (let found = movable.filter(follows); found.length > 0; found = movable.filter(follows)) found.forEach((name) => moved.add(name));
  return moved;
}

/** What the second part uses of the first: functions, globals, tables, the memory. */
function sharedParts() {
  const used = new Set([table.name]);
  const instructions = /call|return_call|ref\.func|call_indirect|(?:global|table)\.\w+/;
  moved.forEach((name) => named(functions.get(name).text, instructions).forEach((one) => used.add(one)));
  return parts.filter(({ kind, name }) => kind === "memory" || (/func|global|table/.test(kind) && used.has(name) && !moved.has(name)));
}

function firstPart() {
  const slots = firstSlot + entrances.length;
  const kept = parts
    .filter(({ kind, name }) => kind !== "func" || !moved.has(name))
    .map((one) => {
      if (one === constants) return dataText(data);
      return one === table ? one.text.replace(/ \d+ \d+ funcref/, ` ${slots} ${slots} funcref`) : one.text;
    });
  // Imports stand before everything that is defined here.
  kept.splice(parts.findIndex(({ isImport }) => isImport), 0, ` (import "later" "fetch" (func $later.fetch))\n`);
  const added = [
    ` (global $later.there (mut i32) (i32.const 0))\n`,
    ` (export "later.there" (global $later.there))\n`,
    ` (func $later.ensure (if (i32.eqz (global.get $later.there)) (then (call $later.fetch))))\n`,
  ];
  return [...kept, ...added, ...shared.map(({ kind, name }, number) => ` (export "${short(number)}" (${kind} ${name}))\n`), ...entrances.map(standIn)];
}

/** Calls a function of the second part through the table. */
function standIn(name, index) {
  const { signature } = functions.get(name);
  const types = [...signature.matchAll(/\(param ([^)]*)\)/g)].flatMap(([, types]) => types.split(" "));
  const given = types.map((_, number) => `(local.get ${number})`).join(" ");
  const call = `(call_indirect ${table.name}${signature} ${given} (i32.const ${firstSlot + index}))`;
  return ` (func ${name}${signature} (call $later.ensure) ${call})\n`;
}

function secondPart() {
  const types = parts.filter(({ kind }) => kind === "type").map(({ text }) => text);
  const imports = shared.map((one, number) => ` (import "first" "${short(number)}" ${declared(one)})\n`);
  const slots = ` (elem (table ${table.name}) (i32.const ${firstSlot}) func ${entrances.join(" ")})\n`;
  return [...types, ...imports, ...movedData.map(dataText), slots, ...[...moved].map((name) => functions.get(name).text)];
}

/** A part of the first as the second imports it. */
function declared({ kind, name, signature, text }) {
  const sizes = (what) => text.match(new RegExp(` (\\d+)(?: \\d+)?(${what})\\)`));
  if (kind === "func") return `(func ${name}${signature})`;
  if (kind === "global") return `(global ${name} ${text.match(/\(mut \w+\)|\b[if](?:32|64)\b|externref/)[0]})`;
  const [, least, type] = sizes(kind === "memory" ? "" : " (?:funcref|externref)");
  return `(${kind} ${name} ${least}${type})`;
}

/** Names are many, and stand in both parts. */
function short(number) {
  return number.toString(36);
}
