// The map as SVG: for export, and for browsers without WebGL.

import { s } from "./dom.js";

const UNIT = 26;
const LEFT = 40;

/** A picture of the map. Vertices carry `data-vertex`; `dims` says which stand back. */
export function drawMap(data, colouring, by, dims, { labels = true } = {}) {
  const xs = Math.max(...data.x, 1);
  const bottom = Math.max(...data.bands.map((band) => band[2]), 1);
  const unit = Math.min(UNIT, 12000 / xs);
  const width = xs * unit + 2 * LEFT + 160;
  const height = bottom * UNIT + 60;
  const at = (vertex) => [LEFT + data.x[vertex] * unit, 30 + data.y[vertex] * UNIT];
  return s(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: "map-picture",
      role: "group",
      "aria-label": "Map of calls",
    },
    data.bands.map(([name, top, end], place) => [
      s("rect", {
        x: 0,
        y: 30 + top * UNIT,
        width,
        height: (end - top) * UNIT,
        class: `band band-${place % 2}`,
        rx: 6,
      }),
      s("text", { x: 8, y: 30 + top * UNIT + 14, class: "band-name" }, name),
    ]),
    data.arcs.map(({ tail, head }) => {
      const [x1, y1] = at(tail);
      const [x2, y2] = at(head);
      const bend = (x2 - x1) * 0.25;
      return s("path", {
        d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
        class: `arc${dims(tail) || dims(head) ? " dim" : ""}`,
        "data-tail": tail,
        "data-head": head,
      });
    }),
    data.keys.map((key, vertex) => {
      const [x, y] = at(vertex);
      const size = data.size(vertex, by) + 1;
      const words = `${key}, ${data.describe(vertex, colouring)}`;
      return s(
        "g",
        {
          class: `vertex${dims(vertex) ? " dim" : ""}`,
          "data-vertex": vertex,
          tabindex: -1,
          role: "button",
          "aria-label": words,
        },
        s("title", {}, words),
        data.inCycle(vertex) ? s("circle", { cx: x, cy: y, r: size + 3, class: "ring" }) : null,
        s("circle", { cx: x, cy: y, r: size, fill: colouring.of(data.face(vertex, by)) }),
        labels ? s("text", { x: x + size + 4, y: y + 3.5, class: "v-name" }, data.label(vertex)) : null,
      );
    }),
  );
}
