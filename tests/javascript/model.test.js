// The model: what is looked up from either end of the packed columns.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folderOf } from "../../src/sweflow/reporting/assets/js/model.js";
import { facts, model } from "./crafted.js";

test("ids are paths and names, and are found again", () => {
  const made = model();
  assert.equal(made.ids[1], "src/pkg/deep/lexer.py::Lexer.next");
  for (const [node, id] of made.ids.entries()) assert.equal(made.byId.get(id), node);
});

test("callers and callees leave out the runner and the collector, and name each other once", () => {
  const made = model();
  assert.deepEqual(made.callees[0], [1, 0]);
  assert.deepEqual(made.callers[1], [0, 2]);
  assert.deepEqual(made.callers[4], []);
  assert.deepEqual(made.callers[5], []);
});

test("a function's state is scaffold, reached or unreached, and another role is its own", () => {
  const made = model();
  assert.deepEqual(
    [0, 3, 4, 5, 6].map((node) => made.state(node)),
    ["reached", "scaffold", "unreached", "test", "module"],
  );
  assert.equal(made.reached, 4);
});

test("bits are names", () => {
  const made = model();
  assert.deepEqual(made.traits(1), ["async", "special"]);
  assert.deepEqual(made.scaffold(3), ["project-import"]);
});

test("tests of a call and of a node are those whose set has it", () => {
  const made = model();
  assert.deepEqual(made.testsOfCall(0), [0, 2, 1]);
  assert.deepEqual(made.testsOfCall(2), [1]);
  assert.deepEqual(made.testsOfNode(1), [0, 1, 2]);
  assert.deepEqual(made.testsOfNode(5), [0, 1, 2]);
  assert.deepEqual(made.testsOfNode(3), []);
});

test("without sets nobody knows who ran what", () => {
  const made = model({ sets: null });
  assert.equal(made.testsOfCall(0), null);
  assert.equal(made.testsOfNode(0), null);
});

test("tests of one call that share no set grow in a straight line", () => {
  const count = 20_000;
  const columns = facts();
  columns.sets = Array.from({ length: count }, () => [0]);
  columns.tests = {
    id: Array.from({ length: count }, (_, number) => `t.py::t${number}`),
    function: Array.from({ length: count }, () => 0),
    functions: ["t.py::t"],
    set: Array.from({ length: count }, (_, number) => number),
    body: Array.from({ length: count }, () => -1),
  };
  const seen = model(columns).testsOfCall(0);
  assert.equal(seen.length, count);
  assert.equal(seen.at(-1), count - 1);
});

test("nodes of a test are its body and what it called", () => {
  assert.deepEqual([...model().nodesOfTest(0)].sort(), [0, 1, 5]);
  assert.deepEqual([...model().nodesOfTest(2)].sort(), [0, 1, 5]);
});

test("pairs are different functions of the project that call each other", () => {
  assert.equal(model().pairs(), 3);
});

test("lines that ran are told by differences, mutants by two numbers", () => {
  const made = model();
  assert.deepEqual([...made.ran.get(1)], [5, 7, 8]);
  assert.deepEqual(made.strength.get(1), { killed: 3, total: 4 });
});

test("what is noticed and was not mutated has its full strength, and what nobody asked has none", () => {
  assert.deepEqual(
    [1, 2, 0].map((node) => model().strengthOf(node)),
    [0.75, 1, undefined],
  );
  assert.equal(model({ noticed: undefined }).strengthOf(2), undefined);
});

test("ids of a test function are its parameters", () => {
  assert.deepEqual(model().idsOfFunction("tests/test_parse.py::test_parse"), [0, 1]);
  assert.deepEqual(model().idsOfFunction("nowhere"), []);
});

test("packages are folders", () => {
  assert.deepEqual(model().packages, ["src/pkg", "src/pkg/deep"]);
  assert.equal(folderOf("setup.py"), ".");
});

test("a module's own code is called by its file", () => {
  assert.equal(model().label(6), "parse.py");
  assert.equal(model().label(0), "parse");
});
