// The page: its views, the state that they share, and the keys.

import { COLOURINGS, Colouring } from "./colour.js";
import { canUnpack, readAbout, Texts, unpack } from "./data.js";
import { Details } from "./details.js";
import { byId, h, replace } from "./dom.js";
import { Filter, noFilters } from "./filter.js";
import { FilterBar } from "./filterbar.js";
import { FocusView } from "./focus.js";
import { MapView } from "./mapview.js";
import { Menus } from "./menus.js";
import { Model } from "./model.js";
import { Overview } from "./overview.js";
import { ScheduleView } from "./schedule.js";
import { Search } from "./search.js";
import { Store, VIEWS } from "./state.js";
import { TableView } from "./table.js";

const NAMES = { overview: "Overview", schedule: "Schedule", focus: "Focus", map: "Map", table: "Table" };
const MAKERS = { overview: Overview, schedule: ScheduleView, focus: FocusView, map: MapView, table: TableView };

/** What every part of the page works with. */
class Context {
  constructor(about, model) {
    this.about = about;
    this.model = model;
    this.texts = new Texts();
    this.filter = new Filter(model);
    this.views = {};
    this.roots = {};
    this.dark = false;
    this.store = new Store((state, before) => this.update(before));
    this.menus = new Menus(this);
    this.search = new Search(this);
    this.bar = new FilterBar(this);
    this.details = new Details(this);
    this.menus.paint(false);
    this.links = this.nav();
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeprint", () => this.views[this.state.view]?.print?.(true));
    addEventListener("afterprint", () => this.views[this.state.view]?.print?.(false));
    byId("skip").addEventListener("click", () => byId("main").focus());
  }

  get state() {
    return this.store.state;
  }

  go(changes, options) {
    this.store.go(changes, options);
  }

  link(changes) {
    return this.store.link(changes);
  }

  /** Put a function in the middle of the focus view. */
  focus(node) {
    this.go(this.focusState(node));
  }

  /** What shows a test: its body with what it calls, or what it ran where it has none. */
  testState(test) {
    const { model } = this;
    const body = model.tests.body[test];
    if (body < 0) return { view: "map", test: model.tests.id[test] };
    return this.focusState(body);
  }

  focusState(node) {
    const id = this.model.ids[node];
    return { view: "focus", focus: id, sel: id, call: "", into: "", to: "" };
  }

  /** What the address names and the report does not have. */
  missing() {
    const { state, model } = this;
    const found = [];
    const known = (id) => !id || model.byId.has(id);
    if (!known(state.focus)) found.push(`a function ${state.focus}`);
    for (const id of [state.call, state.into]) if (!known(id)) found.push(`a function ${id}`);
    if (state.step && model.steps.length && !model.stepOf.has(state.step)) found.push(`a step ${state.step}`);
    if (state.test && !model.tests.id.includes(state.test)) found.push(`a test ${state.test}`);
    if (state.file && !model.files.includes(state.file)) found.push(`a file ${state.file}`);
    if (state.pkg && !model.packages.includes(state.pkg)) found.push(`a package ${state.pkg}`);
    return found;
  }

  /** The id that a text names: itself, or the only id that ends so. */
  resolve(text) {
    const { model } = this;
    const name = text.trim();
    if (model.byId.has(name)) return name;
    const fitting = model.ids.filter((id) => [`::${name}`, `.${name}`, `/${name}`].some((tail) => id.endsWith(tail)));
    return name && fitting.length === 1 ? fitting[0] : null;
  }

  nav() {
    const links = Object.fromEntries(VIEWS.map((view) => [view, h("a", { href: this.link({ view }) }, NAMES[view])]));
    replace(
      byId("nav"),
      VIEWS.map((view) => links[view]),
    );
    return links;
  }

  repaint() {
    this.colouring = null;
    this.update(null);
  }

