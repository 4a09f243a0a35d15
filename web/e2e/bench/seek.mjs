// What it costs to be anywhere in a run of 100,000 steps: the state as wasm makes it, nothing drawn.
import { engine } from "../lib/engine.mjs";
import { cpu, load, row } from "../lib/measure.mjs";

const MIB = 2 ** 20;
const SEEKS = 400;
/** Steps of a page: EADD and sixteen EEXTEND. */
const PAGE_STEPS = 17;

const own = await engine();
const steps = own.open(Math.ceil(100_000 / PAGE_STEPS));
if (!steps) throw new Error("the run cannot be opened");
const before = own.held();
const start = cpu();
own.pass();
const pass = cpu() - start;
const held = (own.held() - before) / MIB;

// The first ones, in which code is compiled, do not count.
const seeks = [];
let position = 1;
for (let n = -20; n < SEEKS; n += 1) {
  // Far apart, in no order, the same every time.
  position = (position + Math.floor(steps * 0.618)) % steps;
  const from = cpu();
  if (!own.seek(position)) throw new Error(`no state at ${position}`);
  if (n >= 0) seeks.push(cpu() - from);
}
console.log(`${steps} steps, first pass ${pass.toFixed(0)} ms`);
console.log(row("seek anywhere, CPU", seeks, "ms", 5));
console.log(row("history", [held], "MiB", 32));
console.log(load());
