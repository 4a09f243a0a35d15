// What one step and one jump cost the page: processor time of scripts, styles and layout, by the browser's own account.
import { launch, newPage, started } from "../lib/browser.mjs";
import { load, row } from "../lib/measure.mjs";
import { serve } from "../lib/server.mjs";

/** A run of 95 steps as it is first met, and one of about 100,000. */
const RUNS = [
  ["hello-enclave, 95 steps", "#sgx/hello-enclave"],
  ["hello-enclave, 100,379 steps", "#sgx/hello-enclave&set.heap=5900&set.measure-heap=yes"],
];

const site = await serve(process.env.TEESCOPE_DIST, { base: "/" });
const browser = await launch();
for (const [name, fragment] of RUNS) {
  const page = await newPage(browser);
  const devtools = await page.context().newCDPSession(page);
  // Time of the page's own thread, which a machine that does other things besides does not lengthen.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (key) => metrics.find((m) => m.name === key)?.value ?? 0;
    return 1000 * (of("ScriptDuration") + of("RecalcStyleDuration") + of("LayoutDuration"));
  };
  const settle = () =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  const cost = async (act) => {
    await settle();
    const before = await spent();
    await act();
    await settle();
    return (await spent()) - before;
  };
  await page.goto(site.url + fragment);
  await started(page);
  // The first pass of a long run goes on in slices; End waits for none of it, so it is let through first.
  await page.waitForFunction(() => !document.querySelector("progress"), null, { timeout: 120_000 });
  const steps = [];
  for (let i = 0; i < 60; i += 1) steps.push(await cost(() => page.keyboard.press("ArrowRight")));
  const jumps = [];
  for (let i = 0; i < 20; i += 1) {
    jumps.push(await cost(() => page.keyboard.press("End")));
    jumps.push(await cost(() => page.keyboard.press("Home")));
  }
  // A step must fit well into a frame; a jump draws everything anew.
  console.log(row(`step, ${name}`, steps, "ms", 8));
  console.log(row(`jump from end to end, ${name}`, jumps, "ms", 16.7));
  await page.context().close();
}
await browser.close();
site.close();
console.log(load());
