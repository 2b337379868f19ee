import { availableParallelism, loadavg } from 'node:os';

/**
 * Whole milliseconds for what is promised within `ms` by a machine that has nothing else to do: as they are on such a
 * machine, longer by as much as the processors are crowded on another.
 */
export const patience = (ms: number): number =>
  Math.round(ms * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
