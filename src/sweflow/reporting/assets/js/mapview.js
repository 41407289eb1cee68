// Map: all functions, a column a step and a band a package. A renderer draws it, with WebGL or without.

import { count, h, iconButton, replace, s, say } from "./dom.js";
import { grainOf, MapData } from "./mapdata.js";
import { drawMap } from "./mapdraw.js";
import { GlRenderer, hasWebGL } from "./mapgl.js";
import { isArrow, nextPoint } from "./mapkeys.js";
import { PlainRenderer } from "./mapplain.js";
import { shortest } from "./walk.js";

export class MapView {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.root = root;
    this.kept = new Map();
    this.over = -1;
    this.webgl = hasWebGL();
    this.stage = h("div", {
      class: "map-stage",
      id: "map-stage",
      role: "application",
      "aria-label": "Map of functions. The table holds the same facts.",
      tabindex: 0,
      onkeydown: (event) => this.arrow(event),
    });
    this.legend = h("div", { class: "map-legend" });
    this.note = h("p", { class: "map-note", role: "status" });
    this.grains = h("div", { class: "segments", role: "group", "aria-label": "What a point stands for" });
    const zoom = h(
      "div",
      { class: "map-zoom" },
      iconButton("Zoom in", "M9 4v10M4 9h10", () => this.renderer.zoom(1 / 1.5)),
      iconButton("Zoom out", "M4 9h10", () => this.renderer.zoom(1.5)),
      iconButton("Show all", "M3 7V3h4M11 3h4v4M15 11v4h-4M7 15H3v-4", () => this.renderer.whole()),
    );
    replace(
      root,
      h("div", { class: "map-frame" }, this.stage, h("div", { class: "map-top" }, this.grains, this.note), zoom),
      this.legend,
    );
    this.renderer = this.webgl ? new GlRenderer(this) : new PlainRenderer(this);
  }

  data(grain) {
    if (!this.kept.has(grain)) this.kept.set(grain, new MapData(this.ctx.model, grain));
    return this.kept.get(grain);
  }

  update(state) {
    const { ctx } = this;
    const grain = grainOf(ctx);
    this.shown = this.data(grain);
    this.marks(state);
    this.heads(state, grain);
    if (!this.shown.keys.length) {
      replace(
        this.stage,
        h(
          "div",
          { class: "empty" },
          h("h1", {}, "Nothing to map"),
          h("p", {}, "The graph holds no function of the project."),
        ),
      );
      return;
    }
    this.renderer.draw({ grain, by: state.by, dark: ctx.dark, filter: ctx.filter.key, sel: state.sel, to: state.to });
  }

  /** Who is selected, on the path, in the chosen cycle: what stands out. */
  marks(state) {
    const { model } = this.ctx;
    const vertex = (id) => this.shown.place.get(id) ?? (model.byId.has(id) ? this.shown.home[model.byId.get(id)] : -1);
    this.chosen = state.sel ? vertex(state.sel) : -1;
    const [start, end] = [model.byId.get(state.sel), model.byId.get(state.to)];
    const path = start !== undefined && end !== undefined ? shortest(model, start, end) : [];
    this.path = path.map((node) => this.shown.home[node]).filter((place) => place >= 0);
    this.steps = new Set(this.path.slice(1).map((head, place) => `${this.path[place]}>${head}`));
    const number = Number(state.cycle) - 1;
    const cycle =
      model.cycles[number] ??
      (start !== undefined && model.cycleOf[start] >= 0 ? model.cycles[model.cycleOf[start]] : []);
    this.cycle = this.shown.grain === "function" ? cycle.map((node) => this.shown.home[node]) : [];
  }

  heads(state, grain) {
    const { ctx } = this;
    replace(
      this.grains,
      [
        ["function", "Functions"],
        ["module", "Modules"],
        ["package", "Packages"],
      ].map(([value, name]) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(grain === value), onclick: () => ctx.go({ grain: value }) },
          name,
        ),
      ),
    );
    replace(this.legend, legend(ctx.colouring.legend(), grain, state.by));
    const parts = [];
    if (!this.webgl) parts.push("Without WebGL the map is a plain picture.");
    if (!state.grain && grain === "package")
      parts.push(`${count(ctx.model.core.length, "function")} are too many to read at once, so packages are shown.`);
    if (grain !== "function") parts.push("A double click opens one.");
    this.note.textContent = parts.join(" ");
  }

  /** What WebGL draws is not on paper: the same map as a picture stands in for it. */
  print(on) {
    this.paper?.remove();
    this.paper =
      on && this.webgl && this.shown.keys.length ? h("div", { class: "map-paper" }, this.svg(this.ctx.state.by)) : null;
    if (this.paper) this.stage.parentElement.append(this.paper);
  }

  enter(vertex) {
    this.over = vertex;
    this.stage.style.cursor = vertex >= 0 ? "pointer" : "default";
    this.renderer.restyle();
  }

  /** What everything else stands back from: what is under the pointer, else the path, else what is selected. */
  heart() {
    if (this.over >= 0) return [this.over];
    if (this.path.length > 1) return null;
    return this.chosen >= 0 ? [this.chosen] : [];
  }

  stands(vertex) {
    const heart = this.heart();
    if (heart === null) return this.path.includes(vertex);
    if (heart.length) return heart[0] === vertex || this.shown.near[heart[0]].has(vertex);
    return this.shown.passes(vertex, this.ctx.filter);
  }

  choose(vertex) {
    this.ctx.go({ sel: this.shown.keys[vertex], call: "", into: "" });
  }

  openVertex(vertex) {
    const { grain, members, keys } = this.shown;
    if (grain === "function") this.ctx.focus(members[vertex][0]);
    else
      this.ctx.go(
        grain === "module"
          ? { grain: "function", file: keys[vertex], sel: "" }
          : { grain: "module", pkg: keys[vertex], sel: "" },
      );
  }

  /** Arrow keys go to the nearest point in their direction; Enter focuses or opens. */
  arrow(event) {
    if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.openVertex(this.chosen);
    }
    if (event.key === "+" || event.key === "=") this.renderer.zoom(1 / 1.5);
    if (event.key === "-") this.renderer.zoom(1.5);
    if (event.key === "0") this.renderer.whole();
    if (!isArrow(event.key) || !this.shown.keys.length) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.chosen < 0) return this.choose(0);
    const next = nextPoint(this.shown, this.chosen, event.key);
    if (next < 0) return;
    this.choose(next);
    say(`${this.shown.keys[next]}, ${this.shown.describe(next, this.ctx.colouring)}`);
  }

  /** The map as a picture, also for paper. */
  svg(by) {
    return drawMap(this.shown, this.ctx.colouring, by, (vertex) => !this.stands(vertex), {
      labels: this.shown.keys.length <= 1500,
    });
  }
}

