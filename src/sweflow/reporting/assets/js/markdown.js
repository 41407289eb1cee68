// The little Markdown that problem statements are written in, as elements.

import { h } from "./dom.js";
import { python } from "./highlight.js";

/** Headings, lists, fences, tables of pipes as they are, paragraphs, and code in a line. */
export function markdown(text) {
  const root = h("div", { class: "prose" });
  const lines = text.split("\n");
  let list = null;
  for (let place = 0; place < lines.length; place += 1) {
    const line = lines[place];
    const fence = /^(\s*)(`{3,})(\w*)\s*$/.exec(line);
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    const item = /^(\s*)[-*] (.*)$/.exec(line);
    if (fence) {
      const body = [];
      for (place += 1; place < lines.length && lines[place].trim() !== fence[2]; place += 1)
        body.push(lines[place].slice(fence[1].length));
      const code = body.join("\n");
      root.append(h("pre", { class: "code", tabindex: 0 }, h("code", {}, fence[3] === "python" ? lined(code) : code)));
      list = null;
    } else if (heading) {
      root.append(h(`h${Math.min(heading[1].length + 2, 6)}`, {}, inline(heading[2])));
      list = null;
    } else if (item) {
      if (!list) {
        list = h("ul");
        root.append(list);
      }
      list.append(h("li", { class: item[1].length > 1 ? "deeper" : null }, inline(item[2])));
    } else if (line.trim()) {
      if (list && /^\s/.test(line)) list.lastChild.append(" ", ...inline(line.trim()));
      else {
        list = null;
        const before = root.lastChild;
        if (before?.tagName === "P" && lines[place - 1]?.trim()) before.append(" ", ...inline(line));
        else root.append(h("p", {}, inline(line)));
      }
    } else if (!/^\s*[-*] /.test(lines[place + 1] ?? "")) list = null;
  }
  return root;
}

function inline(text) {
  return text
    .split(/(`+[^`]+`+)/)
    .map((piece) =>
      /^`+[^`]+`+$/.test(piece)
        ? h("code", {}, piece.replace(/^`+ ?| ?`+$/g, ""))
        : piece.replace(/\*\*([^*]+)\*\*/g, "$1"),
    );
}

function lined(code) {
  return python(code).flatMap((spans, place) => (place ? ["\n", ...spans] : spans));
}
