// Every scenario that core/parts.txt lists can be opened in the built page, each from the part that names it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Runs of somebody's file: they ask for it instead. */
const ASKING = ["sgx/from-file"];

const listed = await readFile(join(import.meta.dirname, "../../../core/parts.txt"), "utf8");
const parts = listed.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(" "));

export default parts
  .filter(([, , ...ids]) => ids.length)
  .map(([name, , ...ids]) => [
    `${name}: every scenario opens`,
    async ({ visit }) => {
      for (const id of ids) {
        const page = await visit(`#${id}`);
        // Asking without a file is a sentence; so is a scenario that is not there, and that one is a mistake.
        await page.waitForSelector("#card, .asking");
        const asks = await page.locator(".asking").count();
        assert.equal(Boolean(asks), ASKING.includes(id), `${id}: ${asks ? await page.locator("main").textContent() : "it asks for nothing"}`);
        await page.close();
      }
    },
  ]);
