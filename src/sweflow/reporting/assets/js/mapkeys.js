// Keys of the map: which point lies next in a direction.

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether a key goes from point to point. */
export function isArrow(key) {
  return Object.hasOwn(DIRECTIONS, key);
}

/** The nearest point from another one in the direction of a key; -1 where there is none. What lies aside counts more. */
export function nextPoint({ x, y }, from, key) {
  const [right, down] = DIRECTIONS[key];
  let best = -1;
  let least = Infinity;
  for (let vertex = 0; vertex < x.length; vertex += 1) {
    const [dx, dy] = [x[vertex] - x[from], y[vertex] - y[from]];
    const along = dx * right + dy * down;
    const across = Math.abs(dx * down) + Math.abs(dy * right);
    if (along > 0.01 && along + 2.5 * across < least) [best, least] = [vertex, along + 2.5 * across];
  }
  return best;
}
