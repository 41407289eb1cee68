// Names that one can click: of functions, steps and tests. A click selects, a double click focuses.

import { h, iconButton, say } from "./dom.js";
import { noFilters } from "./filter.js";
import { meaning } from "./glossary.js";

/** A link that changes the state; what else it has is in `more`. */
export function goLink(ctx, changes, more, ...children) {
  return h(
    "a",
    {
      href: ctx.link(changes),
      onclick: (event) => {
        event.preventDefault();
        ctx.go(changes);
      },
      ...more,
    },
    ...children,
  );
}

/** A function's name with its place and what it is. */
export function functionLink(ctx, node, { file = true } = {}) {
  const { model } = ctx;
  const more = {
    class: "fn",
    title: model.ids[node],
    ondblclick: (event) => {
      event.preventDefault();
      ctx.focus(node);
    },
  };
  return goLink(
    ctx,
    { sel: model.ids[node] },
    more,
    h("span", { class: "fn-name" }, model.label(node)),
    file ? h("span", { class: "fn-file" }, model.path(node)) : null,
  );
}

export function stepLink(ctx, number, text = `step ${number}`) {
  return goLink(ctx, { view: "schedule", step: number }, {}, text);
}

/** A list that shows its first rows and tells how many more there are. */
export function shortList(items, render, limit = 8) {
  const list = h(
    "ul",
    { class: "plain" },
    items.slice(0, limit).map((item) => h("li", {}, render(item))),
  );
  if (items.length <= limit) return list;
  const more = h(
    "button",
    {
      type: "button",
      class: "link",
      onclick: () => {
        more.replaceWith();
        list.append(...items.slice(limit).map((item) => h("li", {}, render(item))));
      },
    },
    `Show ${items.length - limit} more`,
  );
  return h("div", {}, list, more);
}

export function testName(id) {
  const short = id.slice(id.indexOf("::") + 2);
  return h(
    "span",
    { class: "test", title: id },
    h("span", {}, short),
    h("span", { class: "fn-file" }, id.slice(0, id.indexOf("::"))),
  );
}

/** A test as a link to its body, with what it calls. */
export function testLink(ctx, test) {
  const id = ctx.model.tests.id[test];
  return goLink(ctx, ctx.testState(test), { class: "fn", title: id }, testName(id));
}

/** Rows of a table, by the exact values of some columns. */
export function rowsLink(ctx, tab, query, text) {
  return goLink(ctx, { view: "table", tab, q: query, sort: "", from: 0, ...noFilters() }, {}, text);
}

const COPY = "M6 6V3.5h8.5V12H12M3.5 6H12v8.5H3.5z";

/** A button that puts a text on the clipboard. */
export function copyButton(name, text) {
  return iconButton(
    `Copy ${name}`,
    COPY,
    async (event) => {
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
    },
    { "data-copy": text },
  );
}

export function chip(text, kind = "") {
  return h("span", { class: `chip ${kind}`, title: meaning(text) }, text);
}
