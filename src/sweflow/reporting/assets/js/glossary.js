// The glossary: what the report's words mean, for hovering and for the help panel.

import { h } from "./dom.js";

export const GLOSSARY = {
  reached: "Required by at least one accepted test.",
  unreached: "Required by no accepted test, and not run at import or collection either.",
  scaffold: "Runs at import or collection already, before any test does; it is never masked.",
  accepted: "A test with a stable pass whose body can be masked: it can be part of a task.",
  wave: "Steps of one wave need nothing of each other and can be developed side by side; a step's wave is one more than the latest that it needs.",
  depth: "The longest chain of calls below: 1 for a function that calls no other one.",
  difficulty: "From 0 to 1: size, complexity, depth and dependents of a step against those of the others.",
  complexity: "McCabe's figure: decisions in the code, and one.",
  "calls ahead": "Observed calls from a step's functions to functions that are developed later.",
  needs: "Earlier steps whose functions this one's tests require.",
  "needed by": "How many later steps need this one.",
  strength: "The share of mutants (small faults put into the step's functions) that the step's tests notice.",
  twins: "Copies of a test in which something else is expected: a right solution fails them.",
  "no-twin": "No change to what the step's tests expect makes one of them fail.",
  certificate:
    "What was measured of a task. basic: it fails before and passes after; full: also mutants, repeated gold runs and necessity.",
  "must pass": "FAIL_TO_PASS: tests that fail on the skeleton and pass on the reference.",
  "keep passing": "PASS_TO_PASS: tests that pass before and must pass after.",
  removed: "Functions that are not in the skeleton at all: nothing but the step's own functions names them.",
  "left unsaid": "Names and constants that the tests rely on and neither statement nor skeleton tells.",
  cycle: "Functions that call each other, directly or not; they are developed in one step.",
  target: "A function of the step that tests or earlier code call.",
  leak: "Text of a masked function stands somewhere that the skeleton shows.",
  swallowed: "The test called a stub and passed all the same: something caught its NotImplementedError.",
  merged: "The step lost every test that fails before it; its functions went to another step.",
  flaky: "The test did not end the same way in every run.",
  "tracer-displaced": "The test and the tracer get into each other's way.",
  "no-fail-to-pass": "No test is left that fails before the step.",
  "passes-on-skeleton": "The test should fail before its step and passes.",
  "unrelated-failure": "The test fails before its step for a reason that has nothing to do with the step.",
  "order-dependent": "The test passes in the suite's order and fails in another one.",
  "mixed-file": "The test stands in a file that counts as the project's code.",
  "not-a-function": "The test runs nothing that can be masked.",
  "nothing-to-develop": "Masking would change nothing: the function only raises.",
};

/** What a word means; null where it needs no telling. */
export function meaning(word) {
  return GLOSSARY[String(word).toLowerCase()] ?? null;
}

/** A word that tells what it means under the pointer. */
export function term(word) {
  const text = meaning(word);
  return text ? h("abbr", { title: text }, word) : word;
}
