// The panel beside every view: what is known of the selected function, or of the selected call.

import { byId, count, figure, h, iconButton, percent, replace } from "./dom.js";
import { term } from "./glossary.js";
import { chip, copyButton, functionLink, shortList, stepLink, testLink } from "./links.js";
import { shortest } from "./walk.js";

const CROSS = "M4 4l10 10M14 4L4 14";

export class Details {
  constructor(ctx) {
    this.ctx = ctx;
    this.root = byId("details");
    this.key = "";
  }

  update(state) {
    const { model } = this.ctx;
    const node = model.byId.get(state.sel);
    const call = [model.byId.get(state.call), model.byId.get(state.into)];
    const key = [state.view, state.sel, state.to, state.call, state.into].join("\n");
    if (key === this.key) return;
    this.key = key;
    const isCall = call[0] !== undefined && call[1] !== undefined;
    this.root.hidden = node === undefined && !isCall && !state.sel;
    if (this.root.hidden) return;
    replace(this.root, isCall ? this.call(...call) : node === undefined ? this.unknown(state.sel) : this.node(node));
    this.root.scrollTop = 0;
  }

  head(title, more, sub) {
    return h(
      "div",
      { class: "d-head" },
      h("div", {}, h("h2", {}, title), h("p", { class: "faint break" }, sub), more),
      iconButton("Close the selection", CROSS, () => this.ctx.go({ sel: "", call: "", into: "" }), {
        id: "close-details",
      }),
    );
  }

