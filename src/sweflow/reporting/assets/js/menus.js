// What stands at the right of the head: export, light and dark, and the keys.

import { byId, h, iconButton, replace } from "./dom.js";
import { kinds, save } from "./exporting.js";
import { GLOSSARY } from "./glossary.js";

const KEYS = [
  ["/", "search"],
  ["1 … 5", "Overview, Schedule, Focus, Map, Table"],
  ["← →", "step before, step after (Schedule)"],
  ["p", "play and pause (Schedule)"],
  ["← → ↑ ↓", "move between functions (Focus, Map) or rows (Table)"],
  ["Enter", "select; open"],
  ["f", "focus what is selected"],
  ["[ ]", "fewer, more hops (Focus)"],
  ["+ − 0", "zoom, show all (Map)"],
  ["c", "colour by the next"],
  ["s", "go to the selector"],
  ["x", "clear filters"],
  ["d", "light or dark"],
  ["?", "these keys"],
  ["Esc", "close, then drop the selection"],
];
const SELECTORS = [
  ["parse", "functions of this name, or an id’s end"],
  ["+parse", "with all that call it"],
  ["parse+", "with all that it calls"],
  ["+parse+2", "both, at most two calls away"],
  ["2+parse+1", "callers two calls away, callees one"],
  ["step:3-9", "of these steps"],
  ["file:lexer.py", "of this file"],
  ["package:src/jinja2", "of this folder"],
  ["test:test_api", "what tests with this in their id ran"],
  ["cycle", "in any cycle"],
  ["a b", "either"],
  ["a,b", "both"],
];
const SUN =
  "M9 5.6a3.4 3.4 0 1 0 0 6.8a3.4 3.4 0 0 0 0-6.8M9 1.5v1.6M9 14.9v1.6M1.5 9h1.6M14.9 9h1.6M3.7 3.7l1.1 1.1M13.2 13.2l1.1 1.1M3.7 14.3l1.1-1.1M13.2 4.8l1.1-1.1";
const DOWN = "M9 2.5v8.5M5.5 7.8L9 11.2l3.5-3.4M3 13.5v2h12v-2";
const HELP = "M6.6 6.6a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M9 13.2v.1";

export class Menus {
  constructor(ctx) {
    this.ctx = ctx;
    this.menu = h("ul", {
      class: "menu",
      role: "menu",
      id: "export-menu",
      "aria-label": "Export",
      hidden: true,
      onkeydown: (event) => this.menuKey(event),
    });
    this.opener = iconButton("Export", DOWN, () => (this.menu.hidden ? this.open() : this.close()), {
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-controls": "export-menu",
      id: "export",
    });
    this.theme = iconButton("Light or dark", SUN, () => this.flip(), { id: "theme" });
    this.help = this.panel();
    replace(
      byId("tools"),
      h("div", { class: "menu-holder" }, this.opener, this.menu),
      this.theme,
      iconButton("Keys and selectors", HELP, () => this.help.showModal(), { id: "help-button" }),
    );
    document.body.append(this.help);
    document.addEventListener("pointerdown", (event) => {
      if (!this.menu.parentElement.contains(event.target)) this.close(false);
    });
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.system.addEventListener("change", () => this.paint());
    this.said = stored();
    this.paint(false);
  }

  open() {
    replace(
      this.menu,
      kinds(this.ctx).map(([kind, name]) =>
        h(
          "li",
          { role: "none" },
          h(
            "button",
            {
              type: "button",
              role: "menuitem",
              "data-kind": kind,
              tabindex: -1,
              onclick: () => {
                this.close();
                save(this.ctx, kind);
              },
            },
            name,
          ),
        ),
      ),
    );
    this.menu.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.menu.querySelector("button").focus();
  }

  close(back = true) {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    if (back) this.opener.focus();
  }

  menuKey(event) {
    const items = [...this.menu.querySelectorAll("button")];
    const by = { ArrowDown: 1, ArrowUp: items.length - 1 }[event.key];
    if (by) {
      event.preventDefault();
      event.stopPropagation();
      items[(items.indexOf(document.activeElement) + by) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      this.close(event.key === "Escape");
    }
  }

  /** The other of light and dark; what the system says holds until then. */
  flip() {
    this.said = this.ctx.dark ? "light" : "dark";
    try {
      localStorage.setItem("sweflow-theme", this.said);
    } catch {
      // Some browsers keep nothing for files; the switch then holds until the page is closed.
    }
    this.paint();
  }

  paint(tell = true) {
    this.ctx.dark = this.said ? this.said === "dark" : this.system.matches;
    document.documentElement.dataset.theme = this.ctx.dark ? "dark" : "light";
    this.theme.setAttribute("aria-pressed", String(this.ctx.dark));
    if (tell) this.ctx.repaint();
  }

  panel() {
    const { about } = this.ctx;
    const list = (rows, tag) =>
      h(
        "dl",
        { class: "keys" },
        rows.flatMap(([key, text]) => [h("dt", {}, h(tag, {}, key)), h("dd", {}, text)]),
      );
    return h(
      "dialog",
      { id: "help", "aria-labelledby": "help-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "help-title" }, "Keys and selectors"),
        h("button", { class: "icon", "aria-label": "Close" }, "×"),
      ),
      h(
        "div",
        { class: "help-columns" },
        h("section", {}, h("h3", {}, "Keys"), list(KEYS, "kbd")),
        h(
          "section",
          {},
          h("h3", {}, "Selectors"),
          list(SELECTORS, "code"),
          h("h3", {}, "Pointer"),
          h(
            "p",
            {},
            "A click selects, a double click focuses. What is under the pointer stays, the rest steps back. A click on a call shows the tests that made it.",
          ),
        ),
      ),
      h("details", { id: "glossary" }, h("summary", {}, "What the words mean"), list(Object.entries(GLOSSARY), "b")),
      h(
        "details",
        {},
        h("summary", {}, "About this file"),
        h(
          "p",
          {},
          `Made by sweflow ${about.tool}, report format ${about.format}. It holds everything that it shows and asks nothing of a network. It contains ${about.vendor.map(([name, version, licence]) => `${name} ${version} (${licence})`).join(" and ")}.`,
        ),
        h("pre", { class: "code small", tabindex: 0 }, byId("licences").textContent),
      ),
    );
  }
}

function stored() {
  try {
    return localStorage.getItem("sweflow-theme");
  } catch {
    return null;
  }
}
