// A page with one answer, shown by streamdown as its documentation says; runs in the browser. `?plugins` adds its colours for code
// and its formulas, which Rivulet's page has too.
import { code } from "@streamdown/code";
import { math } from "@streamdown/math";
import "katex/dist/katex.min.css";
import { createElement, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Streamdown } from "streamdown";
import "streamdown/styles.css";

const plugins = location.search.includes("plugins") ? { code, math } : undefined;

function Answer() {
  const [text, setText] = useState("");
  const [isAnimating, setAnimating] = useState(false);
  useEffect(() => {
    const ask = async () => {
      setAnimating(true);
      await read((more) => setText((text) => text + more));
      setAnimating(false);
      document.body.dataset.status = "complete";
    };
    document.querySelector("button")?.addEventListener("click", () => void ask());
    // The view follows the end, as that of a chat does.
    const watch = new ResizeObserver(() => scrollTo(0, document.documentElement.scrollHeight));
    watch.observe(document.body);
    document.body.dataset.ready = "true";
    return () => watch.disconnect();
  }, []);
  return createElement(Streamdown, { isAnimating, plugins }, text);
}

/** Reads the frames of a provider, and tells what each piece of the network has brought. */
async function read(tell: (more: string) => void): Promise<void> {
  const body = (await fetch("/answer", { method: "POST" })).body;
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    const frames = lines.filter((line) => line.startsWith("data: {")).map((line) => JSON.parse(line.slice(6)));
    const more = frames.map((frame) => frame.choices[0].delta.content ?? "").join("");
    if (more) tell(more);
  }
}

createRoot(document.getElementById("answer")!).render(createElement(Answer));
