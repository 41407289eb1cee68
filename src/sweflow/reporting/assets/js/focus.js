// Focus: one function, who calls it on the left, what it calls on the right, and its source.

import { count, figure, h, replace, s } from "./dom.js";
import { listing } from "./highlight.js";
import { around, shortest } from "./walk.js";

const WIDE = 224;
const HIGH = 44;
const ROW = 56;
const COLUMN = 330;
const FIRST = 12;
const MOST_HOPS = 6;

export class FocusView {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.root = root;
    this.open = new Set();
    this.drawn = null;
    this.title = h("h1", {});
    this.controls = h("div", { class: "focus-controls" });
    this.stage = h("div", { class: "focus-stage", id: "focus-stage", onkeydown: (event) => this.arrow(event) });
    this.source = h("section", { class: "source" });
    replace(
      root,
      h("div", { class: "focus-head" }, h("div", {}, this.title), this.controls),
      this.stage,
      legend(),
      this.source,
    );
  }

  /** The function in the middle: what the state says, else what is selected, else what most tests run. */
  centre(state) {
    const { model } = this.ctx;
    const said = model.byId.get(state.focus) ?? model.byId.get(state.sel);
    if (said !== undefined) return said;
    return [...model.core].sort((a, b) => model.nodes.tests[b] - model.nodes.tests[a])[0];
  }

  update(state) {
    const { ctx } = this;
    const { model } = ctx;
    const centre = this.centre(state);
    if (centre === undefined) {
      replace(
        this.root,
        h(
          "div",
          { class: "empty" },
          h("h1", {}, "No functions"),
          h("p", {}, "The graph holds no function of the project."),
        ),
      );
      return;
    }
    const key = [
      centre,
      state.in,
      state.out,
      state.sel,
      state.to,
      state.by,
      ctx.dark,
      ctx.filter.key,
      state.call,
      state.into,
      [...this.open].join(),
    ].join("\n");
    if (key === this.drawn) return;
    if (centre !== this.centreDrawn) {
      this.open.clear();
      this.showSource(centre);
    }
    const moved = centre !== this.centreDrawn || !this.drawn;
    this.centreDrawn = centre;
    this.drawn = key;
    replace(this.title, model.label(centre), h("span", { class: "fn-file" }, ` ${model.path(centre)}`));
    const end = model.byId.get(state.to);
    const path = end === undefined ? [] : shortest(model, model.byId.get(state.sel) ?? centre, end);
    this.head(state, centre, path);
    const made = path.length ? this.chain(path) : this.columns(centre, state);
    const inside = this.stage.contains(document.activeElement) ? document.activeElement.dataset.node : undefined;
    this.draw(made, centre, state);
    if (inside !== undefined) this.stage.querySelector(`[data-node="${inside}"]`)?.focus();
    if (moved) {
      this.scrollToCentre(made, centre);
      requestAnimationFrame(() => this.scrollToCentre(made, centre));
    }
  }

  head(state, centre, path) {
    const { ctx } = this;
    const hops = (name, key) =>
      h(
        "div",
        { class: "stepper", role: "group", "aria-label": `${name}: hops` },
        h("span", {}, name),
        h(
          "button",
          {
            type: "button",
            "aria-label": `Fewer hops of ${name.toLowerCase()}`,
            disabled: state[key] <= 0,
            onclick: () => ctx.go({ [key]: state[key] - 1 }),
          },
          "−",
        ),
        h("output", {}, state[key]),
        h(
          "button",
          {
            type: "button",
            "aria-label": `More hops of ${name.toLowerCase()}`,
            disabled: state[key] >= MOST_HOPS,
            onclick: () => ctx.go({ [key]: state[key] + 1 }),
          },
          "+",
        ),
      );
    if (path.length) {
      replace(
        this.controls,
        h("span", {}, `A shortest chain: ${count(path.length - 1, "call")}`),
        h("button", { type: "button", onclick: () => ctx.go({ to: "" }) }, "Back to callers and callees"),
      );
      return;
    }
    replace(this.controls, hops("Callers", "in"), hops("Callees", "out"));
  }

  /** Who stands in which column: minus distance for callers, distance for callees. */
  columns(centre, state) {
    const { model } = this.ctx;
    const columns = new Map([[0, [centre]]]);
    const column = new Map([[centre, 0]]);
    const more = [];
    for (const [sign, hops, next] of [
      [-1, state.in, model.callers],
      [1, state.out, model.callees],
    ]) {
      let edge = [centre];
      for (let hop = 1; hop <= hops && edge.length; hop += 1) {
        const found = [...around(edge, 1, (node) => next[node]).keys()].filter((node) => !column.has(node));
        found.sort((a, b) => this.rank(b) - this.rank(a) || a - b);
        const shown = this.open.has(sign * hop) ? found : found.slice(0, FIRST);
        shown.sort((a, b) => model.step(a) - model.step(b) || a - b);
        if (!shown.length) break;
        columns.set(sign * hop, shown);
        shown.forEach((node) => column.set(node, sign * hop));
        if (found.length > shown.length) more.push([sign * hop, found.length - shown.length]);
        edge = shown;
      }
    }
    return this.place(columns, column, more);
  }

  rank(node) {
    const { model, filter } = this.ctx;
    return model.nodes.tests[node] + (model.role(node) === "core" ? 1e6 : 0) + (filter.nodes?.has(node) ? 1e9 : 0);
  }

  chain(path) {
    return this.place(
      new Map(path.map((node, place) => [place, [node]])),
      new Map(path.map((node, place) => [node, place])),
      [],
    );
  }

  place(columns, column, more) {
    const { model } = this.ctx;
    const first = Math.min(...columns.keys());
    const extra = new Map(more);
    const tallest = Math.max(...[...columns].map(([at, nodes]) => nodes.length + (extra.has(at) ? 1 : 0)));
    const high = Math.max(tallest * ROW + 40, 220);
    const spots = new Map();
    const buttons = [];
    for (const [at, nodes] of columns) {
      const rows = nodes.length + (extra.has(at) ? 1 : 0);
      const top = (high - rows * ROW) / 2;
      nodes.forEach((node, row) => spots.set(node, { x: 20 + (at - first) * COLUMN, y: top + row * ROW, at, row }));
      if (extra.has(at))
        buttons.push({ at, count: extra.get(at), x: 20 + (at - first) * COLUMN, y: top + nodes.length * ROW });
    }
    const edges = [];
    for (const node of spots.keys()) {
      for (const callee of model.callees[node]) if (spots.has(callee)) edges.push([node, callee]);
    }
    return { spots, edges, buttons, columns, width: 40 + (columns.size - 1) * COLUMN + WIDE, height: high };
  }

  draw(made, centre, state) {
    const { ctx } = this;
    const { model } = ctx;
    const { spots, edges } = made;
    const chosen = model.byId.get(state.sel) ?? centre;
    const picture = s(
      "svg",
      {
        width: made.width,
        height: made.height,
        viewBox: `0 0 ${made.width} ${made.height}`,
        class: "focus-picture",
        id: "focus-picture",
        role: "group",
        "aria-label": `Calls around ${model.label(centre)}`,
      },
      s(
        "defs",
        {},
        s(
          "marker",
          {
            id: "arrow",
            viewBox: "0 0 8 8",
            refX: 7,
            refY: 4,
            markerWidth: 9,
            markerHeight: 9,
            markerUnits: "userSpaceOnUse",
            orient: "auto",
          },
          s("path", { d: "M0 0.8L7 4L0 7.2z", class: "arrow" }),
        ),
      ),
      edges.map(([a, b]) => this.edge(a, b, spots, state, chosen)),
      [...spots].map(([node, spot]) => this.box(node, spot, centre, chosen)),
      made.buttons.map((button) => this.more(button)),
    );
    picture.addEventListener("pointerover", (event) => this.hover(event.target.closest("[data-node]"), picture));
    picture.addEventListener("pointerleave", () => this.hover(null, picture));
    replace(
      this.stage,
      picture,
      spots.size === 1
        ? h("p", { class: "faint centre" }, "No calls to or from this function were seen within these hops.")
        : null,
    );
  }

  edge(a, b, spots, state, chosen) {
    const { ctx } = this;
    const { model } = ctx;
    const from = spots.get(a);
    const to = spots.get(b);
    const calls = model.callsBetween(a, b);
    const tests = Math.max(0, ...calls.map((call) => model.calls.tests[call]));
    const d =
      a === b ? loop(from) : to.at > from.at ? ahead(from, to) : to.at < from.at ? back(from, to) : beside(from, to);
    const aside = to.at !== from.at + 1;
    const on = state.call === model.ids[a] && state.into === model.ids[b];
    const name = `${model.label(a)} calls ${model.label(b)}; ${count(tests, "test")} saw it`;
    const act = () => ctx.go({ call: model.ids[a], into: model.ids[b] });
    return s(
      "g",
      {
        class: `edge${aside ? " aside" : ""}${aside && (on || chosen === a || chosen === b) ? " kept" : ""}${on ? " on" : ""}`,
        "data-from": a,
        "data-to": b,
        tabindex: aside ? -1 : 0,
        role: "button",
        "aria-label": name,
        "aria-pressed": String(on),
        onclick: act,
        onkeydown: (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            act();
          }
        },
      },
      s("title", {}, name),
      s("path", { class: "hit", d }),
      s("path", { class: "stroke", d, "stroke-width": 1 + Math.log10(1 + tests), "marker-end": "url(#arrow)" }),
    );
  }

  box(node, spot, centre, chosen) {
    const { ctx } = this;
    const { model } = ctx;
    const id = model.ids[node];
    const words = [model.path(node).split("/").pop(), ctx.colouring.short(node)].join(" · ");
    const state = model.state(node);
    const kind = `${node === centre ? " centre" : ""}${node === chosen ? " chosen" : ""}${ctx.filter.has(node) ? "" : " dim"}${model.cycleOf[node] >= 0 ? " cycle" : ""}`;
    return s(
      "g",
      {
        class: `box${kind}`,
        transform: `translate(${spot.x} ${spot.y})`,
        "data-node": node,
        tabindex: node === chosen || (node === centre && !ctx.state.sel) ? 0 : -1,
        role: "button",
        "aria-label": `${id}, ${state}, ${ctx.colouring.words(node)}`,
        "aria-pressed": String(node === chosen),
        onclick: () => ctx.go({ sel: id, focus: model.ids[centre], call: "", into: "" }),
        ondblclick: () => ctx.focus(node),
        onkeydown: (event) => this.boxKey(event, node, centre),
      },
      s("title", {}, id),
      s("rect", { class: `frame s-${state}`, width: WIDE, height: HIGH, rx: 8 }),
      s("rect", {
        x: 7,
        y: 9,
        width: 5,
        height: HIGH - 18,
        rx: 2.5,
        fill: model.role(node) === "core" ? ctx.colouring.of(node) : "var(--soft)",
      }),
      s("text", { x: 20, y: 19, class: "n-name" }, short(model.label(node), model.cycleOf[node] >= 0 ? 24 : 27)),
      s("text", { x: 20, y: 34, class: "n-sub" }, short(words, 34)),
      model.cycleOf[node] >= 0 ? s("text", { x: WIDE - 20, y: 19, class: "c-mark", "aria-hidden": "true" }, "↻") : null,
    );
  }

  more(button) {
    const act = () => {
      this.open.add(button.at);
      this.update(this.ctx.state);
    };
    return s(
      "g",
      {
        class: "more",
        transform: `translate(${button.x} ${button.y})`,
        tabindex: 0,
        role: "button",
        "aria-label": `Show ${button.count} more`,
        onclick: act,
        onkeydown: (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            act();
          }
        },
      },
      s("rect", { width: WIDE, height: 32, rx: 8 }),
      s("text", { x: WIDE / 2, y: 20, "text-anchor": "middle", class: "n-sub" }, `Show ${button.count} more`),
    );
  }

  hover(box, picture) {
    const node = box?.dataset.node;
    picture.classList.toggle("hovering", node !== undefined);
    if (node === undefined) {
      for (const part of picture.querySelectorAll(".near")) part.classList.remove("near");
      return;
    }
    const near = new Set([node]);
    for (const edge of picture.querySelectorAll(".edge")) {
      const touches = edge.dataset.from === node || edge.dataset.to === node;
      edge.classList.toggle("near", touches);
      if (touches) near.add(edge.dataset.from).add(edge.dataset.to);
    }
    for (const other of picture.querySelectorAll(".box")) other.classList.toggle("near", near.has(other.dataset.node));
  }

  boxKey(event, node, centre) {
    const { ctx } = this;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) ctx.focus(node);
      else ctx.go({ sel: ctx.model.ids[node], focus: ctx.model.ids[centre], call: "", into: "" });
    } else if (event.key === "f") {
      event.stopPropagation();
      ctx.focus(node);
    }
  }

  /** Arrow keys go from box to box: left and right to the nearest one of the next column, up and down within one. */
  arrow(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const here = document.activeElement?.closest?.("[data-node]");
    if (!by || !here) return;
    event.preventDefault();
    event.stopPropagation();
    const at = here.getBoundingClientRect();
    const fits = [...this.stage.querySelectorAll("[data-node]")]
      .map((box) => [box, box.getBoundingClientRect()])
      .filter(([, box]) =>
        by[0]
          ? (box.left - at.left) * by[0] > 10
          : Math.abs(box.left - at.left) < 10 && (box.top - at.top) * by[1] > 10,
      );
    fits.sort((a, b) => distance(a[1], at) - distance(b[1], at));
    fits[0]?.[0].focus();
  }

  scrollToCentre(made, centre) {
    const spot = made.spots.get(centre);
    if (!spot) return;
    this.stage.scrollLeft = spot.x + WIDE / 2 - this.stage.clientWidth / 2;
    this.stage.scrollTop = spot.y + HIGH / 2 - this.stage.clientHeight / 2;
  }

  async showSource(node) {
    const { model, texts } = this.ctx;
    const path = model.path(node);
    const text = await texts.get(`source:${path}`);
    if (this.centreDrawn !== node) return;
    const ran = model.ran.get(node) ?? null;
    const head = h("h2", {}, "Source ", h("span", { class: "faint" }, `${path}:${model.nodes.line[node]}`));
    if (text === null) {
      replace(
        this.source,
        head,
        h(
          "p",
          { class: "empty" },
          "The source of this file is not in the report: it had no room, or the folder does not hold it.",
        ),
      );
      return;
    }
    const first = model.nodes.line[node];
    const lines = text.split("\n").slice(first - 1, first - 1 + Math.min(model.nodes.lines[node], 400));
    replace(
      this.source,
      head,
      h(
        "p",
        { class: "faint" },
        ran
          ? `${figure(ran.size)} lines ran in the tests of its step; they carry a mark.`
          : "Which of its lines ran was not measured in this build.",
      ),
      listing(lines.join("\n"), first, ran, `Source of ${model.label(node)}`),
    );
  }

  /** The functions shown, for export. */
  shown() {
    return [...this.stage.querySelectorAll("[data-node]")].map((box) => Number(box.dataset.node));
  }

  picture() {
    return this.stage.querySelector("svg");
  }
}

