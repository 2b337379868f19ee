import { type ErrorCode, problem } from '../../../shared/contract/errors.ts';
import type { IncidentLine } from '../../../shared/contract/log.ts';
import { err } from '../../../shared/contract/result.ts';
import type { Flights } from '../ports.ts';

/** Failures in a row, of this isolate's requests, after which the GPU service counts as down. */
const FAILURES = 5;
/** How long it is left alone; then one request tries, and another one when that says nothing for as long. */
export const REST_MS = 2_000;

/** What tells of the service and not of the request. */
const FAULTS: ReadonlySet<ErrorCode> = new Set(['gpu_unavailable', 'bad_upstream', 'misconfigured']);

/**
 * A circuit breaker before the flights: while the GPU service is down, nobody waits for it, and one probe at a time
 * finds out when it is back (closed, open and half-open as in M. Nygard, "Release It!", chapter 5).
 */
export function withBreaker(
  flights: Flights,
  report: (incident: IncidentLine) => void,
  now: () => number = Date.now,
): Flights {
  let failures = 0;
  /** Open or half-open: when the next request may try. */
  let nextTryAt = 0;

  function admit(): boolean {
    if (failures < FAILURES) return true;
    if (now() < nextTryAt) return false;
    nextTryAt = now() + REST_MS;
    return true;
  }

  function note(fault: boolean): void {
    if (!fault) {
      failures = 0;
      return;
    }
    failures += 1;
    if (failures < FAILURES) return;
    nextTryAt = now() + REST_MS;
    if (failures > FAILURES) return;
    const detail = `${FAILURES} failures in a row: for ${REST_MS} ms, and until a probe succeeds, nobody waits.`;
    report({ event: 'incident', level: 'warn', what: 'breaker_opened', detail });
  }

  return {
    async join(request, boarding) {
      if (!admit()) {
        return err(problem('gpu_unavailable', 'It has failed repeatedly and is tried again soon.', 2));
      }
      const landing = await flights.join(request, boarding);
      note(!landing.ok && FAULTS.has(landing.error.code));
      return landing;
    },
  };
}
