// Moves pulldown-cmark's table of character names (`&hellip;` and 2,124 others) to the second part, if only that looks into it. No tool says
// which data a function reads, so the table is known by its beginning, and each piece of it stays where anything else may point to it.

/** How the names begin, each followed by what it stands for. */
const BEGINNING = "AEligÆAMP&Aacute";
/** The largest character and what comes behind it, which are numbers and no addresses. */
const NO_ADDRESSES = new Set([0x10ffff, 0x110000]);

/** The data that moves, as `{ address, bytes }`; it is zero in `data` from then on. */
export function takeCharacterNames(data, keptFunctions) {
  const table = findTable(data);
  if (!table) throw new Error("the table of character names was not found: is character-names.mjs out of date?");
  const foreign = pointers(data, table, keptFunctions);
  const points = ({ address, length }) => foreign.some((pointer) => pointer >= address && pointer < address + length);
  if (points(table)) return [];
  const pieces = [table, ...table.strings.filter((piece) => !points(piece))];
  return joined(pieces).map(({ address, length }) => {
    const at = address - data.address;
    const bytes = Buffer.from(data.bytes.subarray(at, at + length));
    data.bytes.fill(0, at, at + length);
    return { address, bytes };
  });
}

/** Where the table is, and the strings that it names: a name and its character in each entry, as address and length. */
function findTable({ address, bytes }) {
  const first = address + bytes.indexOf(BEGINNING);
  const word = (at) => (at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0);
  const text = (at) => bytes.toString("utf8", word(at) - address, word(at) - address + word(at + 4));
  const isFirst = (at) => word(at) === first && word(at + 4) === "AElig".length;
  const start = Array.from({ length: bytes.length >> 2 }, (_, index) => index * 4).find(isFirst);
  if (first < address || start === undefined) return null;
  const strings = [];
  const isEntry = (at) => word(at + 4) <= 40 && word(at + 12) <= 8 && /^[A-Za-z0-9]+$/.test(text(at)) && (at === start || text(at - 16) < text(at));
  let end = start;
  for (; isEntry(end); end += 16) {
    strings.push({ address: word(end), length: word(end + 4) }, { address: word(end + 8), length: word(end + 12) });
  }
  return { address: address + start, length: end - start, strings };
}

/** All numbers in functions that stay, and in data beside the table, that may be addresses. */
function pointers({ address, bytes }, table, keptFunctions) {
  const inCode = keptFunctions.flatMap((text) => [
    ...[...text.matchAll(/i32\.const (\d+)\)|offset=(\d+)/g)].map(([, number, offset]) => Number(number ?? offset)),
    // Two that are stored together are one number.
    ...[...text.matchAll(/i64\.const (-?\d+)\)/g)].flatMap(([, pair]) => halves(BigInt(pair))),
  ]);
  const inData = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const isTable = at + address >= table.address && at + address < table.address + table.length;
    if (!isTable) inData.push(bytes.readUInt32LE(at));
  }
  const isInside = (number) => number >= address && number < address + bytes.length && !NO_ADDRESSES.has(number);
  return [...new Set([...inCode, ...inData])].filter(isInside);
}

function halves(pair) {
  return [Number(BigInt.asUintN(32, pair)), Number(BigInt.asUintN(32, pair >> 32n))];
}

/** Pieces in order, those that touch as one. */
function joined(pieces) {
  const result = [];
  for (const { address, length } of pieces.toSorted((a, b) => a.address - b.address)) {
    const last = result.at(-1);
    if (last && address <= last.address + last.length) last.length = Math.max(last.length, address + length - last.address);
    else result.push({ address, length });
  }
  return result;
}
