// The tables: what their columns are, and their rows.

import { h, seconds } from "./dom.js";
import { chip, functionLink, goLink, stepLink, testLink } from "./links.js";

/** A table: its rows, and columns of a name, a value to sort and search by, and a cell where it is not that value. */
export function tableOf(ctx, tab) {
  return TABLES[tab](ctx);
}

const number = (name, value, cell) => ({ name, value, cell, right: true });

const TABLES = {
  functions: (ctx) => {
    const { model } = ctx;
    const { nodes } = model;
    const strength = (node) => model.strength.get(node);
    return {
      rows: [...model.core.keys()].map((place) => model.core[place]).filter((node) => ctx.filter.has(node)),
      id: (node) => model.ids[node],
      open: (node) => ctx.go({ sel: model.ids[node], call: "", into: "" }),
      focus: (node) => ctx.focus(node),
      chosen: (node) => model.ids[node] === ctx.state.sel,
      columns: [
        { name: "Function", value: (node) => model.ids[node], cell: (node) => functionLink(ctx, node), wide: true },
        {
          name: "State",
          value: (node) => model.state(node),
          cell: (node) => chip(model.state(node), `s-${model.state(node)}`),
        },
        number(
          "Step",
          (node) => model.step(node),
          (node) => (model.step(node) ? stepLink(ctx, model.step(node), model.step(node)) : "–"),
        ),
        number("Tests", (node) => nodes.tests[node]),
        number("Lines", (node) => nodes.lines[node]),
        number("Complexity", (node) => nodes.complexity[node]),
        number("Callers", (node) => model.callers[node].length),
        number("Callees", (node) => model.callees[node].length),
        number("Depth", (node) => nodes.depth[node]),
        model.strength.size
          ? number(
              "Strength",
              (node) => (strength(node) ? strength(node).killed / strength(node).total : -1),
              (node) => (strength(node) ? `${strength(node).killed}/${strength(node).total}` : "–"),
            )
          : null,
        { name: "Kind", value: (node) => model.kind(node) },
      ],
    };
  },
  tests: (ctx) => {
    const { model } = ctx;
    const { tests } = model;
    const passing = ctx.filter.nodes === null ? null : testsOf(ctx);
    return {
      rows: tests.id.map((_, test) => test).filter((test) => passing === null || passing.has(test)),
      id: (test) => tests.id[test],
      open: (test) => ctx.go(ctx.testState(test)),
      focus: (test) => ctx.go(ctx.testState(test)),
      chosen: (test) => tests.id[test] === ctx.state.test,
      columns: [
        { name: "Test", value: (test) => tests.id[test], cell: (test) => testLink(ctx, test), wide: true },
        {
          name: "Accepted",
          value: (test) => (tests.reason[test] ? tests.reason[test] : "yes"),
          cell: (test) => (tests.reason[test] ? chip(tests.reason[test], "s-bad") : chip("accepted", "s-good")),
        },
        { name: "Traced", value: (test) => tests.outcome[test] || "–" },
        number(
          "Step",
          (test) => stepOfTest(ctx, test),
          (test) => (stepOfTest(ctx, test) ? stepLink(ctx, stepOfTest(ctx, test), stepOfTest(ctx, test)) : "–"),
        ),
        number("Functions", (test) => sizeOf(ctx, test)),
        number(
          "Time",
          (test) => tests.seconds[test] ?? -1,
          (test) => (tests.seconds[test] === null ? "–" : seconds(tests.seconds[test])),
        ),
        {
          name: "Detail",
          value: (test) => tests.detail[test],
          cell: (test) => h("span", { class: "cut", title: tests.detail[test] }, tests.detail[test]),
        },
      ],
    };
  },
  steps: (ctx) => {
    const { model } = ctx;
    const verdict = (step) =>
      model.taskOf.has(step.number)
        ? model.about.verified
          ? "task"
          : "not verified"
        : model.about.verified
          ? "no task"
          : "–";
    return {
      rows: model.steps.filter(
        (step) => ctx.filter.nodes === null || step.functions.some((node) => ctx.filter.has(node)),
      ),
      id: (step) => `step ${step.number}`,
      open: (step) => ctx.go({ view: "schedule", step: step.number }),
      focus: (step) => ctx.go({ view: "schedule", step: step.number }),
      chosen: (step) => step.number === ctx.state.step,
      columns: [
        number(
          "Step",
          (step) => step.number,
          (step) => stepLink(ctx, step.number, step.number),
        ),
        {
          name: "Targets",
          value: (step) => step.targets.map((node) => model.label(node)).join(", "),
          cell: (step) => h("span", { class: "mono cut" }, step.targets.map((node) => model.label(node)).join(", ")),
          wide: true,
        },
        { name: "Result", value: verdict },
        number("Wave", (step) => step.wave),
        number("Depth", (step) => step.depth),
        number("Tests", (step) => step.tests.length),
        number("Functions", (step) => step.functions.length),
        number("Lines", (step) => step.lines),
        number("Complexity", (step) => step.complexity),
        number(
          "Difficulty",
          (step) => step.difficulty,
          (step) => step.difficulty.toFixed(2),
        ),
        number("Needs", (step) => step.needs.length),
        number("Needed by", (step) => step.fan_in),
        number("Calls ahead", (step) => step.forward),
      ],
    };
  },
  tasks: (ctx) => {
    const { model } = ctx;
    const share = (task) => (task.strength ? task.strength[0] / task.strength[1] : -1);
    return {
      rows: model.tasks.filter(
        (task) =>
          ctx.filter.nodes === null || model.stepOf.get(task.step)?.functions.some((node) => ctx.filter.has(node)),
      ),
      id: (task) => task.instance,
      open: (task) => ctx.go({ view: "schedule", step: task.step }),
      focus: (task) => ctx.go({ view: "schedule", step: task.step, doc: "certificate" }),
      chosen: (task) => task.step === ctx.state.step,
      columns: [
        {
          name: "Task",
          value: (task) => task.instance,
          cell: (task) => stepLink(ctx, task.step, task.instance),
          wide: true,
        },
        {
          name: "Targets",
          value: (task) => (model.stepOf.get(task.step)?.targets ?? []).map((node) => model.label(node)).join(", "),
          cell: (task) =>
            h(
              "span",
              { class: "mono cut" },
              (model.stepOf.get(task.step)?.targets ?? []).map((node) => model.label(node)).join(", "),
            ),
        },
        number("Functions", (task) => task.functions),
        number("Lines", (task) => task.lines),
        number(
          "Difficulty",
          (task) => task.difficulty,
          (task) => task.difficulty.toFixed(2),
        ),
        number("Must pass", (task) => task.f2p.length),
        number("Keep passing", (task) => task.p2p),
        number("Removed", (task) => task.removed.length),
        number("Left unsaid", (task) => task.unsaid),
        number("Strength", share, (task) => (share(task) < 0 ? "–" : task.strength.join("/"))),
        { name: "Certificate", value: (task) => task.level || "none", cell: (task) => certificateLink(ctx, task) },
      ],
    };
  },
  rejections: (ctx) => {
    const { model } = ctx;
    const rows = model.rejected.length
      ? model.rejected
      : model.tests.id.flatMap((id, test) =>
          model.tests.reason[test] ? [["test", id, model.tests.reason[test], model.tests.detail[test]]] : [],
        );
    const open = (row) => {
      const test = row[0] === "test" ? model.tests.id.indexOf(row[1]) : -1;
      if (row[0] === "step") ctx.go({ view: "schedule", step: Number(row[1]) });
      else if (test >= 0) ctx.go(ctx.testState(test));
      else if (model.byId.has(row[1])) ctx.go({ sel: row[1] });
    };
    return {
      rows,
      id: (row) => row[1],
      open,
      focus: open,
      chosen: (row) => row[1] === ctx.state.sel,
      columns: [
        { name: "What", value: (row) => row[0], cell: (row) => chip(row[0]) },
        { name: "Id", value: (row) => row[1], cell: (row) => h("span", { class: "mono" }, row[1]), wide: true },
        { name: "Reason", value: (row) => row[2], cell: (row) => chip(row[2], "s-bad") },
        { name: "Detail", value: (row) => row[3] },
      ],
    };
  },
};

function certificateLink(ctx, task) {
  return goLink(ctx, { view: "schedule", step: task.step, doc: "certificate" }, {}, task.level || "none");
}

export const TABS = [
  ["functions", "Functions"],
  ["tests", "Tests"],
  ["steps", "Steps"],
  ["tasks", "Tasks"],
  ["rejections", "Rejections"],
];

function testsOf(ctx) {
  const found = new Set();
  for (const node of ctx.filter.nodes) for (const test of ctx.model.testsOfNode(node) ?? []) found.add(test);
  return found;
}

function stepOfTest(ctx, test) {
  const { model } = ctx;
  if (!model.stepOfFunction) {
    model.stepOfFunction = new Map(model.steps.flatMap((step) => step.tests.map((name) => [name, step.number])));
  }
  return model.stepOfFunction.get(model.tests.functions[model.tests.function[test]]) ?? 0;
}

/** How many functions of the core a test ran. */
function sizeOf(ctx, test) {
  const { model } = ctx;
  model.sizes ??= new Map();
  if (!model.sizes.has(test)) {
    let sum = 0;
    for (const node of model.nodesOfTest(test)) if (model.role(node) === "core") sum += 1;
    model.sizes.set(test, sum);
  }
  return model.sizes.get(test);
}
