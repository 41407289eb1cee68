// Making elements. Text is only ever set as text: names from the target are data, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: attributes by name, `on…` as listeners; children are elements, text, or nothing. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}

/** Put children in the place of what an element holds. */
export function replace(element, ...children) {
  element.textContent = "";
  add(element, children);
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** 1 step, 2 steps; 12 000 with a thin space. */
export function count(number, one, many = `${one}s`) {
  return `${figure(number)} ${number === 1 ? one : many}`;
}

export function figure(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

export function percent(part, whole) {
  return whole ? `${Math.round((100 * part) / whole)} %` : "–";
}

export function seconds(value) {
  if (value >= 90) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  return value >= 1 ? `${value.toFixed(1)} s` : `${Math.round(value * 1000)} ms`;
}

/** The labels of a square-root scale: nothing, a quarter and all of the most, at `high` of a chart's hundredths. */
export function heights(most, high, foot) {
  const at = (share) => `bottom: ${foot + high * share}%`;
  return h(
    "div",
    { class: "heights", "aria-hidden": "true" },
    h("span", { style: at(0) }, "0"),
    h("span", { style: at(0.5) }, figure(Math.round(most / 4))),
    h("span", { style: at(1) }, `${figure(most)} lines`),
  );
}

/** Say something to people who hear the page. */
export function say(text) {
  byId("say").textContent = text;
}

export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** A button of an icon's path, with a name. */
export function iconButton(name, path, onclick, more) {
  const icon = s(
    "svg",
    { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" },
    s("path", {
      d: path,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.6,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    }),
  );
  return h("button", { type: "button", class: "icon", "aria-label": name, title: name, onclick, ...more }, icon);
}
