// Runs axe in a page; evaluated by the driver, because the page's policy allows no injected script.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The violations as readable lines, none when all is well.
export async function violations(page) {
  await page.evaluate(source);
  const found = await page.evaluate(async () => (await axe.run(document)).violations);
  return found.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${rule.help} at ${node.target.join(" ")}`));
}
