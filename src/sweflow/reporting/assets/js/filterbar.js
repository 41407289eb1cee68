// The row of filters above a view, and how nodes are coloured.

import { COLOURINGS } from "./colour.js";
import { byId, count, h, replace } from "./dom.js";
import { isFiltered, noFilters } from "./filter.js";

export class FilterBar {
  constructor(ctx) {
    this.ctx = ctx;
    this.root = byId("filters");
    const { model } = ctx;
    const go = (changes) => ctx.go(changes);
    this.pick = h("input", {
      type: "text",
      id: "pick",
      placeholder: "Select: +parse+2",
      "aria-label": "Select functions, as in +parse+2",
      spellcheck: "false",
      autocomplete: "off",
      list: "names",
      onchange: () => go({ pick: this.pick.value.trim() }),
    });
    this.pkg = this.choice(
      "Package",
      "pkg",
      model.packages.map((name) => [name, name]),
    );
    this.file = this.choice(
      "File",
      "file",
      model.files.map((name) => [name, name]),
    );
    this.cycle = this.choice("Cycle", "cycle", [
      ["any", "in any cycle"],
      ...model.cycles.map((members, place) => [
        String(place + 1),
        `${place + 1}: ${members.length} functions, ${model.label(members[0])} …`,
      ]),
    ]);
    this.test = h("input", {
      type: "text",
      id: "by-test",
      placeholder: "Test",
      "aria-label": "Only what a test runs",
      list: "test-names",
      spellcheck: "false",
      autocomplete: "off",
      onchange: () => go({ test: this.test.value.trim() }),
    });
    this.steps = h("input", {
      type: "text",
      id: "by-steps",
      placeholder: "Steps: 3-9",
      "aria-label": "Only functions of these steps, as in 3-9",
      size: 9,
      autocomplete: "off",
      onchange: () => go({ steps: this.steps.value.trim() }),
    });
    this.by = h(
      "select",
      { id: "by", "aria-label": "Colour by", onchange: () => go({ by: this.by.value }) },
      COLOURINGS.map(([value, text]) => h("option", { value }, `Colour: ${text.toLowerCase()}`)),
    );
    this.clear = h("button", { type: "button", id: "clear", onclick: () => go(noFilters()) }, "Clear");
    this.result = h("span", { class: "faint", role: "status" });
    const names = h("datalist", { id: "names" });
    const tests = h("datalist", { id: "test-names" });
    addEventListener("focusin", (event) => event.target.matches("[list]") && this.offer(names, tests));
    replace(
      this.root,
      this.pick,
      this.pkg,
      this.file,
      this.test,
      this.steps,
      model.cycles.length ? this.cycle : null,
      this.clear,
      this.result,
      h("span", { class: "spring" }),
      this.by,
      names,
      tests,
    );
  }

  /** Fill what the boxes offer, once one of them is used. */
  offer(names, tests) {
    const { model } = this.ctx;
    if (names.childElementCount) return;
    names.append(...model.core.slice(0, 3000).map((node) => h("option", { value: model.ids[node] })));
    tests.append(...model.tests.id.slice(0, 3000).map((value) => h("option", { value })));
  }

  choice(name, key, options) {
    const made = h(
      "select",
      { id: `by-${key}`, "aria-label": name, onchange: () => this.ctx.go({ [key]: made.value }) },
      h("option", { value: "" }, `${name}: all`),
      options.map(([value, text]) => h("option", { value }, text)),
    );
    return made;
  }

  update(state) {
    const { filter, model } = this.ctx;
    this.root.hidden = state.view === "overview";
    for (const key of ["pick", "pkg", "file", "test", "steps", "cycle", "by"])
      if (this[key].value !== state[key]) this[key].value = state[key];
    this.clear.hidden = !isFiltered(state);
    const core = filter.nodes ? model.core.filter((node) => filter.nodes.has(node)).length : 0;
    this.pick.setAttribute("aria-invalid", String(filter.problems.length > 0));
    this.result.textContent = filter.problems.length
      ? `${filter.problems.join("; ")}.`
      : filter.nodes
        ? `${count(core, "function")} of ${model.core.length}`
        : "";
  }
}
