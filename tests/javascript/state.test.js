// The state: an address says it, and says only what is not plain.

import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse, Store, VIEWS } from "../../src/sweflow/reporting/assets/js/state.js";

test("every view has an address of its own", () => {
  for (const view of VIEWS) assert.equal(parse(`#${view}`).view, view);
  assert.equal(parse("").view, "overview");
  assert.equal(parse("#nowhere").view, "overview");
});

test("a state comes back from its address, whatever characters it holds", () => {
  const texts = ["", "a b", "a+b", "a&b=c", "é/☃", "50% of [x]", "#?&=", "src/a.py::F.g@2", "\u2028"];
  for (const text of texts) {
    const state = { ...parse("#map"), sel: text, q: text, step: 7, in: 0 };
    assert.deepEqual(parse(format(state)), state);
  }
});

test("what is plain is not said, and the order is fixed", () => {
  assert.equal(format(parse("#map")), "#map");
  assert.equal(format(parse("#map?by=step&step=0&in=1")), "#map");
  assert.equal(format(parse("#map?step=3&sel=x")), "#map?sel=x&step=3");
});

test("what is no member, no number or no text of an address is passed over", () => {
  assert.equal("evil" in parse("#map?evil=1"), false);
  assert.equal(parse("#map?__proto__=1").view, "map");
  assert.equal(parse("#map?step=x").step, 0);
  assert.equal(parse("#map?step=-4").step, 0);
  assert.equal(parse("#map?sel=%E0%A4%A").sel, "");
});

/** A browser that has nothing but an address. */
function browser(hash) {
  const trail = [];
  globalThis.location = { hash };
  globalThis.addEventListener = () => {};
  globalThis.history = {
    pushState: (_state, _title, address) => trail.push(["push", address]),
    replaceState: (_state, _title, address) => trail.push(["replace", address]),
  };
  return trail;
}

test("a step can be gone back to, a sliding one cannot, and none is made for nothing", () => {
  const trail = browser("#map");
  const heard = [];
  const store = new Store((next, before) => heard.push([before.step, next.step]));
  store.go({ step: 1 });
  store.go({ step: 1 });
  store.go({ step: 2 }, { replace: true });
  assert.deepEqual(trail, [
    ["push", "#map?step=1"],
    ["replace", "#map?step=2"],
  ]);
  assert.deepEqual(heard, [
    [0, 1],
    [1, 2],
  ]);
  assert.equal(store.link({ view: "table" }), "#table?step=2");
});
