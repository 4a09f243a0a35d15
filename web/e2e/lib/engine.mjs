// The engine as a bare wasm module, whose exports are in peers/bench.
import { readFile } from "node:fs/promises";

export async function engine() {
  const bytes = await readFile(process.env.TEESCOPE_ENGINE);
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return instance.exports;
}
