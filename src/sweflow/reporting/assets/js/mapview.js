// Map: all functions, a column a step and a band a package, drawn with WebGL.

import { byId, calm, count, h, iconButton, replace, s, say } from "./dom.js";
import { drawMap } from "./mapdraw.js";
import { grainOf, MapData } from "./mapdata.js";
import { shortest } from "./walk.js";

const MANY = 4000;
const FEW = 400;
const PADDING = 36;

/** Whether the map can be drawn with WebGL. Its libraries are run only now, and only where they can work. */
function hasWebGL() {
  if (!document.createElement("canvas").getContext("webgl2")) return false;
  if (typeof Sigma !== "function") {
    const script = document.createElement("script");
    script.textContent = byId("vendor").textContent;
    document.head.append(script);
  }
  return typeof Sigma === "function" && typeof graphology === "function";
}

export class MapView {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.root = root;
    this.kept = new Map();
    this.over = -1;
    this.webgl = hasWebGL();
    this.ground = h("canvas", { class: "map-ground", "aria-hidden": "true" });
    this.stage = h("div", { class: "map-stage", id: "map-stage", role: "application", "aria-label": "Map of functions. The table holds the same facts.", tabindex: 0, onkeydown: (event) => this.arrow(event) });
    this.legend = h("div", { class: "map-legend" });
    this.note = h("p", { class: "map-note", role: "status" });
    this.grains = h("div", { class: "segments", role: "group", "aria-label": "What a point stands for" });
    const zoom = h("div", { class: "map-zoom" },
      iconButton("Zoom in", "M9 4v10M4 9h10", () => this.zoom(1 / 1.5)), iconButton("Zoom out", "M4 9h10", () => this.zoom(1.5)), iconButton("Show all", "M3 7V3h4M11 3h4v4M15 11v4h-4M7 15H3v-4", () => this.whole()));
    replace(root, h("div", { class: "map-frame" }, this.ground, this.stage, h("div", { class: "map-top" }, this.grains, this.note), zoom), this.legend);
    new ResizeObserver(() => this.resized()).observe(this.stage);
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
      replace(this.stage, h("div", { class: "empty" }, h("h1", {}, "Nothing to map"), h("p", {}, "The graph holds no function of the project.")));
      return;
    }
    const look = [grain, state.by, ctx.dark].join();
    if (this.webgl) this.gl(look, grain);
    else this.plain([look, ctx.filter.key, state.sel, state.to].join(), state);
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
    const cycle = model.cycles[number] ?? (start !== undefined && model.cycleOf[start] >= 0 ? model.cycles[model.cycleOf[start]] : []);
    this.cycle = this.shown.grain === "function" ? cycle.map((node) => this.shown.home[node]) : [];
  }

  heads(state, grain) {
    const { ctx } = this;
    replace(this.grains, [["function", "Functions"], ["module", "Modules"], ["package", "Packages"]].map(([value, name]) => h("button", { type: "button", "aria-pressed": String(grain === value), onclick: () => ctx.go({ grain: value }) }, name)));
    const legend = ctx.colouring.legend();
    replace(this.legend, legend.map((row) => h("div", { class: "key" },
      row.ramp ? [h("span", {}, row.text[0]), h("span", { class: "ramp" }, row.ramp.map((colour) => s("svg", { width: 18, height: 10, "aria-hidden": "true" }, s("rect", { width: 18, height: 10, fill: colour })))), h("span", {}, row.text[1])]
        : [s("svg", { width: 12, height: 12, "aria-hidden": "true" }, s("circle", { cx: 6, cy: 6, r: 5, fill: row.colour })), h("span", {}, row.text)])),
    grain === "function" ? [h("div", { class: "key" }, s("svg", { width: 16, height: 16, "aria-hidden": "true" }, s("circle", { cx: 8, cy: 8, r: 4, class: "ring-core" }), s("circle", { cx: 8, cy: 8, r: 6.6, class: "ring" })), h("span", {}, "in a cycle")), h("div", { class: "key faint" }, state.by === "tests" ? "larger: more tests" : "larger: more lines")] : h("div", { class: "key faint" }, "larger: more functions"));
    const parts = [];
    if (!this.webgl) parts.push("Without WebGL the map is a plain picture.");
    if (!state.grain && grain === "package") parts.push(`${count(ctx.model.core.length, "function")} are too many to read at once, so packages are shown.`);
    if (grain !== "function") parts.push("A double click opens one.");
    this.note.textContent = parts.join(" ");
  }

  /** What WebGL draws is not on paper: the same map as a picture stands in for it. */
  print(on) {
    this.paper?.remove();
    this.paper = on && this.webgl && this.shown.keys.length ? h("div", { class: "map-paper" }, this.svg(this.ctx.state)) : null;
    if (this.paper) this.stage.parentElement.append(this.paper);
  }

  // With WebGL

  gl(look, grain) {
    if (this.look !== look) {
      const keep = this.look?.split(",")[0] === grain ? this.sigma?.getCamera().getState() : null;
      this.look = look;
      this.start();
      if (keep) this.sigma.getCamera().setState(keep);
    } else this.restyle();
  }

  /** Give points and calls their looks anew, at the next frame. Places stay, so nothing is indexed again. */
  restyle() {
    this.sigma.refresh({ partialGraph: { nodes: this.graph.nodes(), edges: this.graph.edges() }, skipIndexation: true, schedule: true });
  }

  resized() {
    const size = `${this.stage.clientWidth} ${this.stage.clientHeight}`;
    if (!this.sigma || size === this.drawnSize || !this.stage.clientWidth) return;
    this.drawnSize = size;
    this.sigma.resize();
    this.sigma.refresh({ schedule: true });
  }

  start() {
    const { ctx, shown } = this;
    this.sigma?.kill();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.palette = { faded: colour("--faded"), edge: colour(shown.arcs.length < FEW ? "--edge-few" : "--edge"), strong: colour("--edge-strong"), text: colour("--text"), ground: colour("--ground"), panel: colour("--panel"), accent: colour("--accent"), line: colour("--line"), faint: colour("--faint"), cycle: colour("--cycle"), band: colour("--band") };
    this.stretch = this.fit();
    const graph = new graphology.DirectedGraph();
    const { by } = ctx.state;
    shown.keys.forEach((_, vertex) => graph.addNode(String(vertex), {
      x: shown.x[vertex] * this.stretch, y: -shown.y[vertex], size: shown.size(vertex, by), color: ctx.colouring.of(shown.face(vertex, by)), label: shown.label(vertex),
      type: shown.inCycle(vertex) ? "ring" : "circle", borderColor: this.palette.cycle,
    }));
    for (const arc of shown.arcs) graph.addDirectedEdge(String(arc.tail), String(arc.head), { size: shown.grain === "function" ? (shown.arcs.length < FEW ? 1 : 0.7) : Math.min(1 + Math.log2(arc.calls), 5) });
    const { rendering } = Sigma;
    replace(this.stage);
    this.graph = graph;
    this.drawnSize = `${this.stage.clientWidth} ${this.stage.clientHeight}`;
    this.sigma = new Sigma(new graphology.DirectedGraph(), this.stage, {
      allowInvalidContainer: true, zIndex: true, minCameraRatio: 0.01, maxCameraRatio: 3,
      defaultEdgeType: shown.arcs.length > MANY ? "line" : "curved", edgeProgramClasses: { curved: rendering.EdgeCurveProgram },
      nodeProgramClasses: { ring: rendering.createNodeBorderProgram({ borders: [{ size: { value: 0.28 }, color: { attribute: "borderColor" } }, { size: { value: 0.14 }, color: { value: this.palette.ground } }, { size: { fill: true }, color: { attribute: "color" } }] }) },
      hideEdgesOnMove: shown.arcs.length > MANY, labelFont: "ui-monospace, SFMono-Regular, Menlo, monospace", labelSize: 11.5, labelColor: { color: this.palette.text },
      labelDensity: shown.keys.length > 150 ? 0.6 : 4, labelGridCellSize: 110, labelRenderedSizeThreshold: shown.keys.length > 150 ? 5 : 1, stagePadding: PADDING,
      defaultDrawNodeHover: (context, data, settings) => this.drawHover(context, data, settings),
      nodeReducer: (key, attributes) => this.reduceNode(Number(key), attributes),
      edgeReducer: (key) => this.reduceEdge(Number(graph.source(key)), Number(graph.target(key))),
    });
    this.room();
    this.sigma.on("enterNode", ({ node }) => this.enter(Number(node)));
    this.sigma.on("leaveNode", () => this.enter(-1));
    this.sigma.on("clickNode", ({ node }) => this.choose(Number(node)));
    this.sigma.on("clickStage", () => this.ctx.go({ sel: "", to: "", call: "", into: "" }));
    this.sigma.on("doubleClickNode", (event) => { event.preventSigmaDefault(); this.openVertex(Number(event.node)); });
    this.sigma.on("afterRender", () => { this.drawGround(); if (this.sigma.getGraph().order) this.ctx.ready("map"); });
    this.sigma.setGraph(graph);
    this.stage.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
    this.drawGround();
  }

  /** How much wider columns must be for the map to fill the stage. */
  fit() {
    const [from, to] = this.margins();
    const { clientWidth: wide, clientHeight: high } = this.stage;
    const bottom = Math.max(...this.shown.bands.map((band) => band[2]), 1);
    const columns = Math.max(...this.shown.x, 1) * (to - from);
    return Math.min(Math.max((((wide - 2 * PADDING) / Math.max(high - 2 * PADDING, 100)) * bottom) / columns, 0.2), 6);
  }

  /** Where the map begins and ends, by its columns: bands' names stand on the left and labels on the right. */
  margins() {
    const { bands, grain } = this.shown;
    return [bands.some(([name]) => name) ? -0.15 : -0.05, grain === "function" ? 1.07 : 1.14];
  }

  room() {
    const [from, to] = this.margins();
    const wide = Math.max(...this.shown.x, 1) * this.stretch;
    this.sigma.setCustomBBox({ x: [from * wide, to * wide], y: [-Math.max(...this.shown.bands.map((band) => band[2]), 1), 0] });
  }

  enter(vertex) {
    this.over = vertex;
    this.stage.style.cursor = vertex >= 0 ? "pointer" : "default";
    this.restyle();
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

  reduceNode(vertex, attributes) {
    const stands = this.stands(vertex);
    const special = vertex === this.over || vertex === this.chosen || this.path.includes(vertex);
    if (!stands) return { ...attributes, color: this.palette.faded, borderColor: this.palette.faded, label: "", zIndex: 0 };
    const heart = this.heart();
    const near = heart?.length > 0 || heart === null;
    return { ...attributes, zIndex: special ? 3 : 1, highlighted: special, forceLabel: special || (near && (this.shown.near[heart?.[0]]?.size ?? 99) < 25), size: special ? attributes.size + 2 : attributes.size };
  }

  reduceEdge(tail, head) {
    const heart = this.heart();
    const shape = { color: this.palette.edge, zIndex: 0 };
    if (heart === null) {
      return this.steps.has(`${tail}>${head}`) ? { color: this.palette.accent, size: 2.4, zIndex: 2 } : { hidden: true };
    }
    if (heart.length) return heart[0] === tail || heart[0] === head ? { color: this.palette.strong, size: 1.4, zIndex: 2 } : { ...shape, hidden: this.shown.arcs.length > 1200 };
    const { filter } = this.ctx;
    if (filter.nodes !== null) return this.shown.passes(tail, filter) && this.shown.passes(head, filter) ? { color: this.palette.strong, zIndex: 1 } : { hidden: true };
    return shape;
  }

  drawHover(context, data, settings) {
    const text = data.label;
    if (!text) return;
    const words = this.shown.describe(Number(data.key), this.ctx.colouring);
    context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
    const wide = Math.max(context.measureText(text).width, context.measureText(words).width) + data.size + 18;
    context.fillStyle = this.palette.panel;
    context.strokeStyle = this.palette.line;
    context.beginPath();
    context.roundRect(data.x - data.size - 5, data.y - 19, wide + data.size, 38, 8);
    context.fill();
    context.stroke();
    context.fillStyle = this.palette.text;
    context.fillText(text, data.x + data.size + 5, data.y - 3);
    context.font = `${settings.labelSize - 1}px ${settings.labelFont}`;
    context.fillStyle = this.palette.faint;
    context.fillText(words, data.x + data.size + 5, data.y + 12);
    context.beginPath();
    context.arc(data.x, data.y, data.size, 0, 2 * Math.PI);
    context.fillStyle = data.color;
    context.fill();
    context.strokeStyle = this.palette.text;
    context.lineWidth = 1.5;
    context.stroke();
  }

  /** Behind the points: bands with their names, steps along the top, and the outline of a cycle. */
  drawGround() {
    if (!this.sigma) return;
    const ratio = devicePixelRatio || 1;
    const { clientWidth: wide, clientHeight: high } = this.stage;
    if (this.ground.width !== wide * ratio || this.ground.height !== high * ratio) {
      this.ground.width = wide * ratio;
      this.ground.height = high * ratio;
    }
    const context = this.ground.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, high);
    const at = (x, y) => this.sigma.graphToViewport({ x: x * this.stretch, y: -y });
    context.font = "600 11px system-ui, sans-serif";
    context.textBaseline = "top";
    this.shown.bands.forEach(([name, top, bottom], place) => {
      const [from, to] = [at(0, top).y, at(0, bottom).y];
      if (to < 0 || from > high) return;
      context.fillStyle = this.palette.band;
      if (place % 2 === 0) context.fillRect(0, from, wide, to - from);
      if (!name || to - from < 9) return;
      context.fillStyle = this.palette.faint;
      context.fillText(name, 10, Math.max(from + 3, 46), wide / 3);
    });
    this.drawSteps(context, at, wide, high);
    this.drawCycle(context, at);
  }

  drawSteps(context, at, wide, high) {
    if (this.shown.grain !== "function") return;
    const { model } = this.ctx;
    const columns = new Map(this.shown.keys.map((_, vertex) => [this.shown.x[vertex], this.shown.members[vertex][0]]));
    context.textBaseline = "bottom";
    context.textAlign = "center";
    let last = -Infinity;
    const sorted = [...columns].sort((a, b) => a[0] - b[0]);
    const end = at(sorted.at(-1)[0], 0).x;
    for (const [x, node] of sorted) {
      const place = at(x, 0).x;
      if (place < 0 || place > wide || place - last < 64 || (place < end && end - place < 64)) continue;
      last = place;
      context.fillStyle = this.palette.line;
      context.fillRect(place, high - 30, 1, 6);
      context.fillStyle = this.palette.faint;
      context.fillText(model.step(node) ? `step ${model.step(node)}` : model.state(node), place, high - 8);
    }
    context.textAlign = "left";
  }

  drawCycle(context, at) {
    if (this.cycle.length < 2) return;
    const points = hull(this.cycle.map((vertex) => at(this.shown.x[vertex], this.shown.y[vertex])));
    context.beginPath();
    points.forEach((point, place) => (place ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
    context.closePath();
    context.lineJoin = "round";
    context.strokeStyle = this.palette.band;
    context.lineWidth = 34;
    context.stroke();
    context.setLineDash([6, 5]);
    context.lineWidth = 1.6;
    context.strokeStyle = this.palette.cycle;
    context.stroke();
    context.setLineDash([]);
  }

  zoom(by) {
    if (!this.sigma) {
      this.scale = Math.min(Math.max((this.scale ?? 1) / by, 0.2), 4);
      const picture = this.picture();
      picture?.setAttribute("width", picture.viewBox.baseVal.width * this.scale);
      picture?.setAttribute("height", picture.viewBox.baseVal.height * this.scale);
      return;
    }
    const camera = this.sigma.getCamera();
    camera.animate({ ratio: Math.min(Math.max(camera.ratio * by, 0.01), 3) }, { duration: calm() ? 0 : 180 });
  }

  whole() {
    if (this.sigma) this.sigma.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: calm() ? 0 : 220 });
    else {
      this.scale = 1;
      this.zoom(1);
    }
  }

  // Both ways

  choose(vertex) {
    this.ctx.go({ sel: this.shown.keys[vertex], call: "", into: "" });
  }

  openVertex(vertex) {
    const { grain, members, keys } = this.shown;
    if (grain === "function") this.ctx.focus(members[vertex][0]);
    else this.ctx.go(grain === "module" ? { grain: "function", file: keys[vertex], sel: "" } : { grain: "module", pkg: keys[vertex], sel: "" });
  }

  /** Arrow keys go to the nearest point in their direction; Enter focuses or opens. */
  arrow(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.openVertex(this.chosen);
    }
    if (event.key === "+" || event.key === "=") this.zoom(1 / 1.5);
    if (event.key === "-") this.zoom(1.5);
    if (event.key === "0") this.whole();
    if (!by || !this.shown.keys.length) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y, keys } = this.shown;
    if (this.chosen < 0) return this.choose(0);
    let bestAt = -1;
    let bestCost = Infinity;
    for (let vertex = 0; vertex < keys.length; vertex += 1) {
      const [dx, dy] = [x[vertex] - x[this.chosen], y[vertex] - y[this.chosen]];
      const along = dx * by[0] + dy * by[1];
      const across = Math.abs(dx * by[1]) + Math.abs(dy * by[0]);
      if (along > 0.01 && along + 2.5 * across < bestCost) [bestAt, bestCost] = [vertex, along + 2.5 * across];
    }
    if (bestAt >= 0) {
      this.choose(bestAt);
      say(`${keys[bestAt]}, ${this.shown.describe(bestAt, this.ctx.colouring)}`);
    }
  }

  // Without WebGL

  plain(look, state) {
    if (this.look === look) return;
    this.look = look;
    const picture = this.svg(state);
    picture.addEventListener("click", (event) => {
      const vertex = event.target.closest("[data-vertex]");
      if (vertex) this.choose(Number(vertex.dataset.vertex));
      else this.ctx.go({ sel: "", to: "" });
    });
    picture.addEventListener("dblclick", (event) => {
      const vertex = event.target.closest("[data-vertex]");
      if (vertex) this.openVertex(Number(vertex.dataset.vertex));
    });
    picture.addEventListener("pointerover", (event) => this.hoverPlain(picture, event.target.closest("[data-vertex]")));
    this.stage.classList.add("scrolls");
    const { scrollLeft, scrollTop } = this.stage;
    replace(this.stage, picture);
    this.stage.scrollTo(scrollLeft, scrollTop);
    this.ctx.ready("map");
  }

  hoverPlain(picture, box) {
    const vertex = box ? Number(box.dataset.vertex) : -1;
    if (vertex === this.over) return;
    this.over = vertex;
    for (const other of picture.querySelectorAll("[data-vertex]")) other.classList.toggle("dim", !this.stands(Number(other.dataset.vertex)));
    for (const arc of picture.querySelectorAll("[data-tail]")) arc.classList.toggle("dim", vertex >= 0 && Number(arc.dataset.tail) !== vertex && Number(arc.dataset.head) !== vertex);
  }

  /** The map as a picture, also for export. */
  svg(state) {
    return drawMap(this.shown, this.ctx.colouring, state.by, (vertex) => !this.stands(vertex), { labels: this.shown.keys.length <= 1500 });
  }

  picture() {
    return this.stage.querySelector("svg.map-picture");
  }
}

/** The convex hull of points, in order around it. */
function hull(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const turn = (o, a, b) => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
  const half = (list) => {
    const chain = [];
    for (const point of list) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
