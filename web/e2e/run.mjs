// Runs the end-to-end tests: every file of topics/, or those named on the command line.
//
// A topic exports a list of [name, test]. A test gets { site, dist, browser, visit, newPage }:
//   visit(fragment, options)  opens the page there, waits until it has started, returns the page
// A page that visit() or newPage() gave must not have complained by the end of the test, unless
// the test emptied page.complaints after looking at it.
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { launch, newPage, started } from "./lib/browser.mjs";
import { serve } from "./lib/server.mjs";

const here = import.meta.dirname;
const dist = resolve(process.env.TEESCOPE_DIST ?? join(here, "../../dist"));
const wanted = process.argv.slice(2);
const files = (await readdir(join(here, "topics"))).filter((name) => name.endsWith(".mjs")).sort();
const topics = files.map((name) => name.slice(0, -4)).filter((name) => !wanted.length || wanted.includes(name));

const browser = await launch();
const site = await serve(dist, { base: "/some/deep/path/" });
const count = { passed: 0, failed: 0 };

for (const topic of topics) {
  const tests = (await import(`./topics/${topic}.mjs`)).default;
  for (const [name, test] of tests) {
    const start = performance.now();
    const error = await attempt(test);
    const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
    count[error ? "failed" : "passed"] += 1;
    console.log(`${error ? "FAILED" : "ok    "} ${topic}: ${name} (${took})`);
    if (error) console.log(String(error.stack ?? error).replace(/^/gm, "       "));
  }
}

await browser.close();
site.close();
console.log(`${count.passed} passed, ${count.failed} failed`);
// A test that failed may have left a server behind, which would keep the process alive.
process.exit(count.failed || !count.passed ? 1 : 0);

// Runs one test with pages of its own; returns what went wrong.
async function attempt(test) {
  const pages = [];
  const open = async (options) => {
    const page = await newPage(browser, options);
    pages.push(page);
    return page;
  };
  const visit = async (fragment = "", options = {}) => {
    const page = await open(options);
    await page.goto(site.url + fragment);
    await started(page);
    return page;
  };
  try {
    await test({ site, dist, browser, visit, newPage: open });
    const complaints = pages.flatMap((page) => page.complaints);
    if (complaints.length) throw new Error(`the page complained:\n${complaints.join("\n")}`);
  } catch (error) {
    return error;
  } finally {
    for (const page of pages) await page.context().close();
  }
}
