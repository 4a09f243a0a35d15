// axe finds nothing, light and dark, wide and narrow.
import assert from "node:assert/strict";
import { violations } from "../lib/axe.mjs";

// Pages that are looked at, as fragments; "" is the first page.
const FRAGMENTS = ["", "#compare/interrupt&as=process&a=sgx.legacy&b=keystone", "#gallery", "#sgx/hello-enclave", "#sgx/hello-enclave@load.code1.eextend3", "#sgx/einit-refused@end"];

const cases = FRAGMENTS.flatMap((fragment) =>
  ["light", "dark"].flatMap((colorScheme) => [1440, 320].map((width) => ({ fragment, colorScheme, width }))));

export default cases.map(({ fragment, colorScheme, width }) => [
  `${fragment || "first page"}, ${colorScheme}, ${width} px`,
  async ({ visit }) => {
    const page = await visit(fragment, { colorScheme, viewport: { width, height: 800 } });
    // The comparison is complete once every cell is there, and looked at with its machines.
    if (await page.locator(".compare").count()) {
      await page.waitForFunction(() => !document.querySelector(".phases td > .dim, .answer-card .coming"));
      await page.click("[data-go=machines]");
      await page.waitForSelector(".moment svg");
      await page.waitForSelector(".literature");
    }
    assert.deepEqual(await violations(page), []);
  },
]);
