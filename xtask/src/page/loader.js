// Fetches the modules of a part of the page when the part is wanted, each once.
import { initSync } from "./teescope.js";

// What the build writes here: the names of the parts; for every module, which parts need it (a bit for each), and
// its file or where it lies in pieces.wasm.
const PARTS = [/* parts */];
const MODULES = [/* modules */];

// The parts whose modules came in the module that the page started with.
let came = 0;
const bits = (names) => names.reduce((sum, name) => sum | (1 << PARTS.indexOf(name)), 0);

// Says which parts came with the first module. It has to be said before any part is wanted.
export function startedWith(names) {
  came = bits(names);
}

// What is under way or done, so that nothing is fetched twice; what failed is forgotten and may be tried again.
const known = new Map();
function once(key, make) {
  if (!known.has(key)) {
    const made = make();
    known.set(key, made);
    made.catch(() => known.delete(key));
  }
  return known.get(key);
}

const ask = (file) => fetch(new URL(file, import.meta.url));

// The parts that the comparison shows beside each other.
export const columns = PARTS.filter((name) => name.endsWith("_common"));

// Sets out for what some parts lack, for pages that want more than they started with.
export function ahead(names = PARTS) {
  const wanted = bits(names);
  for (const [parts, where, length] of MODULES) {
    if (!(parts & wanted) || parts & came) continue;
    if (length === undefined) once(where, () => ask(where));
    else pieces().catch(() => {});
  }
}

// What was set out for, which can be taken once.
function answer(file) {
  const sent = known.get(file) ?? ask(file);
  known.delete(file);
  return sent;
}

function pieces() {
  return once("./pieces.wasm", async () => {
    const pieces = await ask("./pieces.wasm");
    if (!pieces.ok) throw new Error(`pieces.wasm: ${pieces.status}`);
    return pieces.arrayBuffer();
  });
}

async function piece(at, length) {
  return new Uint8Array(await pieces(), at, length);
}

async function instantiate([, where, length]) {
  const imports = { __wasm_split: initSync() };
  if (length === undefined) return WebAssembly.instantiateStreaming(answer(where), imports);
  return WebAssembly.instantiate(await piece(where, length), imports);
}

// The order does not matter: modules call each other through the table that they share, and only when all are here.
async function load(name, callback, data) {
  const part = bits([name]);
  const lacking = MODULES.filter(([parts]) => parts & part && !(parts & came));
  let here = true;
  try {
    await Promise.all(lacking.map((module) => once(module, () => instantiate(module))));
  } catch (error) {
    console.error(error);
    here = false;
  }
  initSync().__indirect_function_table.get(callback)(data, here);
}
