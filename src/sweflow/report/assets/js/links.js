// Names that one can click: of functions, steps and tests. A click selects, a double click focuses.

import { h, iconButton, say } from "./dom.js";
import { meaning } from "./glossary.js";

/** A function's name with its place and what it is. */
export function functionLink(ctx, node, { file = true } = {}) {
  const { model } = ctx;
  return h("a", {
    class: "fn", href: ctx.link({ sel: model.ids[node] }), title: model.ids[node],
    onclick: (event) => { event.preventDefault(); ctx.go({ sel: model.ids[node] }); },
    ondblclick: (event) => { event.preventDefault(); ctx.focus(node); },
  }, h("span", { class: "fn-name" }, model.label(node)), file ? h("span", { class: "fn-file" }, model.path(node)) : null);
}

export function stepLink(ctx, number, text = `step ${number}`) {
  return h("a", { href: ctx.link({ view: "schedule", step: number }), onclick: (event) => { event.preventDefault(); ctx.go({ view: "schedule", step: number }); } }, text);
}

/** A list that shows its first rows and tells how many more there are. */
export function shortList(items, render, limit = 8) {
  const list = h("ul", { class: "plain" }, items.slice(0, limit).map((item) => h("li", {}, render(item))));
  if (items.length <= limit) return list;
  const more = h("button", { type: "button", class: "link", onclick: () => {
    more.replaceWith();
    list.append(...items.slice(limit).map((item) => h("li", {}, render(item))));
  } }, `Show ${items.length - limit} more`);
  return h("div", {}, list, more);
}

export function testName(id) {
  const short = id.slice(id.indexOf("::") + 2);
  return h("span", { class: "test", title: id }, h("span", {}, short), h("span", { class: "fn-file" }, id.slice(0, id.indexOf("::"))));
}

/** A test as a link to its body, with what it calls. */
export function testLink(ctx, test) {
  const id = ctx.model.tests.id[test];
  return h("a", { class: "fn", href: ctx.link(ctx.testState(test)), title: id, onclick: (event) => {
    event.preventDefault();
    ctx.go(ctx.testState(test));
  } }, testName(id));
}

/** Rows of a table, by the exact values of some columns. */
export function rowsLink(ctx, tab, query, text) {
  const changes = { view: "table", tab, q: query, sort: "", from: 0, ...ctx.unfiltered };
  return h("a", { href: ctx.link(changes), onclick: (event) => { event.preventDefault(); ctx.go(changes); } }, text);
}

const COPY = "M6 6V3.5h8.5V12H12M3.5 6H12v8.5H3.5z";

/** A button that puts a text on the clipboard. */
export function copyButton(name, text) {
  return iconButton(`Copy ${name}`, COPY, async (event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h("textarea", { class: "offstage", "aria-hidden": "true", value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`Copied ${name}`);
    const button = event.target.closest("button");
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 900);
  }, { "data-copy": text });
}

export function chip(text, kind = "") {
  return h("span", { class: `chip ${kind}`, title: meaning(text) }, text);
}
