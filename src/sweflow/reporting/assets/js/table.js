// Table: functions, tests, steps, tasks and rejections, to sort and to search, all by keys.

import { count, figure, h, replace, say } from "./dom.js";
import { meaning } from "./glossary.js";
import { TABS, tableOf } from "./tables.js";

const PAGE = 100;

export class TableView {
  constructor(ctx, root) {
    this.ctx = ctx;
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "What to list" });
    this.box = h("input", {
      type: "search",
      id: "table-query",
      placeholder: "Rows that hold …",
      title: "Words that a row holds, or a column's exact value as in reason=flaky",
      "aria-label": "Only rows that hold this text",
      spellcheck: "false",
      oninput: () => this.ctx.go({ q: this.box.value, from: 0 }, { replace: true }),
    });
    this.info = h("span", { class: "faint", role: "status", id: "table-info" });
    this.pages = h("div", { class: "pages" });
    this.body = h("div", {
      class: "table-wrap",
      role: "tabpanel",
      id: "table-panel",
      tabindex: 0,
      onkeydown: (event) => this.key(event),
    });
    this.at = 0;
    replace(
      root,
      h("h1", { class: "hidden" }, "Table"),
      h("div", { class: "table-head" }, this.tabs, h("span", { class: "spring" }), this.box, this.info, this.pages),
      this.body,
    );
  }

  update(state) {
    const { ctx } = this;
    const tab = tabOf(state);
    if (this.box.value !== state.q) this.box.value = state.q;
    const key = [tab, state.sort, state.q, state.from, ctx.filter.key].join("\n");
    if (key !== this.key_) {
      this.key_ = key;
      this.draw(tab, state);
    }
    this.mark();
  }

  draw(tab, state) {
    const { ctx } = this;
    const had = this.tabs.contains(document.activeElement);
    replace(
      this.tabs,
      TABS.map(([key, name]) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${key}`,
            "aria-selected": String(key === tab),
            "aria-controls": "table-panel",
            tabindex: key === tab ? 0 : -1,
            onclick: () => ctx.go({ tab: key, sort: "", from: 0, q: "" }),
            onkeydown: (event) => this.tabKey(event, tab),
          },
          name,
        ),
      ),
    );
    if (had) document.getElementById(`tab-${tab}`).focus();
    this.body.setAttribute("aria-labelledby", `tab-${tab}`);
    this.table = tableOf(ctx, tab);
    this.columns = this.table.columns.filter(Boolean);
    this.rows = this.sorted(this.searched(state.q), state.sort);
    const from = Math.min(state.from, Math.max(0, Math.floor((this.rows.length - 1) / PAGE) * PAGE));
    this.page = this.whole ? this.rows : this.rows.slice(from, from + PAGE);
    this.at = Math.max(
      0,
      this.page.findIndex((row) => this.table.chosen(row)),
    );
    this.pager(from);
    this.info.textContent = count(this.rows.length, "row");
    replace(
      this.body,
      this.page.length
        ? this.grid(from, state.sort)
        : h(
            "p",
            { class: "empty" },
            state.q || ctx.filter.nodes ? "No row holds this. Clear the search or the filters." : EMPTY[tab],
          ),
    );
    this.body.scrollTop = 0;
  }

  /** Paper has no pages to turn: all rows are there while it is printed. */
  print(on) {
    this.whole = on;
    this.draw(tabOf(this.ctx.state), on ? { ...this.ctx.state, from: 0 } : this.ctx.state);
  }

  /** The rows on all pages as comma-separated values (RFC 4180). */
  csv() {
    const cell = (value) => (/[",\r\n]/.test(String(value)) ? `"${String(value).replace(/"/g, '""')}"` : String(value));
    const lines = [
      this.columns.map((column) => column.name),
      ...this.rows.map((row) => this.columns.map((column) => column.value(row))),
    ];
    return lines.map((values) => `${values.map(cell).join(",")}\r\n`).join("");
  }

  /** The same as objects by column. */
  objects() {
    return this.rows.map((row) => Object.fromEntries(this.columns.map((column) => [column.name, column.value(row)])));
  }

  searched(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return this.table.rows;
    const exact = words.map((word) => {
      const [name, value] = word.split(/=(.*)/s);
      return [
        this.columns.find((column) => value !== undefined && column.name.toLowerCase().replace(/ /g, "-") === name),
        value,
      ];
    });
    return this.table.rows.filter((row) => {
      const all = this.columns
        .map((column) => column.value(row))
        .join(" ")
        .toLowerCase();
      return words.every((word, place) =>
        exact[place][0] ? String(exact[place][0].value(row)).toLowerCase() === exact[place][1] : all.includes(word),
      );
    });
  }

  sorted(rows, sort) {
    const column = this.columns.find((one) => one.name === sort.replace(/^-/, ""));
    if (!column) return rows;
    const sign = sort.startsWith("-") ? -1 : 1;
    const keyed = rows.map((row, place) => [column.value(row), place, row]);
    keyed.sort((a, b) => (a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1] - b[1]));
    return keyed.map(([, , row]) => row);
  }

  pager(from) {
    const { ctx } = this;
    this.pages.hidden = this.rows.length <= PAGE;
    replace(
      this.pages,
      h(
        "button",
        {
          type: "button",
          "aria-label": "Page before",
          disabled: from === 0,
          onclick: () => ctx.go({ from: Math.max(0, from - PAGE) }),
        },
        "‹",
      ),
      h("span", {}, `${figure(from + 1)}–${figure(Math.min(from + PAGE, this.rows.length))}`),
      h(
        "button",
        {
          type: "button",
          "aria-label": "Next page",
          disabled: from + PAGE >= this.rows.length,
          onclick: () => ctx.go({ from: from + PAGE }),
        },
        "›",
      ),
    );
  }

  grid(from, sort) {
    const by = sort.replace(/^-/, "");
    const head = h(
      "tr",
      {},
      this.columns.map((column) =>
        h(
          "th",
          {
            scope: "col",
            class: column.right ? "right" : null,
            "aria-sort": column.name === by ? (sort.startsWith("-") ? "descending" : "ascending") : null,
          },
          h(
            "button",
            { type: "button", class: "sorter", title: meaning(column.name), onclick: () => this.sortBy(column, sort) },
            column.name,
            h(
              "span",
              { "aria-hidden": "true", class: "sort-mark" },
              column.name === by ? (sort.startsWith("-") ? " ↓" : " ↑") : "",
            ),
          ),
        ),
      ),
    );
    const rows = this.page.map((row, place) =>
      h(
        "tr",
        {
          "data-row": place,
          tabindex: place === this.at ? 0 : -1,
          "aria-rowindex": from + place + 2,
          onclick: (event) => {
            this.at = place;
            if (!event.target.closest("a")) this.table.open(row);
          },
          ondblclick: () => this.table.focus(row),
        },
        this.columns.map((column, at) =>
          h(
            at === 0 ? "th" : "td",
            { scope: at === 0 ? "row" : null, class: `${column.right ? "right" : ""}${column.wide ? " wide" : ""}` },
            column.cell ? column.cell(row) : format(column.value(row)),
          ),
        ),
      ),
    );
    return h(
      "table",
      { class: "grid", "aria-rowcount": this.rows.length + 1 },
      h("thead", {}, head),
      h("tbody", {}, rows),
    );
  }

  sortBy(column, sort) {
    const first = column.right ? "-" : "";
    const next = sort === `${first}${column.name}` ? `${first ? "" : "-"}${column.name}` : `${first}${column.name}`;
    this.ctx.go({ sort: next, from: 0 });
    [...this.body.querySelectorAll(".sorter")].find((button) => button.firstChild.textContent === column.name)?.focus();
    say(`Sorted by ${column.name}, ${next.startsWith("-") ? "descending" : "ascending"}`);
  }

  mark() {
    [...this.body.querySelectorAll("[data-row]")].forEach((line, place) => {
      const chosen = this.table.chosen(this.page[place]);
      line.classList.toggle("chosen", chosen);
      if (chosen) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
    });
  }

  tabKey(event, tab) {
    const by = { ArrowRight: 1, ArrowLeft: TABS.length - 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.ctx.go({
      tab: TABS[(TABS.findIndex(([key]) => key === tab) + by) % TABS.length][0],
      sort: "",
      from: 0,
      q: "",
    });
  }

  key(event) {
    const lines = [...this.body.querySelectorAll("[data-row]")];
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -1e6, End: 1e6 }[event.key];
    if (!lines.length || event.target.closest("input, button")) return;
    if (by) {
      event.preventDefault();
      const inside = event.target.closest("[data-row]");
      this.at = inside ? Math.min(Math.max(this.at + by, 0), lines.length - 1) : this.at;
      lines.forEach((line, place) => line.setAttribute("tabindex", place === this.at ? 0 : -1));
      lines[this.at].focus();
    } else if (event.target.closest("[data-row]") && !event.target.closest("a")) {
      const row = this.page[this.at];
      if (event.key === "Enter") {
        event.preventDefault();
        this.table.open(row);
      } else if (event.key === "f") {
        event.stopPropagation();
        this.table.focus(row);
      }
    }
  }
}

const EMPTY = {
  functions: "The graph holds no function of the project.",
  tests: "No test was collected.",
  steps: "There are no steps.",
  tasks: "No tasks are made yet: run sweflow tasks and sweflow verify, or sweflow build.",
  rejections: "Nothing was rejected.",
};

function tabOf(state) {
  return TABS.some(([key]) => key === state.tab) ? state.tab : "functions";
}

function format(value) {
  return typeof value === "number" ? figure(value) : value;
}
