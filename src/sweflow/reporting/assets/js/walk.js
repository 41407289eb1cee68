// Walking the graph: who is how far away, and the shortest way from one function to another.

/** Nodes at most `hops` calls away, by distance; `next` gives a node's neighbours. */
export function around(starts, hops, next) {
  const distance = new Map([...starts].map((node) => [node, 0]));
  let edge = [...distance.keys()];
  for (let hop = 1; hop <= hops && edge.length; hop += 1) {
    const further = [];
    for (const node of edge) {
      for (const other of next(node)) {
        if (distance.has(other)) continue;
        distance.set(other, hop);
        further.push(other);
      }
    }
    edge = further;
  }
  return distance;
}

/** A shortest chain of calls; empty where there is none. */
export function shortest(model, start, end) {
  const before = new Map([[start, -1]]);
  let edge = [start];
  while (edge.length && !before.has(end)) {
    const further = [];
    for (const node of edge) {
      for (const callee of model.callees[node]) {
        if (before.has(callee)) continue;
        before.set(callee, node);
        further.push(callee);
      }
    }
    edge = further;
  }
  if (!before.has(end)) return [];
  const path = [];
  for (let node = end; node !== -1; node = before.get(node)) path.unshift(node);
  return path;
}