  /** A module or a package, as one may select them on the map. */
  group(name, nodes) {
    const { ctx } = this;
    const { model } = ctx;
    const sum = (column) => nodes.reduce((all, node) => all + column[node], 0);
    const steps = nodes.map((node) => model.step(node)).filter(Boolean);
    const isFile = model.files.includes(name);
    const rows = [
      ["Functions", figure(nodes.length)],
      ["Lines", figure(sum(model.nodes.lines))],
      ["In steps", steps.length ? `${Math.min(...steps)} to ${Math.max(...steps)}` : "none"],
      ["Reached", figure(nodes.filter((node) => model.nodes.reached[node]).length)],
    ];
    return [
      this.head(name, null, isFile ? "module" : "package"),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            class: "primary",
            onclick: () =>
              ctx.go(
                isFile
                  ? { view: "map", grain: "function", file: name, sel: "" }
                  : { view: "map", grain: "module", pkg: name, sel: "" },
              ),
          },
          "Open",
        ),
        h(
          "button",
          {
            type: "button",
            onclick: () => ctx.go({ view: "table", tab: "functions", [isFile ? "file" : "pkg"]: name }),
          },
          "As a table",
        ),
      ),
      h(
        "dl",
        { class: "facts" },
        rows.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, value)]),
      ),
      this.list(
        "Functions",
        [...nodes].sort((a, b) => model.nodes.tests[b] - model.nodes.tests[a]),
        (node) => functionLink(ctx, node),
      ),
    ];
  }

  unknown(name) {
    const { model } = this.ctx;
    const nodes = model.core.filter((node) => model.path(node) === name || model.packageOf(node) === name);
    if (nodes.length) return this.group(name, nodes);
    return [
      this.head(name, null, "This report has no such function."),
      h("p", {}, "The link may come from a report of another state of the project."),
    ];
  }

  node(node) {
    const { ctx } = this;
    const { model, state } = ctx;
    const { nodes } = model;
    const strength = model.strength.get(node);
    const cycle = model.cycleOf[node];
    const step = model.step(node);
    const tests = model.testsOfNode(node);
    const rows = [
      ["Step", step ? stepLink(ctx, step, `${step} of ${model.lastStep}`) : "in none"],
      ["Lines", figure(nodes.lines[node])],
      ["Complexity", nodes.complexity[node]],
      ["Depth of calls", nodes.depth[node] || "–"],
      ["Tests that run it", figure(nodes.tests[node])],
      ["Accepted tests that require it", figure(nodes.required[node])],
      [
        "Strength",
        strength
          ? `${strength.killed} of ${strength.total} mutants killed (${percent(strength.killed, strength.total)})`
          : null,
      ],
      ["Noticed by", model.noticed.has(node) ? testLink(ctx, model.noticed.get(node)) : null],
      [
        "Cycle",
        cycle >= 0
          ? h(
              "a",
              { href: ctx.link({ view: "map", cycle: String(cycle + 1) }) },
              `${model.cycles[cycle].length} functions`,
            )
          : null,
      ],
      ["Scaffold", model.scaffold(node).join(", ") || null],
    ].filter(([, value]) => value !== null);
    return [
      this.head(
        model.label(node),
        h(
          "div",
          { class: "chips" },
          chip(model.state(node), `s-${model.state(node)}`),
          model.kind(node) === model.role(node) ? null : chip(model.kind(node)),
          model.traits(node).map((trait) => chip(trait)),
        ),
        `${model.path(node)}:${nodes.line[node]}`,
      ),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "primary", onclick: () => ctx.focus(node) }, "Focus"),
        copyButton("id", model.ids[node]),
        h(
          "button",
          {
            type: "button",
            onclick: () => ctx.go({ view: "map", grain: "function" }),
            disabled: model.role(node) !== "core",
          },
          "On the map",
        ),
        h(
          "button",
          {
            type: "button",
            onclick: () => ctx.go({ pick: `${model.ids[node]}+1`, view: state.view === "table" ? "table" : "map" }),
          },
          "What it calls",
        ),
      ),
      this.pathForm(node),
      h(
        "dl",
        { class: "facts" },
        rows.flatMap(([name, value]) => [h("dt", {}, term(name)), h("dd", {}, value)]),
      ),
      this.list("Callers", model.callers[node], (other) => functionLink(ctx, other)),
      this.list("Callees", model.callees[node], (other) => functionLink(ctx, other)),
      tests === null
        ? h("p", { class: "faint" }, "Which tests run it is not in this file: there are too many calls.")
        : this.list("Tests", tests, (test) => testLink(ctx, test)),
      strength && strength.killed < strength.total ? this.survivors(node, step) : null,
    ];
  }

  /** Mutants of a function that no test noticed, once the texts are unpacked. */
  survivors(node, step) {
    const place = h("section", {});
    this.ctx.texts.get(`certificate:${step}`).then((text) => {
      const found =
        (text &&
          JSON.parse(text).certificate?.strength?.functions?.find((each) => each.function === this.ctx.model.ids[node])
            ?.survivors) ||
        [];
      if (found.length)
        replace(
          place,
          this.list("Mutants that survived", found, (mutant) =>
            h(
              "span",
              {},
              `line ${mutant.line}: ${mutant.operator}`,
              mutant.diff ? h("pre", { class: "code small" }, mutant.diff) : null,
            ),
          ),
        );
    });
    return place;
  }

  /** Where a second function is asked for, and what the way there is. */
  pathForm(node) {
    const { ctx } = this;
    const { model, state } = ctx;
    const end = model.byId.get(state.to);
    const box = h("input", {
      type: "text",
      id: "path-to",
      placeholder: "Path to …",
      "aria-label": "Path to another function",
      list: "names",
      value: end === undefined ? state.to : model.ids[end],
    });
    const form = h(
      "form",
      {
        class: "path-form",
        onsubmit: (event) => {
          event.preventDefault();
          ctx.go({ to: ctx.resolve(box.value) ?? box.value.trim() });
        },
      },
      box,
      h("button", { type: "submit" }, "Find"),
      state.to ? h("button", { type: "button", onclick: () => ctx.go({ to: "" }) }, "Clear") : null,
    );
    if (!state.to) return form;
    if (end === undefined)
      return h("div", {}, form, h("p", { class: "faint" }, "No function is called so, or several are."));
    const path = shortest(model, node, end);
    return h(
      "div",
      {},
      form,
      path.length
        ? h(
            "ol",
            { class: "path" },
            path.map((stop) => h("li", {}, functionLink(ctx, stop))),
          )
        : h("p", { class: "faint" }, "No chain of calls leads there."),
    );
  }

  list(title, items, render) {
    return h(
      "section",
      {},
      h("h3", {}, title, " ", h("span", { class: "faint" }, figure(items.length))),
      items.length ? shortList(items, render) : h("p", { class: "faint" }, "None was seen."),
    );
  }

  call(caller, callee) {
    const { ctx } = this;
    const { model } = ctx;
    const calls = model.callsBetween(caller, callee);
    const lists = calls.map((call) => model.testsOfCall(call));
    const known = lists.every((list) => list !== null);
    const tests = known ? [...new Set(lists.flat())].sort((a, b) => a - b) : [];
    const flags = calls.reduce((all, call) => all | model.calls.flags[call], 0);
    return [
      this.head(
        "Call",
        h(
          "div",
          { class: "chips" },
          flags & 1 ? chip("through other code") : null,
          flags & 4 ? chip("starts a thread or process") : null,
        ),
        `seen by ${count(known ? tests.length : Math.max(...calls.map((call) => model.calls.tests[call]), 0), "test")}`,
      ),
      h("section", {}, h("h3", {}, "From"), functionLink(ctx, caller), h("h3", {}, "To"), functionLink(ctx, callee)),
      !calls.length
        ? h("p", { class: "faint" }, "No test made this call.")
        : known
          ? this.list("Tests that made it", tests, (test) => testLink(ctx, test))
          : h("p", { class: "faint" }, "Which tests made it is not in this file: there are too many calls."),
      known && calls.length && !tests.length
        ? h("p", { class: "faint" }, "It was seen only while modules were imported or tests collected.")
        : null,
    ];
  }
}
