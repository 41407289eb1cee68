// Overview: what was traced and verified, what was not and why, and where to look next.

import { stepColour, strengthColour } from "./colour.js";
import { count, figure, h, heights, percent, replace, s, seconds } from "./dom.js";
import { noFilters } from "./filter.js";
import { term } from "./glossary.js";
import { functionLink, goLink, rowsLink, stepLink, testLink } from "./links.js";

export class Overview {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.root = root;
    this.dark = null;
  }

  update() {
    if (this.dark === this.ctx.dark) return;
    this.dark = this.ctx.dark;
    const { model } = this.ctx;
    const { about } = model;
    const next = this.next();
    replace(
      this.root,
      h(
        "div",
        { class: "lead" },
        h("h1", {}, about.name, about.version ? h("span", { class: "faint" }, ` ${about.version}`) : null),
        h("p", {}, this.sentence()),
      ),
      this.tiles(),
      h(
        "div",
        { class: "cards" },
        this.card("Functions", this.functionBar(), "wide"),
        this.card(
          "Steps by size",
          this.stepChart(),
          "wide",
          model.steps.length
            ? `Lines of new code in each of ${count(model.steps.length, "step")}, on a square-root scale. A click opens a step.`
            : null,
        ),
        this.card("How many accepted tests reach a function", this.coverage()),
        this.card("Not accepted, by reason", this.reasons()),
        this.card("Time", this.times()),
        this.card("Strength of tasks", this.strength()),
        next.length
          ? this.card(
              "Look at next",
              h(
                "ul",
                { class: "next" },
                next.map((entry) => h("li", {}, entry)),
              ),
              "wide",
            )
          : null,
      ),
    );
  }

  sentence() {
    const { model } = this.ctx;
    const { about } = model;
    if (!model.core.length)
      return "The graph holds no function of the project. Check that the tests ran against this source: sweflow trace REPO shows what each of them called.";
    const tests = model.tests.id.length;
    const start = `${count(tests, "test")} were collected; those accepted reach ${count(model.reached, "function")} of ${figure(model.core.length)}.`;
    if (about.verified)
      return `${start} They make ${count(model.steps.length, "step")}, of which ${figure(model.tasks.length)} are verified tasks.`;
    if (model.tasks.length)
      return `${start} They make ${count(model.tasks.length, "task")} that nobody has verified yet: run sweflow verify.`;
    return `${start} They can be developed in ${count(model.steps.length, "step")}. No tasks are made yet: run sweflow tasks and sweflow verify, or sweflow build.`;
  }

  tiles() {
    const { model } = this.ctx;
    const { summary } = model.about;
    const accepted = summary.tests?.accepted ?? model.tests.reason.filter((reason) => !reason).length;
    const tile = (name, value, sub, changes) =>
      goLink(
        this.ctx,
        { ...noFilters(), q: "", from: 0, sel: "", ...changes },
        { class: "tile" },
        h("span", { class: "t-name" }, name),
        h("span", { class: "t-value" }, figure(value)),
        h("span", { class: "t-sub" }, sub),
      );
    return h(
      "div",
      { class: "tiles" },
      tile(
        "Tests",
        model.tests.id.length,
        `${figure(accepted)} accepted (${percent(accepted, model.tests.id.length)})`,
        { view: "table", tab: "tests" },
      ),
      tile(
        "Functions",
        model.core.length,
        `${figure(model.reached)} reached (${percent(model.reached, model.core.length)})`,
        { view: "table", tab: "functions" },
      ),
      tile(
        "Calls between functions",
        model.pairs(),
        model.cycles.length ? `${count(model.cycles.length, "cycle")}` : "no cycles",
        { view: "map", grain: "function" },
      ),
      tile("Steps", model.steps.length, `${count(new Set(model.steps.map((step) => step.wave)).size, "wave")}`, {
        view: "schedule",
      }),
      model.about.verified
        ? tile("Verified tasks", model.tasks.length, this.otherSteps() || "every step is one", {
            view: "table",
            tab: "tasks",
          })
        : tile("Tasks", model.tasks.length, model.tasks.length ? "not verified yet" : "not made yet", {
            view: "table",
            tab: "tasks",
          }),
    );
  }

  /** Steps that are no task, by reason: 2 merged. */
  otherSteps() {
    const counted = new Map();
    for (const [kind, , reason] of this.ctx.model.rejected)
      if (kind === "step") counted.set(reason, (counted.get(reason) ?? 0) + 1);
    return [...counted].map(([reason, number]) => `${number} ${reason}`).join(", ");
  }

  states() {
    const { model } = this.ctx;
    const found = { reached: 0, scaffold: 0, unreached: 0, both: 0 };
    for (const node of model.core) {
      found[model.state(node)] += 1;
      if (model.state(node) === "scaffold" && model.nodes.reached[node]) found.both += 1;
    }
    return found;
  }

  card(title, body, kind = "", sub = null) {
    return h(
      "section",
      { class: `card ${kind}` },
      h("h2", {}, title),
      sub ? h("p", { class: "faint" }, sub) : null,
      body,
    );
  }

  functionBar() {
    const { model } = this.ctx;
    const states = this.states();
    const inTasks =
      model.about.summary.functions?.in_tasks ??
      new Set(model.tasks.flatMap((task) => model.stepOf.get(task.step)?.functions ?? [])).size;
    const parts = [
      ["in tasks", model.about.verified ? inTasks : 0, "solid", "var(--accent)"],
      [
        model.about.verified ? "reached, in no task" : "reached by tests",
        states.reached - (model.about.verified ? inTasks : 0),
        "stripes",
        "var(--accent)",
      ],
      ["reached, and scaffold", states.both, "dots", "var(--accent)"],
      ["scaffold only", states.scaffold - states.both, "dots", "var(--soft)"],
      ["unreached", states.unreached, "empty", "var(--soft)"],
    ].filter(([, value]) => value > 0);
    if (!parts.length) return this.nothing("There are no functions.");
    const whole = model.core.length;
    let x = 0;
    const bar = s(
      "svg",
      {
        viewBox: "0 0 1000 34",
        preserveAspectRatio: "none",
        class: "bar-chart",
        role: "img",
        "aria-label": parts.map(([name, value]) => `${name} ${value}`).join(", "),
      },
      patterns(),
      parts.map(([, value, look, colour]) => {
        const width = (1000 * value) / whole;
        const box = s("rect", {
          x: x + 1,
          y: 1,
          width: Math.max(width - 2, 1),
          height: 32,
          rx: 3,
          fill: fillOf(look, colour),
          stroke: colour,
          "stroke-width": 1.5,
          "vector-effect": "non-scaling-stroke",
        });
        x += width;
        return box;
      }),
    );
    return h(
      "div",
      {},
      bar,
      h(
        "ul",
        { class: "legend" },
        parts.map(([name, value, look, colour]) =>
          h(
            "li",
            {},
            s(
              "svg",
              { width: 14, height: 14, "aria-hidden": "true" },
              s("rect", {
                x: 1,
                y: 1,
                width: 12,
                height: 12,
                rx: 2,
                fill: fillOf(look, colour),
                stroke: colour,
                "stroke-width": 1.5,
              }),
            ),
            h("b", {}, figure(value)),
            " ",
            name,
          ),
        ),
      ),
      h(
        "p",
        { class: "faint" },
        `The whole bar is ${count(whole, "function")}; ${figure(model.reached)} of them are `,
        term("reached"),
        ". ",
        term("Scaffold"),
        " runs at import or collection and stays in place.",
      ),
    );
  }

  stepChart() {
    const { ctx } = this;
    const { model } = ctx;
    if (!model.steps.length)
      return this.nothing(
        "There are no steps: no test with a stable pass needs a function of the project outside the scaffold.",
      );
    const most = Math.max(...model.steps.map((step) => step.lines), 1);
    const wide = 1000 / model.steps.length;
    const gap = wide > 4 ? 1 : 0;
    const bars = model.steps.map((step, place) => {
      const high = Math.max(2, 92 * Math.sqrt(step.lines / most));
      return s(
        "rect",
        {
          x: place * wide,
          y: 96 - high,
          width: Math.max(wide - gap, 0.4),
          height: high,
          fill: stepColour(model.lastStep > 1 ? (step.number - 1) / (model.lastStep - 1) : 0, ctx.dark),
          "data-step": step.number,
        },
        s("title", {}, `Step ${step.number}: ${step.lines} lines, ${count(step.functions.length, "function")}`),
      );
    });
    const biggest = model.steps.reduce((a, b) => (b.lines > a.lines ? b : a));
    return h(
      "div",
      {},
      h(
        "div",
        { class: "chart" },
        heights(most, 92, 4),
        s(
          "svg",
          {
            viewBox: "0 0 1000 100",
            preserveAspectRatio: "none",
            class: "step-chart",
            role: "img",
            "aria-label": `${count(model.steps.length, "step")}; the biggest is step ${biggest.number} with ${biggest.lines} lines`,
            onclick: (event) => {
              const number = event.target.dataset?.step;
              if (number) ctx.go({ view: "schedule", step: Number(number) });
            },
          },
          bars,
          [4, 50, 96].map((y) =>
            s("line", { x1: 0, x2: 1000, y1: y, y2: y, stroke: "var(--line)", "vector-effect": "non-scaling-stroke" }),
          ),
        ),
      ),
      h(
        "div",
        { class: "axis" },
        h("span", {}, "step 1"),
        h("span", {}, "biggest: ", stepLink(ctx, biggest.number), `, ${figure(biggest.lines)} lines`),
        h("span", {}, `step ${model.lastStep}`),
      ),
    );
  }

  coverage() {
    const { model } = this.ctx;
    const classes = [
      ["none", 0, 0],
      ["1", 1, 1],
      ["2–5", 2, 5],
      ["6–20", 6, 20],
      ["21–100", 21, 100],
      ["more", 101, Infinity],
    ];
    const rows = classes.map(([name, from, to]) => [
      name,
      model.core.filter((node) => model.nodes.required[node] >= from && model.nodes.required[node] <= to).length,
    ]);
    return bars(rows, (value) => `${figure(value)}`, "functions");
  }

  strength() {
    const { model } = this.ctx;
    const measured = model.tasks.filter((task) => task.strength);
    if (!measured.length)
      return this.nothing("Not measured. A full certificate runs mutants of each task's functions against its tests.");
    const classes = [
      [0, 0.2],
      [0.2, 0.4],
      [0.4, 0.6],
      [0.6, 0.8],
      [0.8, 1.01],
    ];
    const rows = classes.map(([from, to]) => [
      `${Math.round(from * 100)}–${Math.min(100, Math.round(to * 100))} %`,
      measured.filter((task) => ratio(task) >= from && ratio(task) < to).length,
      strengthColour((from + Math.min(to, 1)) / 2),
    ]);
    const killed = measured.reduce((sum, task) => sum + task.strength[0], 0);
    const total = measured.reduce((sum, task) => sum + task.strength[1], 0);
    return h(
      "div",
      {},
      bars(rows, figure, "tasks"),
      h(
        "p",
        { class: "faint" },
        `${figure(killed)} of ${figure(total)} mutants killed in ${count(measured.length, "task")}.`,
      ),
    );
  }

  reasons() {
    const { model } = this.ctx;
    const counted = new Map();
    const rows = model.rejected.length
      ? model.rejected.map(([kind, , reason]) => [kind, reason])
      : model.tests.reason.filter(Boolean).map((reason) => ["test", reason]);
    for (const [kind, reason] of rows) counted.set(`${kind}: ${reason}`, (counted.get(`${kind}: ${reason}`) ?? 0) + 1);
    const link = (name) =>
      rowsLink(this.ctx, "rejections", `what=${name.split(": ")[0]} reason=${name.split(": ")[1]}`, [
        name.split(": ")[0],
        ": ",
        term(name.split(": ")[1]),
      ]);
    if (!counted.size) return this.nothing(model.about.verified ? "Nothing was rejected." : "Nothing so far.");
    return bars(
      [...counted].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 12),
      figure,
      "rejections",
      link,
    );
  }

  times() {
    const { model } = this.ctx;
    const stages = Object.entries(model.about.summary.seconds ?? {});
    const order = ["trace", "graph", "schedule", "tasks", "verify"];
    stages.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
    const tests = model.tests.seconds
      .map((value, test) => [value ?? 0, test])
      .sort((a, b) => b[0] - a[0])
      .slice(0, 3)
      .filter(([value]) => value > 0);
    const slowest = tests.length
      ? h(
          "div",
          {},
          h("h3", {}, "Slowest tests"),
          h(
            "ul",
            { class: "plain" },
            tests.map(([value, test]) =>
              h(
                "li",
                { class: "split" },
                h("span", { class: "cut" }, testLink(this.ctx, test)),
                h("span", {}, seconds(value)),
              ),
            ),
          ),
        )
      : null;
    if (!stages.length) return h("div", {}, slowest ?? this.nothing("A finished build says how long each stage took."));
    return h("div", {}, bars(stages, seconds, "seconds"), slowest);
  }

  /** Things that are worth a look, the most telling first. */
  next() {
    const { ctx } = this;
    const { model } = ctx;
    const found = [];
    const weak = model.tasks.filter((task) => task.strength?.[1] > 2).sort((a, b) => ratio(a) - ratio(b))[0];
    if (weak && ratio(weak) < 1)
      found.push([
        "Weakest task: ",
        stepLink(ctx, weak.step),
        `, whose tests notice ${weak.strength[0]} of ${weak.strength[1]} mutants.`,
      ]);
    const vague = model.tasks.filter((task) => task.unsaid).sort((a, b) => b.unsaid - a.unsaid)[0];
    if (vague)
      found.push([
        "Most left unsaid: ",
        stepLink(ctx, vague.step),
        ` relies on ${count(vague.unsaid, "name")} that its statement does not tell.`,
      ]);
    const hot = [...model.core].sort((a, b) => model.nodes.tests[b] - model.nodes.tests[a])[0];
    if (hot !== undefined && model.nodes.tests[hot])
      found.push([
        "Most hangs on ",
        functionLink(ctx, hot, { file: false }),
        `: ${count(model.nodes.tests[hot], "test")} run it.`,
      ]);
    const hard = [...model.steps].sort((a, b) => b.difficulty - a.difficulty)[0];
    if (hard)
      found.push([
        "Hardest step: ",
        stepLink(ctx, hard.number),
        `, ${figure(hard.lines)} lines at depth ${hard.depth}.`,
      ]);
    if (model.cycles.length)
      found.push([
        "Largest cycle: ",
        h("a", { href: ctx.link({ view: "map", cycle: "1" }) }, count(model.cycles[0].length, "function")),
        " that call each other, ",
        functionLink(ctx, model.cycles[0][0], { file: false }),
        " among them.",
      ]);
    const dead = model.core
      .filter((node) => model.state(node) === "unreached")
      .sort((a, b) => model.nodes.lines[b] - model.nodes.lines[a])[0];
    if (dead !== undefined)
      found.push([
        "Longest function without a test: ",
        functionLink(ctx, dead, { file: false }),
        `, ${figure(model.nodes.lines[dead])} lines.`,
      ]);
    return found;
  }

  nothing(text) {
    return h("p", { class: "empty" }, text);
  }
}

