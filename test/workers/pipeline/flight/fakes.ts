import type { PictureRequest } from '../../../../shared/contract/picture.ts';
import type { Picture } from '../../../../workers/pipeline/ports.ts';

export const requestOf = (seed = 1): PictureRequest => ({
  model: 'r1-00000000',
  tokens: [1],
  lab: null,
  seed,
  size: 256,
  format: 'webp',
  stage: 'final',
});

export const finalOf = ({ format, stage, model }: PictureRequest): Picture => ({
  bytes: Uint8Array.of(1, 2, 3),
  format,
  stage,
  network: 2,
  model,
});
