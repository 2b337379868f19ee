import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type { IncidentLine } from '../../shared/contract/log.ts';
import { previewKey } from '../../shared/contract/picture.ts';
import { err, type Result } from '../../shared/contract/result.ts';
import type { Flights, Landed } from '../pipeline/ports.ts';
import { withRetries } from '../pipeline/retry.ts';
import type { Flight } from './flight.ts';

/** What the platform says of an error that a second call may not meet, such as a moved object's. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  'retryable' in error &&
  error.retryable === true &&
  !('overloaded' in error && error.overloaded === true);

/** Flights of Durable Objects: one per key in the world. */
export function createDurableFlights(
  namespace: DurableObjectNamespace<Flight>,
  report: (incident: IncidentLine) => void,
): Flights {
  return {
    async join(request, boarding) {
      const key = previewKey(request);
      try {
        // A stub that has thrown is of no more use.
        return await withRetries(
          async (): Promise<Result<Landed, ProblemError>> =>
            await namespace.get(namespace.idFromName(key)).join(request, boarding),
          { retries: 1, isPassing },
        );
      } catch (error) {
        const { requestId } = boarding;
        const detail = String(error);
        report({ event: 'incident', level: 'warn', what: 'flight_failed', key, requestId, detail });
        return err(problem('gpu_unavailable', 'Its flight could not be reached.', 2));
      }
    },
  };
}
