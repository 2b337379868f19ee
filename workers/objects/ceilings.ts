import type { IncidentLine } from '../../shared/contract/log.ts';
import type { Ceilings } from '../pipeline/ports.ts';
import type { Ceiling } from './ceiling.ts';

/** Ceilings counted by Durable Objects. One that does not answer counts as reached: drafts cost nothing. */
export function createDurableCeilings(
  namespace: DurableObjectNamespace<Ceiling>,
  report: (incident: IncidentLine) => void,
): Ceilings {
  const failed = (error: unknown): false => {
    report({ event: 'incident', level: 'warn', what: 'ceiling_failed', detail: String(error) });
    return false;
  };
  const counterOf = (name: string) => namespace.get(namespace.idFromName(name));
  return {
    async take({ name, perDay }) {
      return perDay > 0 && (await counterOf(name).take(perDay).catch(failed));
    },
    async giveBack({ name }) {
      await counterOf(name).giveBack().catch(failed);
    },
  };
}
