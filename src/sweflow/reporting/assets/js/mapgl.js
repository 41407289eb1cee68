// The map with WebGL, by sigma.

import { byId, calm, h, replace } from "./dom.js";
import { drawGround } from "./mapground.js";

const MANY = 4000;
const FEW = 400;
const PADDING = 36;

/** Whether the map can be drawn with WebGL. Its libraries are run only now, and only where they can work. */
export function hasWebGL() {
  if (!document.createElement("canvas").getContext("webgl2")) return false;
  if (typeof Sigma !== "function") {
    const script = document.createElement("script");
    script.textContent = byId("vendor").textContent;
    document.head.append(script);
  }
  return typeof Sigma === "function" && typeof graphology === "function";
}

/** Draws a `MapView` and tells it what the pointer does. */
export class GlRenderer {
  constructor(map) {
    this.map = map;
    this.ground = h("canvas", { class: "map-ground", "aria-hidden": "true" });
    map.stage.before(this.ground);
    new ResizeObserver(() => this.resized()).observe(map.stage);
  }

  /** Whether something is on screen. */
  get drawn() {
    return Boolean(this.sigma?.getGraph().order);
  }

  draw({ grain, by, dark }) {
    const look = [grain, by, dark].join();
    if (this.look === look) return this.restyle();
    const keep = this.look?.split(",")[0] === grain ? this.sigma?.getCamera().getState() : null;
    this.look = look;
    this.start();
    if (keep) this.sigma.getCamera().setState(keep);
  }

  /** Give points and calls their looks anew, at the next frame. Places stay, so what is drawn is not indexed again. */
  restyle() {
    if (!this.indexed) return this.sigma.refresh({ schedule: true });
    const partialGraph = { nodes: this.graph.nodes(), edges: this.graph.edges() };
    this.sigma.refresh({ partialGraph, skipIndexation: true, schedule: true });
  }

  resized() {
    const { stage } = this.map;
    const size = `${stage.clientWidth} ${stage.clientHeight}`;
    if (!this.sigma || size === this.drawnSize || !stage.clientWidth) return;
    this.drawnSize = size;
    this.sigma.resize();
    this.sigma.refresh({ schedule: true });
  }

  start() {
    const { ctx, shown } = this.map;
    this.sigma?.kill();
    this.indexed = false;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.palette = {
      faded: colour("--faded"),
      edge: colour(shown.arcs.length < FEW ? "--edge-few" : "--edge"),
      strong: colour("--edge-strong"),
      text: colour("--text"),
      ground: colour("--ground"),
      panel: colour("--panel"),
      accent: colour("--accent"),
      line: colour("--line"),
      faint: colour("--faint"),
      cycle: colour("--cycle"),
      band: colour("--band"),
    };
    this.stretch = this.fit();
    const graph = new graphology.DirectedGraph();
    const { by } = ctx.state;
    shown.keys.forEach((_, vertex) =>
      graph.addNode(String(vertex), {
        x: shown.x[vertex] * this.stretch,
        y: -shown.y[vertex],
        size: shown.size(vertex, by),
        color: ctx.colouring.of(shown.face(vertex, by)),
        label: shown.label(vertex),
        type: shown.inCycle(vertex) ? "ring" : "circle",
        borderColor: this.palette.cycle,
      }),
    );
    for (const arc of shown.arcs)
      graph.addDirectedEdge(String(arc.tail), String(arc.head), {
        size: shown.grain === "function" ? (shown.arcs.length < FEW ? 1 : 0.7) : Math.min(1 + Math.log2(arc.calls), 5),
      });
    const { rendering } = Sigma;
    replace(this.map.stage);
    this.graph = graph;
    this.drawnSize = `${this.map.stage.clientWidth} ${this.map.stage.clientHeight}`;
    this.sigma = new Sigma(new graphology.DirectedGraph(), this.map.stage, {
      allowInvalidContainer: true,
      zIndex: true,
      minCameraRatio: 0.01,
      maxCameraRatio: 3,
      defaultEdgeType: shown.arcs.length > MANY ? "line" : "curved",
      edgeProgramClasses: { curved: rendering.EdgeCurveProgram },
      nodeProgramClasses: {
        ring: rendering.createNodeBorderProgram({
          borders: [
            { size: { value: 0.28 }, color: { attribute: "borderColor" } },
            { size: { value: 0.14 }, color: { value: this.palette.ground } },
            { size: { fill: true }, color: { attribute: "color" } },
          ],
        }),
      },
      hideEdgesOnMove: shown.arcs.length > MANY,
      labelFont: "ui-monospace, SFMono-Regular, Menlo, monospace",
      labelSize: 11.5,
      labelColor: { color: this.palette.text },
      labelDensity: shown.keys.length > 150 ? 0.6 : 4,
      labelGridCellSize: 110,
      labelRenderedSizeThreshold: shown.keys.length > 150 ? 5 : 1,
      stagePadding: PADDING,
      defaultDrawNodeHover: (context, data, settings) => this.drawHover(context, data, settings),
      nodeReducer: (key, attributes) => this.reduceNode(Number(key), attributes),
      edgeReducer: (key) => this.reduceEdge(Number(graph.source(key)), Number(graph.target(key))),
    });
    this.room();
    this.sigma.on("enterNode", ({ node }) => this.map.enter(Number(node)));
    this.sigma.on("leaveNode", () => this.map.enter(-1));
    this.sigma.on("clickNode", ({ node }) => this.map.choose(Number(node)));
    this.sigma.on("clickStage", () => ctx.go({ sel: "", to: "", call: "", into: "" }));
    this.sigma.on("doubleClickNode", (event) => {
      event.preventSigmaDefault();
      this.map.openVertex(Number(event.node));
    });
    this.sigma.on("afterRender", () => {
      this.drawGround();
      if (!this.drawn) return;
      this.indexed = true;
      ctx.ready("map");
    });
    this.sigma.setGraph(graph);
    this.map.stage.querySelectorAll("canvas").forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
    this.drawGround();
  }

