// Selectors: text that names functions and what is around them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { select, stepRange } from "../../src/sweflow/reporting/assets/js/selector.js";
import { shortest } from "../../src/sweflow/reporting/assets/js/walk.js";
import { model } from "./crafted.js";

const cases = [
  ["parse", [0]],
  ["Lexer.next", [1]],
  ["next", [1]],
  ["src/pkg/parse.py::parse", [0]],
  ["parse+", [0, 1, 2]],
  ["parse+1", [0, 1]],
  ["+peek", [0, 1, 2, 5]],
  ["1+peek", [1, 2]],
  ["+next+1", [0, 1, 2]],
  ["step:1", [1, 2]],
  ["step:1-2", [0, 1, 2]],
  ["step:2-", [0]],
  ["file:lexer.py", [1, 2]],
  ["package:src/pkg", [0, 1, 2, 3, 4, 6]],
  ["package:src/pkg/deep", [1, 2]],
  ["cycle", [1, 2]],
  ["cycle:1", [1, 2]],
  ["cycle:2", []],
  ["test:test_far", [0, 1, 5]],
  ["parse peek", [0, 2]],
  ["cycle,step:1-,peek", [2]],
  ["parse+,step:2", [0]],
];

for (const [text, nodes] of cases) {
  test(text, () => {
    const found = select(model(), text);
    assert.deepEqual([...found.nodes].sort(), nodes);
  });
}

test("a part that means nothing says so, and the rest counts", () => {
  const found = select(model(), "nobody parse");
  assert.deepEqual([...found.nodes], [0]);
  assert.deepEqual(found.problems, ["no function is called nobody"]);
});

test("nothing selects nothing", () => {
  assert.equal(select(model(), "  ").nodes.size, 0);
});

test("ranges of steps", () => {
  assert.deepEqual(stepRange("3-9"), [3, 9]);
  assert.deepEqual(stepRange("3-"), [3, Infinity]);
  assert.deepEqual(stepRange("-4"), [1, 4]);
  assert.deepEqual(stepRange("3"), [3, 3]);
  assert.deepEqual(stepRange("x"), [1, Infinity]);
});

test("the shortest way follows calls, and there may be none", () => {
  assert.deepEqual(shortest(model(), 5, 2), [5, 0, 1, 2]);
  assert.deepEqual(shortest(model(), 2, 0), []);
  assert.deepEqual(shortest(model(), 3, 3), [3]);
});
