// A small model: two files, a cycle, scaffold, a function that nothing reaches, and a test that nobody traced.

import { Model } from "../../src/sweflow/reporting/assets/js/model.js";

/** Columns as a report packs them. Nodes: 0 parse, 1 Lexer.next, 2 Lexer.peek, 3 limit, 4 lost, 5 test_parse, 6 module. */
export function facts() {
  return {
    paths: ["src/pkg/parse.py", "src/pkg/deep/lexer.py", "tests/test_parse.py"],
    enums: {
      role: ["core", "test", "module"],
      kind: ["function", "method"],
      trait: ["async", "generator", "special"],
      scaffold: ["project-import", "collection"],
    },
    nodes: {
      name: ["parse", "Lexer.next", "Lexer.peek", "limit", "lost", "test_parse", "<module>"],
      path: [0, 1, 1, 0, 0, 2, 0],
      role: [0, 0, 0, 0, 0, 1, 2],
      kind: [0, 1, 1, 0, 0, 0, -1],
      traits: [0, 5, 0, 0, 0, 0, 0],
      scaffold: [0, 0, 0, 1, 0, 0, 0],
      reached: [1, 1, 1, 1, 0, 0, 0],
      step: [2, 1, 1, 0, 0, 0, 0],
      lines: [10, 4, 3, 2, 9, 5, 20],
      tests: [2, 2, 1, 2, 0, 0, 0],
    },
    // test_parse > parse > next <> peek, parse > parse, the runner > test_parse, the collector > lost
    calls: {
      caller: [5, 0, 1, 2, 0, -1, 5],
      callee: [0, 1, 2, 1, 0, 5, 4],
      flags: [0, 0, 0, 0, 0, 0, 2],
      tests: [2, 2, 1, 1, 1, 2, 1],
    },
    sets: [
      [0, 1, 4],
      [0, 1, 1, 1, 1, 1, 1],
    ],
    tests: {
      id: ["tests/test_parse.py::test_parse[a]", "tests/test_parse.py::test_parse[b]", "tests/test_parse.py::test_far"],
      function: [0, 0, 1],
      functions: ["tests/test_parse.py::test_parse", "tests/test_parse.py::test_far"],
      set: [0, 1, 0],
      body: [5, 5, -1],
    },
    steps: [{ number: 1 }, { number: 2 }],
    tasks: [{ step: 2 }],
    rejected: [],
    cycles: [[1, 2]],
    maps: {},
    strength: [[1, [3, 4]]],
    ran: [[1, [5, 2, 1]]],
    noticed: [
      [1, 0],
      [2, 1],
    ],
  };
}

/** The model of these columns, some of them replaced. */
export function model(changes = {}) {
  return new Model({ ...facts(), ...changes }, {});
}
