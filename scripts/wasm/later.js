// The second part of the page's WASM (`split.mjs`); `connect.mjs` appends this to what wasm-bindgen has written, whose `wasm` and
// `__wbg_get_imports` it uses. It is fetched at the first sign of a person, long before a click is over, or after some seconds, so that
// an open page needs no network to go on. If something needs it earlier, the page waits for it there and then. A browser that had it
// before has it in its cache, and takes it at once.
const laterFile = new URL("later.wasm", import.meta.url);
const laterIntegrity = "INTEGRITY";
const laterSigns = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "input", "online"];
const laterImports = __wbg_get_imports;
const laterStart = __wbg_init;
/** After how long it is fetched without any sign, in milliseconds: longer than a first visit takes to be loaded on a phone. */
const laterAtLast = 10_000;
let laterCompiling = null;

__wbg_get_imports = () => ({ ...laterImports(), later: { fetch: laterAtOnce } });

__wbg_init = async (options) => {
  // An answer that is being written goes on from the first moment, and needs both parts. One that may name characters, as in `&copy;`,
  // has to look them up.
  const lines = [...document.querySelectorAll(".markdown :is(p, li, td, th, h2, h3, h4, h5, h6)")];
  const isNeeded = document.querySelector('[data-status="streaming"]') !== null || lines.some((line) => line.textContent.includes("&"));
  if (isNeeded) laterCompile().catch(() => {});
  const exports = await laterStart(options);
  if (isNeeded) await laterSoon();
  else setTimeout(laterSoon, laterWasHere() ? 0 : laterAtLast);
  return exports;
};

for (const sign of laterSigns) addEventListener(sign, laterSoon, { capture: true, passive: true });

/** Whether this browser has had it. */
function laterWasHere() {
  try {
    return localStorage.getItem("rivulet:later") === laterIntegrity;
  } catch {
    // A browser may be told to keep nothing.
    return false;
  }
}

/** Fetches and compiles it; after a second this can be tried again. */
function laterCompile() {
  laterCompiling ??= WebAssembly.compileStreaming(fetch(laterFile, { integrity: laterIntegrity })).finally(() =>
    setTimeout(() => (laterCompiling = null), 1000),
  );
  return laterCompiling;
}

/** Fetches it in the background. The next sign tries again if it did not come. */
async function laterSoon() {
  if (wasm === undefined || wasm["later.there"].value) return;
  try {
    laterArrived(await laterCompile());
    localStorage.setItem("rivulet:later", laterIntegrity);
  } catch {
    laterMissing(!wasm["later.there"].value);
  }
}

/** Fetches it while everything waits: something is called that is in it. */
function laterAtOnce() {
  const request = new XMLHttpRequest();
  request.open("GET", laterFile, false);
  // Bytes, as no other kind of response may be asked for here.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    // Without a network. That is no status either.
  }
  if (request.status !== 200) {
    laterMissing(true);
    throw new Error("a part of the page could not be fetched");
  }
  laterArrived(new WebAssembly.Module(Uint8Array.from(request.responseText, (character) => character.charCodeAt(0))));
}

function laterArrived(module) {
  if (!wasm["later.there"].value) {
    new WebAssembly.Instance(module, { first: wasm });
    wasm["later.there"].value = 1;
    for (const sign of laterSigns) removeEventListener(sign, laterSoon, { capture: true });
  }
  laterMissing(false);
}

/** Shows or hides the sentence that the server has put into the page. */
function laterMissing(isMissing) {
  const sentence = document.getElementById("missing-part");
  if (!sentence) return;
  sentence.hidden = !isMissing;
  sentence.querySelector("button").onclick = () => location.reload();
}
