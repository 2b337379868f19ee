import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import { DAY_S } from '../../../shared/contract/headers.ts';

const RETRY_S = 2;
export const tooLate = (): ProblemError =>
  problem('gpu_unavailable', 'Ask again shortly; the picture is still being drawn.', RETRY_S);

/** @param now milliseconds since 1970; the day ends at midnight UTC */
export const ceilingReached = (now: number): ProblemError =>
  problem(
    'ceiling_reached',
    'Drafts go on; finals again after midnight UTC.',
    Math.ceil(DAY_S - ((now / 1_000) % DAY_S)),
  );
