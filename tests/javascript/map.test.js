// The map: where its keys lead, and what is drawn around a cycle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hull } from "../../src/sweflow/reporting/assets/js/mapground.js";
import { isArrow, nextPoint } from "../../src/sweflow/reporting/assets/js/mapkeys.js";

const POINTS = { x: [0, 1, 1, 5, 0], y: [0, 0, 3, 1, 4] };

test("arrows go to the nearest point ahead, and what lies aside counts more", () => {
  assert.equal(nextPoint(POINTS, 0, "ArrowRight"), 1);
  assert.equal(nextPoint(POINTS, 1, "ArrowRight"), 3);
  assert.equal(nextPoint(POINTS, 0, "ArrowDown"), 4);
  assert.equal(nextPoint(POINTS, 3, "ArrowLeft"), 1);
});

test("where nothing lies ahead nothing is next", () => {
  assert.equal(nextPoint(POINTS, 3, "ArrowRight"), -1);
  assert.equal(nextPoint(POINTS, 0, "ArrowUp"), -1);
});

test("other keys are no arrows", () => {
  assert.equal(isArrow("ArrowUp"), true);
  assert.equal(isArrow("Enter"), false);
  assert.equal(isArrow("toString"), false);
});

test("the hull of points holds all of them and no point inside", () => {
  const square = [
    [0, 0],
    [2, 0],
    [2, 2],
    [0, 2],
    [1, 1],
  ].map(([x, y]) => ({ x, y }));
  const found = hull(square);
  assert.equal(found.length, 4);
  assert.ok(!found.some(({ x, y }) => x === 1 && y === 1));
});
