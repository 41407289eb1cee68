// The state that all views share. It lives in the URL's hash, so that Back works and a link reproduces the picture.

export const VIEWS = ["overview", "schedule", "focus", "map", "table"];

const PLAIN = {
  sel: "",
  focus: "",
  to: "",
  call: "",
  into: "",
  step: 0,
  in: 1,
  out: 1,
  doc: "statement",
  pick: "",
  pkg: "",
  file: "",
  test: "",
  cycle: "",
  steps: "",
  by: "step",
  grain: "",
  tab: "functions",
  sort: "",
  q: "",
  from: 0,
};
const NUMBERS = new Set(["step", "in", "out", "from"]);

/** The state that a hash says; what it does not say is plain. */
export function parse(hash) {
  const [view, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const state = { view: VIEWS.includes(view) ? view : "overview", ...PLAIN };
  for (const part of query.split("&")) {
    const [key, value = ""] = part.split(/=(.*)/s);
    if (!(key in PLAIN)) continue;
    const text = decode(value);
    state[key] = NUMBERS.has(key) ? Math.max(0, Number.parseInt(text, 10) || 0) : text;
  }
  return state;
}

/** The hash that says a state: only what is not plain, in a fixed order. */
export function format(state) {
  const parts = Object.keys(PLAIN)
    .filter((key) => state[key] !== PLAIN[key])
    .map((key) => `${key}=${encode(String(state[key]))}`);
  return `#${state.view}${parts.length ? `?${parts.join("&")}` : ""}`;
}

function encode(text) {
  return encodeURIComponent(text).replace(/%(2F|3A|2C|40|20)/g, (code) =>
    code === "%20" ? "+" : decodeURIComponent(code),
  );
}

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, "%20"));
  } catch {
    return "";
  }
}

/** The state and its history. Listeners get the new state and the one before it. */
export class Store {
  constructor(listener) {
    this.listener = listener;
    this.state = parse(location.hash);
    addEventListener("hashchange", () => this.move(parse(location.hash)));
  }

  /** Change some members. With `replace` the step is not one to go Back to, as while a slider moves. */
  go(changes, { replace = false } = {}) {
    const next = { ...this.state, ...changes };
    const hash = format(next);
    if (hash === format(this.state)) return;
    if (replace) history.replaceState(null, "", hash);
    else history.pushState(null, "", hash);
    this.move(next);
  }

  link(changes) {
    return format({ ...this.state, ...changes });
  }

  move(next) {
    const before = this.state;
    if (format(next) === format(before)) return;
    this.state = next;
    this.listener(next, before);
  }
}
