import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from './numbers.ts';

export interface Sample {
  /** Seconds since the start, or whatever else goes on. */
  readonly at: number;
  readonly mb: number;
}

/** Resident memory of a process, MB; 0 where the system has no `/proc`. */
export function residentMb(pid: string | number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) / 1_024;
}

/** Samples a process's memory until it is stopped. @param read megabytes */
export function watch(read: () => number, everyMs: number): { stop(): readonly Sample[] } {
  const since = performance.now();
  const samples: Sample[] = [];
  const controller = new AbortController();
  const sample = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      samples.push({ at: (performance.now() - since) / 1_000, mb: read() });
      await pause(everyMs, null, { signal: controller.signal }).catch(() => null);
    }
  };
  void sample();
  return {
    stop() {
      controller.abort();
      return samples;
    },
  };
}

/**
 * Growth of the late samples, MB per unit of `at`: the median of the slopes between all pairs of them (Theil and Sen),
 * which a garbage collection here or there does not move.
 * @param from the part of the samples before which nothing counts
 */
export function growth(samples: readonly Sample[], from = 0.5): number {
  const late = samples.slice(Math.floor(samples.length * from));
  const slopes = late.flatMap((a, at) => late.slice(at + 1).map((b) => (b.mb - a.mb) / (b.at - a.at)));
  return quantile(slopes, 0.5);
}

const WIDTH = 60;

/** A line per sample, and the growth. @param samples by seconds */
export function plot(name: string, samples: readonly Sample[]): void {
  const most = Math.max(...samples.map(({ mb }) => mb));
  console.log(
    `\n${name}: resident memory, MB; growth in the second half ${(growth(samples) * 60).toFixed(2)} MB a minute`,
  );
  for (const { at, mb } of samples) {
    const bar = '#'.repeat(Math.round((mb / most) * WIDTH));
    console.log(`${at.toFixed(0).padStart(6)} s ${bar} ${mb.toFixed(0)}`);
  }
}
