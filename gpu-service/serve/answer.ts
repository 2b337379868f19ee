import type { Prediction } from './predictions.ts';

/** Owner and name under which the service's models answer. */
export const MODEL_NAME = 'restgan-edge/restgan';

/**
 * A prediction as the Replicate HTTP API writes it (https://replicate.com/docs/reference/http).
 * @param base address under which predictions are reached, without a slash at its end
 */
export function toAnswer(prediction: Prediction, base: string) {
  const { id, input, model, status, output, error, createdAt, startedAt, completedAt, timing } = prediction;
  return {
    id,
    model: MODEL_NAME,
    version: model,
    input,
    logs: '',
    output,
    error,
    status,
    created_at: time(createdAt),
    started_at: time(startedAt),
    completed_at: time(completedAt),
    data_removed: false,
    metrics: timing === null ? {} : metricsOf(timing, createdAt, completedAt ?? createdAt),
    urls: { get: `${base}/predictions/${id}`, cancel: `${base}/predictions/${id}/cancel` },
  };
}

/** Seconds, as hosted Replicate counts them; `stage` and `batch_size` are ours. */
const metricsOf = (timing: NonNullable<Prediction['timing']>, createdAt: number, completedAt: number) => ({
  predict_time: round((timing.runMs + timing.encodeMs) / 1_000),
  queue_time: round(timing.queuedMs / 1_000),
  total_time: round((completedAt - createdAt) / 1_000),
  batch_size: timing.batchSize,
  stage: timing.stage,
});

const round = (seconds: number): number => Math.round(seconds * 1e4) / 1e4;

function time(ms: number): string;
function time(ms: number | null): string | null;
function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
