// Colours: ramps and sets that colour-blind people can tell apart. A colour never says anything alone.

const STEPS = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"]; // viridis
const WEAK_STRONG = ["#a6440f", "#d9822b", "#b9a690", "#6f9fc4", "#0b5394"];
const OKABE_ITO = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7c00"];
const OTHER = "#8b95a1";

export const COLOURINGS = [
  ["step", "Step"],
  ["package", "Package"],
  ["tests", "Number of tests"],
  ["strength", "Strength"],
];

/** A colour of a ramp; `part` from 0 to 1. */
export function ramp(colours, part) {
  const place = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
  const low = Math.min(Math.floor(place), colours.length - 2);
  return mix(colours[low], colours[low + 1], place - low);
}

function mix(a, b, part) {
  const channel = (at) =>
    Math.round(parseInt(a.slice(at, at + 2), 16) * (1 - part) + parseInt(b.slice(at, at + 2), 16) * part);
  return `#${[1, 3, 5].map((at) => channel(at).toString(16).padStart(2, "0")).join("")}`;
}

/** The part of the ramp that is seen well on the page's ground. */
export function stepColour(part, dark) {
  return ramp(STEPS, dark ? 0.22 + 0.78 * part : 0.02 + 0.86 * part);
}

export function strengthColour(part) {
  return ramp(WEAK_STRONG, part);
}

/** How nodes are coloured, with a legend: a value and a colour for each node. */
export class Colouring {
  constructor(model, by, dark) {
    this.model = model;
    this.by = by;
    this.dark = dark;
    this.most = model.core.reduce((most, node) => Math.max(most, model.nodes.tests[node]), 1);
    const sizes = new Map();
    for (const node of model.core) sizes.set(this.bandOf(node), (sizes.get(this.bandOf(node)) ?? 0) + 1);
    this.ranked = [...sizes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  }

  /** The package, or the module where packages are too few to tell anything. */
  bandOf(node) {
    return this.model.maps.band === "module" ? this.model.path(node) : this.model.packageOf(node);
  }

  of(node) {
    const { model, dark } = this;
    switch (this.by) {
      case "package": {
        const place = this.ranked.indexOf(this.bandOf(node));
        return place >= 0 && place < OKABE_ITO.length ? OKABE_ITO[place] : OTHER;
      }
      case "tests":
        return model.nodes.tests[node] ? stepColour(this.testsPart(node), dark) : OTHER;
      case "strength": {
        const part = model.strengthOf(node);
        return part === undefined ? OTHER : strengthColour(part);
      }
      default:
        return model.step(node)
          ? stepColour(model.lastStep > 1 ? (model.step(node) - 1) / (model.lastStep - 1) : 0, dark)
          : OTHER;
    }
  }

  testsPart(node) {
    return Math.log1p(this.model.nodes.tests[node]) / Math.log1p(this.most);
  }

  /** What the colour says, in words. */
  words(node) {
    const { model } = this;
    switch (this.by) {
      case "package":
        return this.bandOf(node);
      case "tests":
        return `${model.nodes.tests[node]} tests`;
      case "strength": {
        const found = model.strength.get(node);
        if (found) return `${found.killed} of ${found.total} mutants killed`;
        return model.noticed.has(node) ? "noticed where it is empty, not mutated" : "strength not measured";
      }
      default:
        return model.step(node) ? `step ${model.step(node)}` : model.state(node);
    }
  }

  /** The same, for places with little room. */
  short(node) {
    if (this.by !== "strength") return this.words(node);
    const found = this.model.strength.get(node);
    if (found) return `${found.killed}/${found.total} mutants`;
    return this.model.noticed.has(node) ? "noticed" : "not measured";
  }

  /** Rows of the legend: a colour and a text; a ramp where `ramp` holds colours. */
  legend() {
    const { model, dark } = this;
    const colours = (make) => [0, 0.2, 0.4, 0.6, 0.8, 1].map(make);
    switch (this.by) {
      case "package": {
        const rows = this.ranked
          .slice(0, OKABE_ITO.length)
          .map((name, place) => ({ colour: OKABE_ITO[place], text: name }));
        return this.ranked.length > OKABE_ITO.length
          ? [...rows, { colour: OTHER, text: `${this.ranked.length - OKABE_ITO.length} more` }]
          : rows;
      }
      case "tests":
        return [
          { ramp: colours((part) => stepColour(part, dark)), text: ["1 test", `${this.most}`] },
          { colour: OTHER, text: "no test" },
        ];
      case "strength":
        return model.strength.size
          ? [
              { ramp: colours(strengthColour), text: ["no mutant killed", "all"] },
              { colour: OTHER, text: "not measured" },
            ]
          : model.noticed.size
            ? [
                { colour: strengthColour(1), text: "noticed where it is empty" },
                { colour: OTHER, text: "not measured" },
              ]
            : [{ colour: OTHER, text: "not measured in this build" }];
      default:
        return [
          { ramp: colours((part) => stepColour(part, dark)), text: ["step 1", `${model.lastStep}`] },
          { colour: OTHER, text: "in no step" },
        ];
    }
  }
}
