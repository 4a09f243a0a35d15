// Prints measurements the same way everywhere: median and p95, or a ratio to a peer, against a budget.
import { loadavg } from "node:os";

// The value below which `part` of the sorted samples lie.
export function quantile(samples, part) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

export function row(name, samples, unit, budget) {
  const [median, p95] = [quantile(samples, 0.5), quantile(samples, 0.95)].map((value) => Number(value.toFixed(2)));
  const verdict = p95 <= budget ? "within" : "OVER";
  return `${name.padEnd(44)} median ${median} ${unit}, p95 ${p95} ${unit}, ${verdict} the budget of ${budget} ${unit}`;
}

/** Processor time of this process so far, in milliseconds: unlike the clock it is not shared with others. */
export function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Lets contestants, functions by name, take turns so that all meet the same machine; each one's times
 * in milliseconds of processor time. The first turn, in which code is compiled, does not count.
 */
export async function race(contestants, rounds = 11) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, act] of Object.entries(contestants)) {
      const before = cpu();
      await act();
      if (round > 0) times[name].push(cpu() - before);
    }
  }
  return times;
}

/** One contestant's throughput in MiB per second of processor time, of the median and of the best round. */
export function throughput(name, samples, bytes) {
  const mib = (ms) => (bytes / 2 ** 20 / (ms / 1000)).toFixed(0);
  return `  ${name.padEnd(42)} ${mib(quantile(samples, 0.5))} MiB/s (${mib(Math.min(...samples))})`;
}

/** How many times faster `ours` is than `theirs`, by the medians, which must be `budget` or more. */
export function ratio(name, ours, theirs, budget) {
  const of = (part) => quantile(theirs, part) / quantile(ours, part);
  const verdict = of(0.5) >= budget ? "within" : "OVER";
  const shown = `${of(0.5).toFixed(2)} x, best rounds ${of(0).toFixed(2)} x`;
  return `${name.padEnd(44)} ${shown}, ${verdict} the budget of ${Number(budget.toFixed(2))} x`;
}

export function load() {
  return `load average ${loadavg().map((load) => load.toFixed(1)).join(" ")}`;
}
