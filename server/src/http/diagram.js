// Draws the diagram that the page around this frame says, and nothing else. The frame is sandboxed: it has no origin, no cookies and
// no network, so that whatever a drawing should manage to do, it does to itself. It does not even load the library: browsers keep
// nothing for a frame without an origin, so the page hands it over. Both sides say lists of words:
//
//   from the page   ["library", script]
//                   ["draw", source, theme, name, language]; a theme that is empty is the system's
//   to the page     ["ready"], ["drawn", height in pixels], ["failed", why]
const { nonce } = document.currentScript;
const place = document.getElementById("diagram");
const drawing = document.getElementById("drawing");
const system = matchMedia("(prefers-color-scheme: dark)");
const say = (...words) => parent.postMessage(words, location.origin);

// The page's own colours; style/tokens.css has them.
const COLOURS = {
  light: {
    background: "#f3f6f6", mainBkg: "#d9edee", primaryColor: "#d9edee", primaryTextColor: "#14201f", primaryBorderColor: "#0b6f78",
    secondaryColor: "#fdf0e7", secondaryTextColor: "#14201f", secondaryBorderColor: "#9a3412", tertiaryColor: "#ffffff",
    tertiaryTextColor: "#14201f", tertiaryBorderColor: "#c3cccd", lineColor: "#4b5b5c", textColor: "#14201f", noteBkgColor: "#fdf0e7",
    noteTextColor: "#14201f", noteBorderColor: "#f2cfb5", edgeLabelBackground: "#f3f6f6", pieStrokeColor: "#f3f6f6", errorBkgColor: "#fdf0e7", errorTextColor: "#9a3412",
  },
  dark: {
    background: "#191f21", mainBkg: "#17393d", primaryColor: "#17393d", primaryTextColor: "#e8eeee", primaryBorderColor: "#63c6cf",
    secondaryColor: "#2d211a", secondaryTextColor: "#e8eeee", secondaryBorderColor: "#f5b48a", tertiaryColor: "#25343a",
    tertiaryTextColor: "#e8eeee", tertiaryBorderColor: "#3d494c", lineColor: "#b0bdbe", textColor: "#e8eeee", noteBkgColor: "#2d211a",
    noteTextColor: "#e8eeee", noteBorderColor: "#54392a", edgeLabelBackground: "#191f21", pieStrokeColor: "#191f21", errorBkgColor: "#2d211a", errorTextColor: "#f5b48a",
  },
};

// A wide drawing shrinks to this width, in pixels, and is scrolled on a narrower screen: smaller, nobody could read it.
const NARROWEST = 480;

let wanted = null;
let work = Promise.resolve();

async function draw([, source, theme, name, language]) {
  const dark = theme === "dark" || (theme === "" && system.matches);
  document.documentElement.lang = language;
  document.title = name;
  // The page's code is seen through the frame only if both have the same scheme.
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: "base",
    fontFamily: "ui-sans-serif, system-ui, sans-serif",
    themeVariables: { darkMode: dark, fontSize: "15px", pieOuterStrokeWidth: "0px", pieOpacity: "1", ...COLOURS[dark ? "dark" : "light"] },
  });
  const { svg } = await mermaid.render("drawn", source);
  drawing.innerHTML = svg;
  tidy(drawing.firstElementChild, name);
  measure();
}

/** Gives the drawing a name and a width, and takes away what would look as if it led somewhere: from here, nothing does. */
function tidy(svg, name) {
  const width = svg.viewBox.baseVal?.width || svg.getBoundingClientRect().width;
  svg.style.minWidth = `${Math.min(width, NARROWEST)}px`;
  if (!svg.hasAttribute("aria-labelledby")) svg.setAttribute("aria-label", name);
  for (const link of svg.querySelectorAll("a")) {
    for (const attribute of ["href", "xlink:href", "target"]) link.removeAttribute(attribute);
  }
}

/** Tells the page how high the drawing is, and lets the keyboard scroll what is larger than the frame. */
function measure() {
  if (!drawing.firstElementChild) return;
  const bar = place.offsetHeight - place.clientHeight;
  say("drawn", String(Math.ceil(drawing.getBoundingClientRect().height) + bar));
  const overflows = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight;
  place.toggleAttribute("tabindex", false);
  if (overflows) place.tabIndex = 0;
}

function load(library) {
  const script = document.createElement("script");
  Object.assign(script, { nonce, textContent: library });
  document.head.append(script);
}

function redraw() {
  if (!wanted) return;
  work = work.then(() => draw(wanted)).catch((error) => say("failed", reason(String(error?.message ?? error))));
}

/** Why a source cannot be drawn, without the list of all that could stand there and without the whole source. */
function reason(message) {
  return message.split(/\nExpecting | matching given configuration/)[0];
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || origin !== location.origin || !Array.isArray(data)) return;
  if (data.some((word) => typeof word !== "string")) return;
  if (data[0] === "library" && data.length === 2) load(data[1]);
  if (data[0] === "draw" && data.length === 5) {
    wanted = data;
    redraw();
  }
});
system.addEventListener("change", redraw);
new ResizeObserver(measure).observe(drawing);
say("ready");