  /** How much wider columns must be for the map to fill the stage. */
  fit() {
    const [from, to] = this.margins();
    const { clientWidth: wide, clientHeight: high } = this.map.stage;
    const bottom = Math.max(...this.map.shown.bands.map((band) => band[2]), 1);
    const columns = Math.max(...this.map.shown.x, 1) * (to - from);
    return Math.min(Math.max((((wide - 2 * PADDING) / Math.max(high - 2 * PADDING, 100)) * bottom) / columns, 0.2), 6);
  }

  /** Where the map begins and ends, by its columns: bands' names stand on the left and labels on the right. */
  margins() {
    const { bands, grain } = this.map.shown;
    return [bands.some(([name]) => name) ? -0.15 : -0.05, grain === "function" ? 1.07 : 1.14];
  }

  room() {
    const [from, to] = this.margins();
    const wide = Math.max(...this.map.shown.x, 1) * this.stretch;
    this.sigma.setCustomBBox({
      x: [from * wide, to * wide],
      y: [-Math.max(...this.map.shown.bands.map((band) => band[2]), 1), 0],
    });
  }

  reduceNode(vertex, attributes) {
    const stands = this.map.stands(vertex);
    const special = vertex === this.map.over || vertex === this.map.chosen || this.map.path.includes(vertex);
    if (!stands)
      return { ...attributes, color: this.palette.faded, borderColor: this.palette.faded, label: "", zIndex: 0 };
    const heart = this.map.heart();
    const near = heart?.length > 0 || heart === null;
    return {
      ...attributes,
      zIndex: special ? 3 : 1,
      highlighted: special,
      forceLabel: special || (near && (this.map.shown.near[heart?.[0]]?.size ?? 99) < 25),
      size: special ? attributes.size + 2 : attributes.size,
    };
  }

  reduceEdge(tail, head) {
    const heart = this.map.heart();
    const shape = { color: this.palette.edge, zIndex: 0 };
    if (heart === null) {
      return this.map.steps.has(`${tail}>${head}`)
        ? { color: this.palette.accent, size: 2.4, zIndex: 2 }
        : { hidden: true };
    }
    if (heart.length)
      return heart[0] === tail || heart[0] === head
        ? { color: this.palette.strong, size: 1.4, zIndex: 2 }
        : { ...shape, hidden: this.map.shown.arcs.length > 1200 };
    const { filter } = this.map.ctx;
    if (filter.nodes !== null)
      return this.map.shown.passes(tail, filter) && this.map.shown.passes(head, filter)
        ? { color: this.palette.strong, zIndex: 1 }
        : { hidden: true };
    return shape;
  }

  drawHover(context, data, settings) {
    const text = data.label;
    if (!text) return;
    const words = this.map.shown.describe(Number(data.key), this.map.ctx.colouring);
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

  drawGround() {
    if (!this.sigma) return;
    const { stage, shown, cycle, ctx } = this.map;
    const at = (x, y) => this.sigma.graphToViewport({ x: x * this.stretch, y: -y });
    drawGround(this.ground, {
      shown,
      cycle,
      model: ctx.model,
      palette: this.palette,
      wide: stage.clientWidth,
      high: stage.clientHeight,
      at,
    });
  }

  zoom(by) {
    const camera = this.sigma?.getCamera();
    camera?.animate({ ratio: Math.min(Math.max(camera.ratio * by, 0.01), 3) }, { duration: calm() ? 0 : 180 });
  }

  whole() {
    this.sigma?.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: calm() ? 0 : 220 });
  }
}