/** What the looks of boxes and lines mean. */
function legend() {
  const box = (kind, name) =>
    h(
      "li",
      {},
      s(
        "svg",
        { width: 26, height: 14, "aria-hidden": "true" },
        s(
          "g",
          { class: `box ${kind === "cycle" ? "cycle" : ""}` },
          s("rect", { class: `frame s-${kind}`, x: 1, y: 1, width: 24, height: 12, rx: 4 }),
        ),
      ),
      name,
    );
  return h(
    "ul",
    { class: "legend focus-legend" },
    box("reached", "reached by tests"),
    box("scaffold", "scaffold"),
    box("unreached", "unreached"),
    box("cycle", "↻ in a cycle"),
    h("li", {}, "thicker: more tests saw the call"),
    h("li", {}, "calls across columns show for what is selected"),
  );
}

function ahead(from, to) {
  const [x1, y1, x2, y2] = [from.x + WIDE, from.y + HIGH / 2, to.x - 2, to.y + HIGH / 2];
  const bend = Math.max(40, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function back(from, to) {
  const [x1, y1, x2, y2] = [from.x, from.y + HIGH / 2 + 8, to.x + WIDE + 2, to.y + HIGH / 2 + 8];
  return `M${x1} ${y1}C${x1 - 50} ${y1} ${x2 + 50} ${y2} ${x2} ${y2}`;
}

function beside(from, to) {
  const [x, y1, y2] = [from.x + WIDE, from.y + HIGH / 2 + 6, to.y + HIGH / 2 - 6];
  return `M${x} ${y1}C${x + 46} ${y1} ${x + 46} ${y2} ${x + 2} ${y2}`;
}

function loop(spot) {
  const [x, y] = [spot.x + WIDE - 60, spot.y];
  return `M${x} ${y}C${x - 6} ${y - 26} ${x + 42} ${y - 26} ${x + 36} ${y - 1}`;
}

function distance(a, b) {
  return Math.abs(a.left - b.left) + Math.abs(a.top - b.top);
}

function short(text, most) {
  return text.length <= most ? text : `${text.slice(0, Math.floor(most / 2) - 1)}…${text.slice(-Math.ceil(most / 2))}`;
}