  update(before) {
    const { state } = this;
    this.filter.update(state);
    if (this.colouring?.by !== state.by || this.colouring.dark !== this.dark) {
      const by = COLOURINGS.some(([key]) => key === state.by) ? state.by : "step";
      this.colouring = new Colouring(this.model, by, this.dark);
    }
    for (const view of VIEWS) {
      this.links[view].setAttribute("href", this.link({ view }));
      if (view === state.view) this.links[view].setAttribute("aria-current", "page");
      else this.links[view].removeAttribute("aria-current");
      if (this.roots[view]) this.roots[view].hidden = view !== state.view;
    }
    if (before && before.view !== state.view) this.views[before.view]?.leave?.();
    document.body.dataset.view = state.view;
    const missing = this.missing();
    const notice = byId("notice");
    notice.hidden = !missing.length;
    notice.textContent = missing.length
      ? `The address names ${missing.join(" and ")}, which this report does not have. It may come from a report of another state of the project.`
      : "";
    document.title = `${NAMES[state.view]} · ${this.about.name} · sweflow`;
    this.bar.update(state);
    this.details.update(state);
    this.view(state.view).update(state);
    this.ready(state.view);
  }

  view(name) {
    if (!this.views[name]) {
      this.roots[name] = h("section", { class: `view view-${name}`, "aria-label": NAMES[name] });
      byId("main").append(this.roots[name]);
      this.views[name] = new MAKERS[name](this, this.roots[name]);
    }
    return this.views[name];
  }

  /** Marks when a view is there, for measurements. */
  ready(view) {
    if (view === "map" && this.views.map?.webgl && !this.views.map.renderer.drawn && this.model.core.length) return;
    if (!document.body.dataset.ready?.split(" ").includes(view)) {
      document.body.dataset.ready = `${document.body.dataset.ready ?? ""} ${view}`.trim();
      performance.mark(`sweflow-${view}`);
    }
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.menus.help.open) return;
    const typing = event.target.closest?.("input:not([type=range]), select, textarea");
    if (event.key === "Escape") return this.escape(event, typing);
    if (typing) return;
    const view = VIEWS[Number(event.key) - 1];
    const actions = {
      "/": () => this.search.open(),
      "?": () => this.menus.help.showModal(),
      d: () => this.menus.flip(),
      x: () => this.go(noFilters()),
      s: () => !this.bar.root.hidden && this.bar.pick.focus(),
      c: () => this.nextColour(),
      f: () => this.model.byId.has(this.state.sel) && this.focus(this.model.byId.get(this.state.sel)),
      "[": () => this.state.view === "focus" && this.hops(-1),
      "]": () => this.state.view === "focus" && this.hops(1),
    };
    const before = this.state.view;
    if (view) this.go({ view });
    else if (actions[event.key]) actions[event.key]();
    else if (!this.views[this.state.view]?.key || this.state.view !== "schedule" || !this.views.schedule.key(event))
      return;
    event.preventDefault();
    if (view || this.state.view !== before) byId("main").focus();
  }

  escape(event, typing) {
    if (typing) return typing.blur();
    if (this.state.call || this.state.to) this.go({ call: "", into: "", to: "" });
    else if (this.state.sel) this.go({ sel: "" });
  }

  nextColour() {
    const keys = COLOURINGS.map(([key]) => key);
    this.go({ by: keys[(keys.indexOf(this.state.by) + 1) % keys.length] });
  }

  hops(by) {
    const within = (value) => Math.min(Math.max(value, 0), 6);
    this.go({ in: within(this.state.in + by), out: within(this.state.out + by) });
  }
}

function head(about) {
  byId("name").textContent = about.name;
  byId("release").textContent = about.version;
  const dated =
    about.created_at && !about.created_at.startsWith("1970-01-01") ? about.created_at.slice(0, 10) : "no commit date";
  const parts = [
    `sweflow ${about.tool}`,
    about.source ? `source ${about.source.slice(0, 12)}` : null,
    dated,
    about.python ? `Python ${about.python}` : null,
    `report format ${about.format}`,
    ...Object.entries(about.formats).map(([name, version]) => `${name} ${version}`),
    about.left_out ? `${about.left_out} texts left out for size` : null,
  ];
  replace(
    byId("foot"),
    parts.filter(Boolean).map((part) => h("span", {}, part)),
  );
}

async function main() {
  const about = readAbout();
  head(about);
  if (!canUnpack()) {
    byId("loading").textContent =
      "This browser cannot unpack the report (it has no DecompressionStream). Any Chrome, Edge, Firefox or Safari since 2023 can.";
    return;
  }
  try {
    const model = new Model(await unpack("facts"), about);
    byId("loading").remove();
    const context = new Context(about, model);
    context.update(null);
  } catch (error) {
    byId("loading")?.remove();
    byId("main").append(
      h("div", { class: "empty" }, h("h1", {}, "The report cannot be shown"), h("p", {}, String(error))),
    );
    throw error;
  }
}

main();
