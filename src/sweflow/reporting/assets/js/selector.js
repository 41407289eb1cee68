// Selectors: text that names functions and what is around them, as +parse+2 does.
//
//   parse            a function, by its id or the end of it, as on the command line
//   +parse  parse+   with all that call it, with all that it calls
//   2+parse+1        callers at most two calls away, callees at most one
//   +parse+2         both sides, at most two calls away
//   step:3-9 file:lexer.py package:src/jinja2 test:test_api cycle
//   a b              either; a,b both

import { around } from "./walk.js";

/** What a selector means: nodes, and a sentence where a part of it means nothing. */
export function select(model, text) {
  const nodes = new Set();
  const problems = [];
  for (const term of text.trim().split(/\s+/).filter(Boolean)) {
    let both = null;
    for (const part of term.split(",").filter(Boolean)) {
      const found = one(model, part, problems);
      both = both === null ? found : new Set([...both].filter((node) => found.has(node)));
    }
    for (const node of both ?? []) nodes.add(node);
  }
  return { nodes, problems };
}

function one(model, part, problems) {
  const [, before, start, name, end, after] = /^(\d*)(\+?)(.*?)(\+?)(\d*)$/s.exec(part) ?? [];
  const tail = end ? after : "";
  const plain = (start ? "" : before) + name + (end ? "" : after);
  const starts = named(model, plain);
  if (!starts.size) problems.push(`no function is called ${plain}`);
  if (!start && !end) return starts;
  const limit = tail ? Number(tail) : Infinity;
  const up = before ? Number(before) : limit;
  const found = new Set(starts);
  if (start) for (const node of around(starts, up, (n) => model.callers[n]).keys()) found.add(node);
  if (end) for (const node of around(starts, limit, (n) => model.callees[n]).keys()) found.add(node);
  return found;
}

function named(model, name) {
  const [, what, value] = /^(step|file|package|test|cycle):?(.*)$/s.exec(name) ?? [];
  const where = what && (name.includes(":") || what === "cycle") ? MEANS[what]?.(model, value) : null;
  if (where && !name.includes("::")) return collect(model, where);
  const exact = model.byId.get(name);
  if (exact !== undefined) return new Set([exact]);
  const ends = [`::${name}`, `.${name}`, `/${name}`];
  return collect(model, (node) => ends.some((tail) => model.ids[node].endsWith(tail)));
}

const MEANS = {
  step: (model, value) => {
    const [from, to] = stepRange(value);
    return (node) => model.step(node) >= from && model.step(node) <= to;
  },
  file: (model, value) => (node) => model.path(node) === value || model.path(node).endsWith(`/${value}`),
  package: (model, value) => (node) => model.packageOf(node) === value || model.packageOf(node).startsWith(`${value}/`),
  cycle: (model, value) => (node) => model.cycleOf[node] >= 0 && (!value || model.cycleOf[node] === Number(value) - 1),
  test: (model, value) => {
    const ran = new Set();
    model.tests.id.forEach((id, test) => {
      if (id.includes(value)) for (const node of model.nodesOfTest(test)) ran.add(node);
    });
    return (node) => ran.has(node);
  },
};

function collect(model, holds) {
  const found = new Set();
  for (let node = 0; node < model.size; node += 1) if (holds(node)) found.add(node);
  return found;
}

/** 3-9, 3- and 3 as a first and a last step. */
export function stepRange(text) {
  const [, from, dash, to] = /^(\d*)(-?)(\d*)$/.exec(text) ?? [];
  if (from === undefined || (!from && !to)) return [1, Infinity];
  return [Number(from || 1), to ? Number(to) : dash ? Infinity : Number(from)];
}
