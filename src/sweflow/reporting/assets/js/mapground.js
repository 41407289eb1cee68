// Behind the points of the map: bands with their names, steps along the bottom, and the outline of a cycle.

/** Draw it; `at` turns places of the map into places of the canvas. */
export function drawGround(canvas, { shown, cycle, model, palette, wide, high, at }) {
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== wide * ratio || canvas.height !== high * ratio) {
    canvas.width = wide * ratio;
    canvas.height = high * ratio;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, wide, high);
  context.font = "600 11px system-ui, sans-serif";
  context.textBaseline = "top";
  shown.bands.forEach(([name, top, bottom], place) => {
    const [from, to] = [at(0, top).y, at(0, bottom).y];
    if (to < 0 || from > high) return;
    context.fillStyle = palette.band;
    if (place % 2 === 0) context.fillRect(0, from, wide, to - from);
    if (!name || to - from < 9) return;
    context.fillStyle = palette.faint;
    context.fillText(name, 10, Math.max(from + 3, 46), wide / 3);
  });
  if (shown.grain === "function") drawSteps(context, { shown, model, palette, wide, high, at });
  if (cycle.length > 1) drawCycle(context, { shown, cycle, palette, at });
}

function drawSteps(context, { shown, model, palette, wide, high, at }) {
  const columns = new Map(shown.keys.map((_, vertex) => [shown.x[vertex], shown.members[vertex][0]]));
  context.textBaseline = "bottom";
  context.textAlign = "center";
  let last = -Infinity;
  const sorted = [...columns].sort((a, b) => a[0] - b[0]);
  const end = at(sorted.at(-1)[0], 0).x;
  for (const [x, node] of sorted) {
    const place = at(x, 0).x;
    if (place < 0 || place > wide || place - last < 64 || (place < end && end - place < 64)) continue;
    last = place;
    context.fillStyle = palette.line;
    context.fillRect(place, high - 30, 1, 6);
    context.fillStyle = palette.faint;
    context.fillText(model.step(node) ? `step ${model.step(node)}` : model.state(node), place, high - 8);
  }
  context.textAlign = "left";
}

function drawCycle(context, { shown, cycle, palette, at }) {
  const points = hull(cycle.map((vertex) => at(shown.x[vertex], shown.y[vertex])));
  context.beginPath();
  points.forEach((point, place) => (place ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = palette.band;
  context.lineWidth = 34;
  context.stroke();
  context.setLineDash([6, 5]);
  context.lineWidth = 1.6;
  context.strokeStyle = palette.cycle;
  context.stroke();
  context.setLineDash([]);
}

/** The convex hull of points, in order around it. */
export function hull(points) {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const turn = (o, a, b) => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
  const half = (list) => {
    const chain = [];
    for (const point of list) {
      while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