function ratio(task) {
  return task.strength[0] / task.strength[1];
}

/** Rows of a name, a bar and a figure, with the scale of the bars below. */
function bars(rows, format, unit, link = (name) => name) {
  const most = Math.max(...rows.map((row) => row[1]), 1e-9);
  return h(
    "table",
    { class: "bars" },
    h("caption", { class: "hidden" }, unit),
    h(
      "tbody",
      {},
      rows.map(([name, value, colour]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, link(name)),
          h(
            "td",
            { class: "b-bar", "aria-hidden": "true" },
            s(
              "svg",
              { width: "100%", height: 12 },
              s("rect", {
                width: `${(100 * value) / most}%`,
                height: 12,
                rx: Math.min(3, value),
                fill: colour ?? "var(--accent)",
              }),
            ),
          ),
          h("td", { class: "b-value" }, format(value)),
        ),
      ),
    ),
    h(
      "tfoot",
      { "aria-hidden": "true" },
      h(
        "tr",
        {},
        h("td", {}),
        h("td", { class: "b-axis" }, h("span", {}, "0"), h("span", {}, unit), h("span", {}, format(most))),
        h("td", {}),
      ),
    ),
  );
}

function fillOf(look, colour) {
  return look === "solid" ? colour : look === "empty" ? "none" : `url(#fill-${look})`;
}

function patterns() {
  return s(
    "defs",
    {},
    s(
      "pattern",
      { id: "fill-stripes", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      s("rect", { width: 2.4, height: 6, fill: "var(--accent)" }),
    ),
    s(
      "pattern",
      { id: "fill-dots", width: 6, height: 6, patternUnits: "userSpaceOnUse" },
      s("circle", { cx: 3, cy: 3, r: 1.3, fill: "var(--soft)" }),
    ),
  );
}