function legend(rows, grain, by) {
  return [
    rows.map((row) =>
      h(
        "div",
        { class: "key" },
        row.ramp
          ? [
              h("span", {}, row.text[0]),
              h(
                "span",
                { class: "ramp" },
                row.ramp.map((colour) =>
                  s(
                    "svg",
                    { width: 18, height: 10, "aria-hidden": "true" },
                    s("rect", { width: 18, height: 10, fill: colour }),
                  ),
                ),
              ),
              h("span", {}, row.text[1]),
            ]
          : [
              s(
                "svg",
                { width: 12, height: 12, "aria-hidden": "true" },
                s("circle", { cx: 6, cy: 6, r: 5, fill: row.colour }),
              ),
              h("span", {}, row.text),
            ],
      ),
    ),
    grain === "function"
      ? [
          h(
            "div",
            { class: "key" },
            s(
              "svg",
              { width: 16, height: 16, "aria-hidden": "true" },
              s("circle", { cx: 8, cy: 8, r: 4, class: "ring-core" }),
              s("circle", { cx: 8, cy: 8, r: 6.6, class: "ring" }),
            ),
            h("span", {}, "in a cycle"),
          ),
          h("div", { class: "key faint" }, by === "tests" ? "larger: more tests" : "larger: more lines"),
        ]
      : h("div", { class: "key faint" }, "larger: more functions"),
  ];
}
