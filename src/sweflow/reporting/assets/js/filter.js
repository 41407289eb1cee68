// Filters: which functions the state leaves in. All views share them.

import { select, stepRange } from "./selector.js";

const KEYS = ["pick", "pkg", "file", "test", "cycle", "steps"];

/** Whether any filter is on. */
export function isFiltered(state) {
  return KEYS.some((key) => state[key]);
}

export function noFilters() {
  return Object.fromEntries(KEYS.map((key) => [key, ""]));
}

/** What passes: a set of nodes, null where everything does; and sentences on what means nothing. */
export class Filter {
  constructor(model) {
    this.model = model;
    this.key = null;
    this.nodes = null;
    this.problems = [];
  }

  update(state) {
    const key = KEYS.map((name) => state[name]).join("\n");
    if (key === this.key) return false;
    this.key = key;
    this.problems = [];
    this.nodes = isFiltered(state) ? this.passing(state) : null;
    return true;
  }

  passing(state) {
    const { model } = this;
    const holds = [];
    if (state.pick) {
      const { nodes, problems } = select(model, state.pick);
      this.problems.push(...problems);
      holds.push((node) => nodes.has(node));
    }
    if (state.pkg) holds.push((node) => model.packageOf(node) === state.pkg);
    if (state.file) holds.push((node) => model.path(node) === state.file);
    if (state.test) {
      const test = model.tests.id.indexOf(state.test);
      const ran = test < 0 ? new Set() : model.nodesOfTest(test);
      if (test < 0) this.problems.push(`no test is called ${state.test}`);
      holds.push((node) => ran.has(node));
    }
    if (state.cycle)
      holds.push((node) =>
        state.cycle === "any" ? model.cycleOf[node] >= 0 : model.cycleOf[node] === Number(state.cycle) - 1,
      );
    if (state.steps) {
      const [from, to] = stepRange(state.steps);
      holds.push((node) => model.step(node) >= from && model.step(node) <= to);
    }
    const found = new Set();
    for (let node = 0; node < model.size; node += 1) if (holds.every((hold) => hold(node))) found.add(node);
    return found;
  }

  has(node) {
    return this.nodes === null || this.nodes.has(node);
  }
}
