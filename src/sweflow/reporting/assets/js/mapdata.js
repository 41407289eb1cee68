// What the map shows: functions, modules or packages with their places, and the calls between them.

import { folderOf } from "./model.js";

export const HUGE = 5000;
/** A report with more functions opens its map at package level. */

export function grainOf(ctx) {
  if (["function", "module", "package"].includes(ctx.state.grain)) return ctx.state.grain;
  return ctx.model.core.length > HUGE ? "package" : "function";
}

/** Vertices and arcs of the map at a grain. */
export class MapData {
  constructor(model, grain) {
    this.model = model;
    this.grain = grain;
    const { key, x, y, bands } = model.maps[grain];
    this.bands = bands;
    this.roomy = Math.min(Math.max(Math.sqrt(350 / Math.max(key.length, 1)), 1), 2.2);
    this.keys = key.map((name) => (grain === "function" ? model.ids[name] : name));
    this.x = x;
    this.y = y;
    this.place = new Map(this.keys.map((name, vertex) => [name, vertex]));
    this.members = this.keys.map(() => []);
    this.home = new Int32Array(model.size).fill(-1);
    for (const node of model.core) {
      const vertex = this.place.get(this.nameOf(node));
      this.home[node] = vertex;
      this.members[vertex].push(node);
    }
    this.arcs = this.join();
    this.near = this.keys.map(() => new Set());
    for (const { tail, head } of this.arcs) {
      this.near[tail].add(head);
      this.near[head].add(tail);
    }
  }

  nameOf(node) {
    if (this.grain === "function") return this.model.ids[node];
    return this.grain === "module" ? this.model.path(node) : folderOf(this.model.path(node));
  }

  join() {
    const { caller, callee, flags, tests } = this.model.calls;
    const found = new Map();
    for (let call = 0; call < caller.length; call += 1) {
      if (caller[call] < 0 || flags[call] & 2) continue;
      const tail = this.home[caller[call]];
      const head = this.home[callee[call]];
      if (tail < 0 || head < 0 || tail === head) continue;
      const name = tail * this.keys.length + head;
      const arc = found.get(name);
      if (arc) {
        arc.calls += 1;
        arc.tests = Math.max(arc.tests, tests[call]);
      } else found.set(name, { tail, head, calls: 1, tests: tests[call] });
    }
    return [...found.values()];
  }

  label(vertex) {
    if (this.grain === "function") return this.model.label(this.members[vertex][0]);
    return this.grain === "module" ? this.keys[vertex].split("/").slice(-2).join("/") : this.keys[vertex];
  }

  /** The member whose colour a vertex has: the first developed, or the one that most tests run. */
  face(vertex, by) {
    const { model } = this;
    const members = this.members[vertex];
    if (members.length === 1) return members[0];
    const value = (node) =>
      by === "tests"
        ? -model.nodes.tests[node]
        : by === "strength"
          ? (model.strengthOf(node) ?? 2)
          : model.step(node) || 1e9;
    return members.reduce((a, b) => (value(b) < value(a) ? b : a));
  }

  size(vertex, by) {
    const { model } = this;
    if (this.grain !== "function") return 6 + Math.sqrt(this.members[vertex].length) * 1.6;
    const node = this.members[vertex][0];
    const weight = by === "tests" ? Math.sqrt(model.nodes.tests[node]) / 2 : Math.sqrt(model.nodes.lines[node]) / 2;
    return (2.4 + Math.min(weight * 0.8, 5)) * this.roomy;
  }

  inCycle(vertex) {
    return this.grain === "function" && this.model.cycleOf[this.members[vertex][0]] >= 0;
  }

  passes(vertex, filter) {
    return filter.nodes === null || this.members[vertex].some((node) => filter.nodes.has(node));
  }

  describe(vertex, colouring) {
    if (this.grain === "function") return colouring.words(this.members[vertex][0]);
    return `${this.members[vertex].length} functions`;
  }
}
