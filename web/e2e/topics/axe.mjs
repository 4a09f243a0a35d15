// axe finds nothing, light and dark, wide and narrow.
import assert from "node:assert/strict";
import { violations } from "../lib/axe.mjs";

// Pages that are looked at, as fragments; "" is the first page.
const FRAGMENTS = ["", "#sgx/hello-enclave", "#sgx/hello-enclave@load.code1.eextend3", "#sgx/einit-refused@end"];

const cases = FRAGMENTS.flatMap((fragment) =>
  ["light", "dark"].flatMap((colorScheme) => [1440, 320].map((width) => ({ fragment, colorScheme, width }))));

export default cases.map(({ fragment, colorScheme, width }) => [
  `${fragment || "first page"}, ${colorScheme}, ${width} px`,
  async ({ visit }) => {
    const page = await visit(fragment, { colorScheme, viewport: { width, height: 800 } });
    assert.deepEqual(await violations(page), []);
  },
]);
