// Schedule: the steps along a line, and one of them in full.

import { stepColour } from "./colour.js";
import { calm, count, figure, h, heights, iconButton, percent, replace, s, say } from "./dom.js";
import { term } from "./glossary.js";
import { patch } from "./highlight.js";
import { chip, copyButton, functionLink, shortList, stepLink, testLink, testName } from "./links.js";
import { markdown } from "./markdown.js";

const PLAY = "M5 3.5v11l9-5.5z";
const PAUSE = "M6 4v10M12 4v10";
const BACK = "M11 4L6 9l5 5";
const ON = "M7 4l5 5-5 5";
const HIGH = 74;
const SECONDS = 0.7;
const DOCS = [
  ["statement", "Statement"],
  ["patch", "Patch"],
  ["test_patch", "Tests’ patch"],
  ["certificate", "Certificate"],
];

export class ScheduleView {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.root = root;
    this.timer = null;
    this.drawn = null;
    const { model } = ctx;
    if (!model.steps.length) {
      replace(
        root,
        h(
          "div",
          { class: "empty" },
          h("h1", {}, "No steps"),
          h(
            "p",
            {},
            "No test with a stable pass needs a function of the project outside the scaffold, so there is nothing to develop step by step.",
          ),
        ),
      );
      return;
    }
    this.chart = s("svg", {
      class: "timeline",
      viewBox: `0 0 1000 ${HIGH}`,
      preserveAspectRatio: "none",
      role: "img",
      id: "timeline",
      onclick: (event) => this.pick(event),
    });
    this.slider = h("input", {
      type: "range",
      id: "slider",
      min: 1,
      max: model.steps.length,
      step: 1,
      "aria-label": "Step",
      oninput: () => this.show(Number(this.slider.value), true),
      onchange: () => this.show(Number(this.slider.value)),
    });
    this.play = iconButton("Play", PLAY, () => this.toggle(), { id: "play" });
    this.where = h("h1", { id: "step-title" });
    this.body = h("div", { class: "step-body" });
    replace(
      root,
      h(
        "div",
        { class: "step-head" },
        h(
          "div",
          { class: "player" },
          iconButton("Step before", BACK, () => this.move(-1)),
          this.play,
          iconButton("Step after", ON, () => this.move(1)),
        ),
        this.where,
        h("ul", { class: "legend" }, [
          ...["done", "now", "to come"].map((name) =>
            h("li", {}, h("span", { class: `key-${name.replace(" ", "-")}` }), name),
          ),
          h("li", {}, "height: lines, on a square-root scale"),
        ]),
      ),
      h(
        "div",
        { class: "line" },
        h(
          "div",
          { class: "chart" },
          heights(Math.max(...model.steps.map((step) => step.lines), 1), (100 * (HIGH - 8)) / HIGH, 0),
          this.chart,
        ),
        this.slider,
      ),
      this.body,
    );
  }

  /** Places of steps, from 1: steps may have gaps in their numbers. */
  place(number) {
    const { steps } = this.ctx.model;
    const found = steps.findIndex((step) => step.number >= number);
    return found < 0 ? steps.length : found + 1;
  }

  show(place, replaceState = false) {
    const { steps } = this.ctx.model;
    const at = Math.min(Math.max(place, 1), steps.length);
    this.ctx.go({ step: steps[at - 1].number }, { replace: replaceState });
  }

  move(by) {
    if (this.slider) this.show(this.now() + by);
  }

  now() {
    return this.place(this.ctx.state.step || 1);
  }

  toggle() {
    if (!this.slider) return;
    if (this.timer) this.stop();
    else {
      if (this.now() === this.ctx.model.steps.length) this.show(1, true);
      this.timer = setInterval(() => {
        if (this.now() >= this.ctx.model.steps.length) this.stop();
        else this.show(this.now() + 1, true);
      }, SECONDS * 1000);
      this.face("Pause", PAUSE);
    }
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.face("Play", PLAY);
  }

  face(name, path) {
    this.play.setAttribute("aria-label", name);
    this.play.title = name;
    this.play.querySelector("path").setAttribute("d", path);
  }

  leave() {
    if (this.timer) this.stop();
  }

  pick(event) {
    const box = this.chart.getBoundingClientRect();
    this.show(Math.floor(((event.clientX - box.left) / box.width) * this.ctx.model.steps.length) + 1);
  }

  update(state) {
    if (!this.slider) return;
    const { ctx } = this;
    const place = this.now();
    const step = ctx.model.steps[place - 1];
    const key = [step.number, state.doc, ctx.dark, ctx.filter.key].join("\n");
    if (key === this.drawn) return;
    this.drawn = key;
    this.draw(place);
    if (Number(this.slider.value) !== place) this.slider.value = place;
    this.slider.setAttribute("aria-valuetext", `step ${step.number} of ${ctx.model.lastStep}`);
    replace(this.where, `Step ${step.number}`, h("span", { class: "faint" }, ` of ${ctx.model.lastStep}`));
    this.fill(step);
  }

  /** The line: a bar for each step, as high as it has lines; done is full, now stands out, to come is an outline. */
  draw(place) {
    const { model, dark, filter } = this.ctx;
    const most = Math.max(...model.steps.map((step) => step.lines), 1);
    const wide = 1000 / model.steps.length;
    const gap = wide > 3 ? Math.min(1.2, wide / 4) : 0;
    const bars = model.steps.map((step, at) => {
      const high = Math.max(3, (HIGH - 8) * Math.sqrt(step.lines / most));
      const in_ = filter.nodes === null || step.functions.some((node) => filter.has(node));
      const state = at + 1 < place ? "done" : at + 1 === place ? "now" : "come";
      const colour = stepColour(model.lastStep > 1 ? (step.number - 1) / (model.lastStep - 1) : 0, dark);
      return s(
        "rect",
        {
          x: at * wide + gap / 2,
          y: HIGH - high,
          width: Math.max(wide - gap, 0.5),
          height: high,
          class: `bar-${state}${in_ ? "" : " dim"}`,
          fill: state === "come" ? null : colour,
          stroke: state === "come" ? "var(--soft)" : null,
        },
        s("title", {}, `Step ${step.number}: ${step.lines} lines, ${count(step.functions.length, "function")}`),
      );
    });
    const x = (place - 0.5) * wide;
    replace(
      this.chart,
      bars,
      s("path", { class: "needle", d: `M${x} 0V${HIGH}`, "vector-effect": "non-scaling-stroke" }),
    );
    this.chart.setAttribute("aria-label", `${place - 1} steps done, ${model.steps.length - place} to come`);
  }

  fill(step) {
    const { ctx } = this;
    const { model } = ctx;
    const task = model.taskOf.get(step.number);
    const rejected = model.rejected.find(([kind, id]) => kind === "step" && Number(id) === step.number);
    const dependents = step.functions.filter((node) => !step.targets.includes(node));
    const verdict = task
      ? chip(model.about.verified ? "verified task" : "not verified yet", model.about.verified ? "s-good" : "")
      : rejected
        ? chip(`no task: ${rejected[2]}`, "s-bad")
        : chip(model.about.verified ? "no task" : "no tasks made yet");
    const [killed, total] = task?.strength ?? [0, 0];
    const rows = [
      ["Lines", figure(step.lines)],
      ["Complexity", step.complexity],
      ["Wave", step.wave],
      ["Depth", step.depth],
      ["Difficulty", step.difficulty.toFixed(2)],
      ["Later steps that need it", step.fan_in],
      ["Calls ahead", step.forward],
      ["Must fail, then pass", task ? count(task.f2p.length, "test") : null],
      ["Must keep passing", task ? count(task.p2p, "test") : null],
      ["Strength", total ? `${killed} of ${total} mutants killed (${percent(killed, total)})` : null],
      ["Above the wanted size", step.unsplit || null],
    ].filter(([, value]) => value !== null);
    const side = h(
      "div",
      { class: "step-side" },
      h(
        "div",
        { class: "chips" },
        verdict,
        task ? chip(task.instance) : null,
        task ? copyButton("instance id", task.instance) : null,
      ),
      task?.command
        ? h(
            "div",
            { class: "copied-line" },
            h("code", { class: "cut", title: task.command }, task.command),
            copyButton("command", task.command),
          )
        : null,
      rejected?.[3] ? h("p", { class: "faint" }, rejected[3]) : null,
      h(
        "section",
        {},
        h("h3", {}, "New functions ", h("span", { class: "faint" }, figure(step.functions.length))),
        shortList(step.targets, (node) => this.marked(node, task), 14),
        dependents.length
          ? [
              h("h3", {}, "Called by them only ", h("span", { class: "faint" }, figure(dependents.length))),
              shortList(dependents, (node) => this.marked(node, task), 8),
            ]
          : null,
      ),
      h(
        "section",
        {},
        h("h3", {}, "Tests ", h("span", { class: "faint" }, figure(step.tests.length))),
        shortList(step.tests, (test) => this.test(test), 10),
      ),
      step.needs.length
        ? h(
            "section",
            {},
            h("h3", {}, "Needs steps ", h("span", { class: "faint" }, figure(step.needs.length))),
            h(
              "p",
              { class: "steps-list" },
              step.needs.slice(-24).map((number) => [stepLink(ctx, number, number), " "]),
              step.needs.length > 24
                ? h("span", { class: "faint" }, `and ${step.needs.length - 24} earlier ones`)
                : null,
            ),
          )
        : null,
      h(
        "dl",
        { class: "facts" },
        rows.flatMap(([name, value]) => [h("dt", {}, term(name)), h("dd", {}, value)]),
      ),
    );
    const doc = DOCS.some(([key]) => key === ctx.state.doc) ? ctx.state.doc : "statement";
    [this.drawnStep, this.drawnDoc] = [step.number, doc];
    const pane = h("div", {
      class: "doc-pane",
      role: "tabpanel",
      id: "doc-pane",
      "aria-labelledby": `doc-${doc}`,
      tabindex: 0,
    });
    const tabs = h(
      "div",
      {
        class: "tabs",
        role: "tablist",
        "aria-label": "What to show of the step",
        onkeydown: (event) => this.tabKey(event, doc),
      },
      DOCS.map(([key, name]) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `doc-${key}`,
            "aria-selected": String(key === doc),
            "aria-controls": "doc-pane",
            tabindex: key === doc ? 0 : -1,
            onclick: () => ctx.go({ doc: key }),
          },
          name,
        ),
      ),
    );
    const hadFocus =
      document.activeElement?.getAttribute("role") === "tab" && this.body.contains(document.activeElement);
    replace(this.body, side, h("div", { class: "step-doc" }, tabs, pane));
    if (hadFocus) document.getElementById(`doc-${doc}`).focus();
    this.document(pane, step, task, doc);
  }

  /** A test function as a link to its body, where the report has an id of it. */
  test(name) {
    const [first] = this.ctx.model.idsOfFunction(name);
    return first === undefined ? testName(name) : testLink(this.ctx, first);
  }

  tabKey(event, doc) {
    const by = { ArrowRight: 1, ArrowLeft: DOCS.length - 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const place = DOCS.findIndex(([key]) => key === doc);
    this.ctx.go({ doc: DOCS[(place + by) % DOCS.length][0] });
  }

  marked(node, task) {
    const { model } = this.ctx;
    const notes = [];
    if (task?.removed.includes(model.ids[node])) notes.push(chip("not in the skeleton"));
    const strength = model.strength.get(node);
    if (strength) notes.push(chip(`${strength.killed}/${strength.total} mutants`));
    const test = model.noticed.get(node);
    if (test !== undefined) notes.push(h("span", { class: "faint" }, "noticed by ", testLink(this.ctx, test)));
    return [functionLink(this.ctx, node), notes.length ? h("span", { class: "chips" }, notes) : null];
  }

  async document(pane, step, task, doc) {
    if (!task) {
      const text = this.ctx.model.about.verified
        ? "This step became no task. Its functions and tests are part of the history all the same."
        : "No task is made of this step yet. Run sweflow tasks and sweflow verify, or sweflow build, and make the report again.";
      replace(pane, h("p", { class: "empty" }, text));
      return;
    }
    const key = `${doc === "statement" ? "problem_statement" : doc}:${step.number}`;
    const text = await this.ctx.texts.get(key);
    if (this.drawnStep !== step.number || this.drawnDoc !== doc) return;
    if (text === null)
      replace(
        pane,
        h(
          "p",
          { class: "empty" },
          `This text had no room in the report. It is in ${this.ctx.model.about.verified ? "tasks" : "candidates"}.jsonl, under ${task.instance}.`,
        ),
      );
    else if (doc === "certificate") replace(pane, this.certificate(task, JSON.parse(text)));
    else if (!text) replace(pane, h("p", { class: "empty" }, "The patch is empty: the tests’ text is there already."));
    else
      replace(
        pane,
        h("div", { class: "doc-tools" }, copyButton(doc === "statement" ? "statement" : "patch", text)),
        doc === "statement" ? markdown(text) : patch(text),
      );
  }

  certificate(task, { certificate, base_commit: commit, underspecified }) {
    const { model } = this.ctx;
    const head = [
      ["Instance", [h("code", {}, task.instance), copyButton("instance id", task.instance)]],
      ["Skeleton", commit ? [h("code", {}, commit), copyButton("commit", commit)] : null],
    ];
    if (!certificate)
      return h("div", {}, facts(head), h("p", { class: "empty" }, "Not verified yet, so there is no certificate."));
    const { base = [], leaks = [], repaired = [], twins = [], strength, gold, necessity } = certificate;
    const unnoticed = necessity?.unnoticed;
    const rows = [
      ...head,
      ["Level", certificate.level ? chip(certificate.level) : null],
      ["What it does not tell", certificate.note || null],
      ["Patches apply", certificate.patches_apply ? "in both orders, and give the reference" : "no"],
      ["Leaks", leaks.length ? leaks.join("; ") : "none"],
      ["Stands elsewhere too", certificate.similar === undefined ? null : count(certificate.similar, "function")],
      ["Stubs instead of removals", repaired.length ? repaired.join(", ") : null],
      [
        "Strength",
        strength?.total
          ? `${strength.killed} of ${strength.total} mutants killed (${percent(strength.killed, strength.total)})`
          : null,
      ],
      [
        "Gold runs",
        gold?.runs?.length
          ? `${count((gold.runs ?? []).length, "run")}, ${(gold.flaky ?? []).length ? `flaky: ${gold.flaky.join(", ")}` : "none flaky"}`
          : null,
      ],
      [
        "Left out and not noticed",
        unnoticed && strength?.total ? (unnoticed.length ? unnoticed.join(", ") : "no function") : null,
      ],
      [
        "Results taken over",
        certificate.inherited?.tests !== undefined ? count(certificate.inherited.tests, "test") : null,
      ],
      [
        "Twins",
        twins.length
          ? shortList(twins, ({ test, tried, noticed }) => [
              h("code", {}, test),
              noticed ? ` notices ${noticed} of ${count(tried, "change")}` : " has none",
            ])
          : null,
      ],
      ["Left unsaid", underspecified?.length ? underspecified.join(", ") : null],
    ];
    const survivors = (strength?.functions ?? []).flatMap((found) =>
      (found.survivors ?? []).map((mutant) => [found.function, mutant]),
    );
    return h(
      "div",
      {},
      facts(rows),
      base.length
        ? [
            h("h3", {}, "How each test fails before the patch"),
            h(
              "div",
              { class: "scroll", tabindex: 0, role: "region", "aria-label": "Evidence" },
              h(
                "table",
                { class: "plain-table" },
                h(
                  "thead",
                  {},
                  h(
                    "tr",
                    {},
                    ["Test", "When", "Error", "Leads to"].map((name) => h("th", { scope: "col" }, name)),
                  ),
                ),
                h(
                  "tbody",
                  {},
                  base.slice(0, 200).map((row) =>
                    h(
                      "tr",
                      {},
                      h("td", {}, testName(row.test)),
                      h("td", {}, row.when),
                      h(
                        "td",
                        {},
                        h("code", {}, row.error),
                        row.raised ? null : h("span", { class: "faint" }, " after a call of"),
                      ),
                      h(
                        "td",
                        {},
                        row.functions.map((id) =>
                          model.byId.has(id) ? functionLink(this.ctx, model.byId.get(id), { file: false }) : id,
                        ),
                      ),
                    ),
                  ),
                ),
              ),
            ),
            base.length > 200 ? h("p", { class: "faint" }, `and ${base.length - 200} more`) : null,
          ]
        : null,
      survivors.length
        ? [
            h("h3", {}, "Mutants that survived"),
            h(
              "ul",
              { class: "plain" },
              survivors
                .slice(0, 60)
                .map(([id, mutant]) =>
                  h(
                    "li",
                    {},
                    h("code", {}, id),
                    ` line ${mutant.line}: ${mutant.operator}`,
                    mutant.diff ? patch(mutant.diff) : null,
                  ),
                ),
            ),
          ]
        : null,
    );
  }

  key(event) {
    if (!this.slider || event.target === this.slider) return false;
    if (event.key === "ArrowLeft") this.move(-1);
    else if (event.key === "ArrowRight") this.move(1);
    else if (event.key === "Home") this.show(1);
    else if (event.key === "End") this.show(this.ctx.model.steps.length);
    else if (event.key === " " && event.target === document.body) this.toggle();
    else if (event.key === "p") this.toggle();
    else return false;
    if (!calm()) say("");
    say(`Step ${this.ctx.state.step || 1}`);
    return true;
  }
}

function facts(rows) {
  return h(
    "dl",
    { class: "facts wide" },
    rows
      .filter(([, value]) => value !== null && value !== undefined)
      .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}
