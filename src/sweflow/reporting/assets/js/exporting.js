// Export: the picture as SVG or PNG, and what it shows as JSON or DOT.

import { say } from "./dom.js";
import { grainOf, MapData } from "./mapdata.js";
import { drawMap } from "./mapdraw.js";

const STYLED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-opacity",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "display",
  "visibility",
];

/** What can be saved of a view, in words: the kind, and what its file holds. */
export function kinds(ctx) {
  const { state } = ctx;
  if (state.view === "table")
    return [
      ["csv", `CSV: the rows of this table`],
      ["json", `JSON: the rows of this table`],
    ];
  const step = stepShown(ctx);
  const what = {
    focus: "the functions shown",
    map: "the functions that pass the filters",
    schedule: step ? `the functions of step ${step.number}` : "all functions",
    overview: "all functions",
  }[state.view];
  const picture = { focus: "this neighbourhood", map: "the whole map, as filtered", schedule: "the timeline" }[
    state.view
  ];
  const pictures = picture
    ? [
        ["svg", `SVG: ${picture}`],
        ["png", `PNG: ${picture}`],
      ]
    : [];
  return [...pictures, ["json", `JSON: ${what}`], ["dot", `DOT: ${what}`]];
}

/** Save what the view shows in one of its forms. */
export async function save(ctx, kind) {
  const detail = { table: ctx.state.tab, schedule: ctx.state.step ? `step-${ctx.state.step}` : "" }[ctx.state.view];
  const name = [ctx.about.name.replace(/[^\w.-]+/g, "-"), ctx.state.view, detail].filter(Boolean).join("-");
  if (kind === "csv") download(`${name}.csv`, "text/csv", ctx.views.table.csv());
  else if (kind === "json")
    download(
      `${name}.json`,
      "application/json",
      JSON.stringify(ctx.state.view === "table" ? rowsObject(ctx) : asObject(ctx), null, 1),
    );
  else if (kind === "dot") download(`${name}.dot`, "text/vnd.graphviz", asDot(ctx));
  else {
    const { text, width, height } = asSvg(ctx);
    if (kind === "svg") download(`${name}.svg`, "image/svg+xml", text);
    else download(`${name}.png`, "image/png", await asPng(text, width, height));
  }
  say(`Saved ${name}.${kind}`);
}

function rowsObject(ctx) {
  return {
    format: "sweflow-report-rows",
    version: 1,
    project: ctx.about.name,
    source: ctx.about.source,
    view: location.hash,
    table: ctx.state.tab,
    rows: ctx.views.table.objects(),
  };
}

/** The step that Schedule shows; none where there are no steps. */
function stepShown({ model, state }) {
  return model.steps.find((step) => step.number >= (state.step || 1)) ?? model.steps[0];
}

/** The functions that the view shows, after filters. */
export function shownNodes(ctx) {
  const { model, state, filter } = ctx;
  if (state.view === "focus") return ctx.views.focus.shown().sort((a, b) => a - b);
  if (state.view === "schedule" && model.steps.length) {
    return stepShown(ctx).functions;
  }
  return model.core.filter((node) => state.view === "overview" || filter.has(node));
}

function asObject(ctx) {
  const { model, about } = ctx;
  const shown = shownNodes(ctx);
  const inside = new Set(shown);
  return {
    format: "sweflow-report-part",
    version: 1,
    project: about.name,
    source: about.source,
    view: location.hash,
    functions: shown.map((node) => ({
      id: model.ids[node],
      role: model.role(node),
      state: model.state(node),
      step: model.step(node),
      line: model.nodes.line[node],
      lines: model.nodes.lines[node],
      complexity: model.nodes.complexity[node],
      tests: model.nodes.tests[node],
    })),
    calls: callsAmong(model, inside).map((call) => ({
      caller: model.ids[model.calls.caller[call]],
      callee: model.ids[model.calls.callee[call]],
      tests: model.calls.tests[call],
    })),
  };
}

function callsAmong(model, inside) {
  return [...inside].flatMap((node) => model.out[node].filter((call) => inside.has(model.calls.callee[call])));
}

function asDot(ctx) {
  const { model } = ctx;
  const shown = shownNodes(ctx);
  const quote = (text) => `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
  const files = Map.groupBy
    ? Map.groupBy(shown, (node) => model.path(node))
    : grouped(shown, (node) => model.path(node));
  const clusters = [...files].map(
    ([path, nodes], place) =>
      `  subgraph cluster_${place} {\n    label=${quote(path)};\n${nodes.map((node) => `    ${quote(model.ids[node])} [label=${quote(model.label(node))}, tooltip=${quote(`${model.ids[node]}, ${ctx.colouring.words(node)}`)}];`).join("\n")}\n  }`,
  );
  const calls = new Set(
    callsAmong(model, new Set(shown)).map(
      (call) => `  ${quote(model.ids[model.calls.caller[call]])} -> ${quote(model.ids[model.calls.callee[call]])};`,
    ),
  );
  return `digraph sweflow {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname="Helvetica"];\n${clusters.join("\n")}\n${[...calls].join("\n")}\n}\n`;
}

function grouped(items, key) {
  const found = new Map();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return found;
}

/** The picture of the view as text: the timeline, the neighbourhood, or else the map. */
function asSvg(ctx) {
  const { state } = ctx;
  const shown =
    state.view === "focus"
      ? ctx.views.focus.picture()
      : state.view === "schedule"
        ? document.getElementById("timeline")
        : null;
  const holder = document.createElement("div");
  holder.className = "offstage";
  const picture = shown ?? mapPicture(ctx);
  if (!shown) {
    holder.append(picture);
    document.body.append(holder);
  }
  const box = picture.viewBox.baseVal;
  const copy = picture.cloneNode(true);
  inline(picture, copy);
  holder.remove();
  const [width, height] = state.view === "schedule" ? [box.width, box.height * 2] : [box.width, box.height];
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of [
    ["x", box.x],
    ["y", box.y],
    ["width", box.width],
    ["height", box.height],
    ["fill", getComputedStyle(document.body).backgroundColor],
  ])
    ground.setAttribute(key, value);
  copy.prepend(ground);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

function mapPicture(ctx) {
  const grain = grainOf(ctx);
  const data = new MapData(ctx.model, grain);
  return drawMap(data, ctx.colouring, ctx.state.by, (vertex) => !data.passes(vertex, ctx.filter), {
    labels: data.keys.length <= 1500,
  });
}

/** Styles of the page's sheet as attributes, since the file stands alone. */
function inline(from, to) {
  const style = getComputedStyle(from);
  for (const name of STYLED) {
    const value = style.getPropertyValue(name);
    if (value && value !== "none" && value !== "normal" && value !== "auto" && value !== "visible" && value !== "1")
      to.setAttribute(name, value);
    else if (name === "fill" && value === "none") to.setAttribute(name, value);
  }
  for (const name of ["class", "tabindex", "role", "style"]) to.removeAttribute(name);
  [...from.children].forEach((child, place) => inline(child, to.children[place]));
}

async function asPng(text, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.min(2, 8000 / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
}

function download(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
