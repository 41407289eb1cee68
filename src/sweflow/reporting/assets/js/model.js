// The model: the packed columns with what is looked up from either end.

/** Everything that views ask of the graph, its tests and its steps. Nodes, calls and tests are numbers. */
export class Model {
  constructor(facts, about) {
    this.about = about;
    this.facts = facts;
    this.paths = facts.paths;
    this.nodes = facts.nodes;
    this.size = facts.nodes.name.length;
    this.calls = facts.calls;
    this.steps = facts.steps;
    this.tests = facts.tests;
    this.tasks = facts.tasks;
    this.rejected = facts.rejected;
    this.cycles = facts.cycles;
    this.maps = facts.maps;
    this.ids = this.nodes.name.map((name, node) => `${this.paths[this.nodes.path[node]]}::${name}`);
    this.byId = new Map(this.ids.map((id, node) => [id, node]));
    this.stepOf = new Map(this.steps.map((step) => [step.number, step]));
    this.taskOf = new Map(this.tasks.map((task) => [task.step, task]));
    this.lastStep = this.steps.reduce((last, step) => Math.max(last, step.number), 0);
    this.link();
    this.cycleOf = new Int32Array(this.size).fill(-1);
    this.cycles.forEach((members, number) =>
      members.forEach((node) => {
        this.cycleOf[node] = number;
      }),
    );
    this.measure();
    this.core = [];
    for (let node = 0; node < this.size; node += 1) if (this.role(node) === "core") this.core.push(node);
    this.reached = this.core.filter((node) => this.nodes.reached[node]).length;
    this.packages = [...new Set(this.core.map((node) => this.packageOf(node)))].sort();
    this.files = [...new Set(this.core.map((node) => this.path(node)))].sort();
  }

  link() {
    this.out = Array.from({ length: this.size }, () => []);
    this.in = Array.from({ length: this.size }, () => []);
    const { caller, callee, flags } = this.calls;
    for (let call = 0; call < caller.length; call += 1) {
      if (caller[call] < 0 || flags[call] & 2) continue;
      this.out[caller[call]].push(call);
      this.in[callee[call]].push(call);
    }
    this.callees = this.out.map((calls) => [...new Set(calls.map((call) => callee[call]))]);
    this.callers = this.in.map((calls) => [...new Set(calls.map((call) => caller[call]))]);
  }

  /** What certificates measured, by function: mutants killed, lines that ran, and a test that notices its absence. */
  measure() {
    this.strength = new Map(this.facts.strength.map(([node, [killed, total]]) => [node, { killed, total }]));
    this.noticed = new Map(this.facts.noticed ?? []);
    this.ran = new Map(
      this.facts.ran.map(([node, differences]) => {
        let line = 0;
        return [node, new Set(differences.map((difference) => (line += difference)))];
      }),
    );
  }

  /** The share of a function's mutants that are killed; of one that is noticed and was not mutated, all; else undefined. */
  strengthOf(node) {
    const found = this.strength.get(node);
    if (found) return found.killed / found.total;
    return this.noticed.has(node) ? 1 : undefined;
  }

  /** Pairs of different functions of the project, one of which was seen to call the other: what the map draws. */
  pairs() {
    const { caller, callee, flags } = this.calls;
    const found = new Set();
    for (let call = 0; call < caller.length; call += 1) {
      const [from, to] = [caller[call], callee[call]];
      if (from < 0 || flags[call] & 2 || from === to || this.role(from) !== "core" || this.role(to) !== "core")
        continue;
      found.add(from * this.size + to);
    }
    return found.size;
  }

  role(node) {
    return this.facts.enums.role[this.nodes.role[node]];
  }
  name(node) {
    return this.nodes.name[node];
  }
  path(node) {
    return this.paths[this.nodes.path[node]];
  }
  step(node) {
    return this.nodes.step[node];
  }
  packageOf(node) {
    return folderOf(this.path(node));
  }

  /** A name to show: what a module's own code is called says little without its file. */
  label(node) {
    return this.role(node) === "module" ? this.path(node).split("/").pop() : this.name(node);
  }

  kind(node) {
    const kind = this.nodes.kind[node];
    return kind < 0 ? "module" : this.facts.enums.kind[kind];
  }

  traits(node) {
    return unbits(this.facts.enums.trait, this.nodes.traits[node]);
  }
  scaffold(node) {
    return unbits(this.facts.enums.scaffold, this.nodes.scaffold[node]);
  }

  /** scaffold, in a step, or reached by no test. */
  state(node) {
    if (this.role(node) !== "core") return this.role(node);
    if (this.nodes.scaffold[node]) return "scaffold";
    return this.nodes.reached[node] ? "reached" : "unreached";
  }

  /** The tests that made a call; null where the report does not hold them. */
  testsOfCall(call) {
    if (!this.facts.sets) return null;
    this.seen ??= this.invert();
    return this.seen[call] ?? [];
  }

  invert() {
    const holders = new Map();
    this.tests.set.forEach((set, test) => {
      if (!holders.has(set)) holders.set(set, []);
      holders.get(set).push(test);
    });
    const seen = Array.from({ length: this.calls.caller.length }, () => []);
    for (const [set, tests] of holders) {
      let call = 0;
      for (const difference of this.facts.sets[set]) {
        call += difference;
        for (const test of tests) seen[call].push(test);
      }
    }
    return seen;
  }

  /** The tests that ran a node, in the order of collection; null where the report does not hold them. */
  testsOfNode(node) {
    if (!this.facts.sets) return null;
    this.into ??= this.callsInto();
    const found = new Set();
    for (const call of this.into[node]) for (const test of this.testsOfCall(call)) found.add(test);
    this.tests.body.forEach((body, test) => {
      if (body === node) found.add(test);
    });
    return [...found].sort((a, b) => a - b);
  }

  callsInto() {
    const into = Array.from({ length: this.size }, () => []);
    this.calls.callee.forEach((node, call) => into[node].push(call));
    return into;
  }

  /** The nodes that a test ran. */
  nodesOfTest(test) {
    const found = new Set(this.tests.body[test] >= 0 ? [this.tests.body[test]] : []);
    let call = 0;
    for (const difference of this.facts.sets?.[this.tests.set[test]] ?? []) {
      call += difference;
      found.add(this.calls.callee[call]);
    }
    return found;
  }

  /** Calls from one node to another, whatever their flags. */
  callsBetween(caller, callee) {
    return this.out[caller].filter((call) => this.calls.callee[call] === callee);
  }

  /** Ids of tests whose function is this one. */
  idsOfFunction(name) {
    this.idsBy ??= this.groupTests();
    return this.idsBy.get(name) ?? [];
  }

  groupTests() {
    const found = new Map();
    this.tests.function.forEach((place, test) => {
      const name = this.tests.functions[place];
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(test);
    });
    return found;
  }
}

export function folderOf(path) {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
}

function unbits(names, bits) {
  return names.filter((_, place) => bits & (1 << place));
}
