export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const rounded = (row: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value.toPrecision(3))]));

/** A line of a bar chart. */
export const bar = (name: string, value: number, longest: number): string =>
  `${name.padEnd(34)}${'#'.repeat(Math.max(1, Math.round((value / longest) * 50)))} ${value.toFixed(1)}`;
