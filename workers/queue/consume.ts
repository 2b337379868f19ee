import type { ErrorCode } from '../../shared/contract/errors.ts';
import { queuedSchema } from '../../shared/contract/previews.ts';
import { log } from '../log.ts';
import { MODEL_VERSION } from '../model.ts';
import type { Services } from '../services.ts';

/** What passes by itself; a picture that failed otherwise fails again. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'too_busy',
  'not_ready',
  'gpu_unavailable',
  'model_mismatch',
]);
const MAX_DELAY_S = 300;

/** Draws the finals of a batch. What is in the cache is not drawn again; what the GPU service cannot draw now comes again. */
export async function consume(
  batch: MessageBatch,
  services: Services,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<void> {
  await Promise.all(batch.messages.map((message) => consumeOne(message, services, waitUntil)));
}

async function consumeOne(
  message: Message,
  { previewer }: Services,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<void> {
  const read = queuedSchema.safeParse(message.body);
  if (!read.success) return drop(message, 'it cannot be read');
  // Queued before a rollout: nobody will ask for that version's picture.
  if (read.data.model !== MODEL_VERSION) return drop(message, `it is for model ${read.data.model}`);
  const drawn = await previewer.preview(read.data, 'final', { requestId: message.id, waitUntil });
  if (drawn.ok) return message.ack();
  const { code, detail, retryAfter = 1 } = drawn.error;
  if (!PASSING.has(code)) return drop(message, `${code}: ${detail}`);
  message.retry({ delaySeconds: Math.min(MAX_DELAY_S, retryAfter * 2 ** message.attempts) });
}

function drop(message: Message, detail: string): void {
  log({ event: 'incident', level: 'warn', what: 'queued_dropped', detail });
  message.ack();
}
