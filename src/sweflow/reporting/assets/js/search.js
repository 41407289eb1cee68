// Search: one box for functions, tests and steps, by a few of their letters.

import { byId, h, replace } from "./dom.js";
import { best } from "./fuzzy.js";

const LIMIT = 12;

export class Search {
  constructor(ctx) {
    this.ctx = ctx;
    this.items = null;
    this.found = [];
    this.at = -1;
    this.box = h("input", {
      type: "search",
      id: "query",
      placeholder: "Search functions, tests, steps",
      autocomplete: "off",
      spellcheck: "false",
      role: "combobox",
      "aria-label": "Search functions, tests and steps",
      "aria-expanded": "false",
      "aria-controls": "hits",
      "aria-autocomplete": "list",
      oninput: () => this.show(),
      onkeydown: (event) => this.key(event),
      onfocus: () => this.show(),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.list = h("ul", { id: "hits", role: "listbox", "aria-label": "Hits", hidden: true });
    replace(byId("search"), this.box, h("kbd", { "aria-hidden": "true" }, "/"), this.list);
  }

  open() {
    this.box.focus();
    this.box.select();
  }

  all() {
    const { model } = this.ctx;
    return [
      ...model.core.map((node) => ({ kind: "function", node, text: model.ids[node] })),
      ...model.ids.flatMap((text, node) =>
        model.role(node) === "core" || model.role(node) === "module" ? [] : [{ kind: model.role(node), node, text }],
      ),
      ...model.steps.map((step) => ({ kind: "step", step: step.number, text: `step ${step.number}` })),
    ];
  }

  show() {
    const query = this.box.value.trim();
    if (!query) return this.close();
    this.items ??= this.all();
    this.found = best(
      query,
      this.items,
      (item) => item.text,
      LIMIT,
      (item) => (item.kind === "function" ? 3 : 0),
    );
    this.at = this.found.length ? 0 : -1;
    replace(
      this.list,
      this.found.map((hit, place) => this.row(hit, place)),
      this.found.length
        ? null
        : h(
            "li",
            { class: "none", role: "option", "aria-disabled": "true" },
            "Nothing has these letters in this order.",
          ),
    );
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.mark();
  }

  row(hit, place) {
    const { item, places } = hit;
    const marked = new Set(places);
    const split = item.text.indexOf("::");
    const letters = (from, to) =>
      [...item.text.slice(from, to)].map((letter, offset) => (marked.has(from + offset) ? h("b", {}, letter) : letter));
    const parts =
      split < 0
        ? [h("span", { class: "fn-name" }, letters(0))]
        : [h("span", { class: "fn-name" }, letters(split + 2)), h("span", { class: "fn-file" }, letters(0, split))];
    return h(
      "li",
      {
        id: `hit-${place}`,
        role: "option",
        onmousedown: (event) => {
          event.preventDefault();
          this.take(place);
        },
      },
      h("span", { class: "chip" }, item.kind),
      h("span", { class: "fn" }, parts),
    );
  }

  mark() {
    [...this.list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === this.at)));
    this.box.setAttribute("aria-activedescendant", this.at >= 0 ? `hit-${this.at}` : "");
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.found.length) return;
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : this.found.length - 1)) % this.found.length;
      this.mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.take(this.at, event.shiftKey || event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.box.value = "";
      this.close();
      this.box.blur();
    }
  }

  take(place, focus = false) {
    const item = this.found[place]?.item;
    if (!item) return;
    this.close();
    this.box.blur();
    if (item.kind === "step") this.ctx.go({ view: "schedule", step: item.step });
    else if (focus || this.ctx.state.view === "focus") this.ctx.focus(item.node);
    else
      this.ctx.go({
        sel: this.ctx.model.ids[item.node],
        call: "",
        into: "",
        ...(this.ctx.state.view === "overview" || this.ctx.state.view === "schedule"
          ? { view: "focus", focus: this.ctx.model.ids[item.node] }
          : {}),
      });
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.box.setAttribute("aria-expanded", "false");
    this.box.setAttribute("aria-activedescendant", "");
  }
}
