import { KEY_PARAM } from '../../shared/contract/access.ts';
import type { PictureStage } from '../../shared/contract/limits.ts';

/** What an element wants to see, as its attributes say it; what is empty is the Worker's default. */
export interface Wish {
  /** Origin of the Worker, perhaps with a path before `/v1`. */
  readonly base: string;
  /** As typed, spaces folded; empty for no picture. */
  readonly query: string;
  readonly seed: string;
  readonly size: string;
  readonly format: string;
  /** Model version; addresses that name it are cached for long. */
  readonly model: string;
  /** Publishable key. */
  readonly key: string;
}

/** Address of the wish's picture, parameters sorted. */
export function addressOf(wish: Wish, stage: PictureStage): string {
  const parameters = Object.entries({
    format: wish.format,
    [KEY_PARAM]: wish.key,
    q: wish.query,
    seed: wish.seed,
    size: wish.size,
    stage,
    v: wish.model,
  }).filter(([, value]) => value !== '');
  return `${wish.base.replace(/\/+$/, '')}/v1/preview?${new URLSearchParams(parameters)}`;
}
