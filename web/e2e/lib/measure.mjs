// Prints measurements the same way everywhere: median and p95 against a budget.

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
