// Syntax colours for Python and for patches: spans with classes, made of text.

import { h } from "./dom.js";

const WORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda match case nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const TOKEN =
  /(#.*)|((?:[rbfuRBFU]{1,2})?(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))|(@[\w.]+)|(\b\d[\w.]*\b)|([A-Za-z_]\w*)|(\s+)|([\s\S])/g;

/** Python source as one array of spans a line. */
export function python(source) {
  const lines = [[]];
  let defines = false;
  for (const match of source.matchAll(TOKEN)) {
    const [text, comment, string, decorator, number, word] = match;
    let kind = comment ? "c" : string ? "s" : decorator ? "d" : number ? "n" : "";
    if (word) {
      kind = WORDS.has(word) ? "k" : defines ? "f" : "";
      defines = word === "def" || word === "class";
    }
    text.split("\n").forEach((piece, place) => {
      if (place) lines.push([]);
      if (piece) lines.at(-1).push(kind ? h("span", { class: `t-${kind}` }, piece) : piece);
    });
  }
  return lines;
}

/** A patch: a row a line, with the signs of lines in a column of their own. */
export function patch(text) {
  const rows = text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      if (/^diff --git/.test(line)) return h("div", { class: "p-file" }, line.replace(/^diff --git a\/.* b\//, ""));
      if (/^(index|---|\+\+\+|new file|deleted file|old mode|new mode|similarity|rename) ?/.test(line)) return null;
      if (line.startsWith("@@")) return h("div", { class: "p-hunk" }, line);
      const sign = line[0] ?? " ";
      const kind = sign === "+" ? "p-new" : sign === "-" ? "p-old" : sign === "\\" ? "p-hunk" : "";
      const name = sign === "+" ? "added " : sign === "-" ? "removed " : null;
      return h(
        "div",
        { class: `p-line ${kind}` },
        h(
          "span",
          { class: "p-sign", "aria-hidden": name ? null : "true" },
          name ? h("span", { class: "hidden" }, name) : null,
          sign === " " ? " " : sign,
        ),
        h("code", {}, python(line.slice(1))[0]),
      );
    });
  return h("div", { class: "patch code", tabindex: 0, role: "region", "aria-label": "Patch" }, rows);
}

/** Source with line numbers; `ran` is the set of lines that ran, null where nobody measured. */
export function listing(source, first, ran, name) {
  const rows = python(source).map((spans, place) => {
    const number = first + place;
    const hit = ran?.has(number);
    return h(
      "div",
      { class: `l-line${hit ? " l-ran" : ""}` },
      h(
        "span",
        { class: "l-mark", "aria-hidden": hit ? null : "true", title: hit ? "ran in a test" : null },
        hit ? "▎" : " ",
        hit ? h("span", { class: "hidden" }, "ran ") : null,
      ),
      h("span", { class: "l-number", "aria-hidden": "true" }, number),
      h("code", {}, spans.length ? spans : " "),
    );
  });
  return h("div", { class: "listing code", tabindex: 0, role: "region", "aria-label": name }, rows);
}
