import type { PictureStage } from '../../shared/contract/limits.ts';
import { type Came, type Failure, ask as fetchPicture } from './ask.ts';
import { newestFirst, retryIn } from './pace.ts';
import { addressOf, type Wish } from './wish.ts';

/** Time without a change after which the final picture is asked for. */
export const REST_MS = 300;
/** Drafts on their way at a time. */
const DRAFTS = 4;

/** `waiting`: nothing of the wish is here yet. `error`: neither draft nor final could be had. */
export type PreviewState = 'empty' | 'waiting' | 'draft' | 'final' | 'error';

/** A picture that came, where from and what for. */
export interface Found extends Came {
  readonly stage: PictureStage;
  readonly wish: Wish;
  readonly src: string;
}

/** What a pursuit reports to. */
export interface Sight {
  /** Puts a picture on the page; false when a later one was faster. */
  show(found: Found): Promise<boolean>;
  became(state: PreviewState): void;
  /** It is there, and the state says so. */
  showed(found: Found): void;
  /** @param seconds until it is tried again; null when it is not */
  failed(failure: Failure, wish: Wish, seconds: number | null): void;
}

export interface Pursuit {
  /** Draft at once unless `hasPicture`, the final after a rest unless `draftsOnly`. */
  want(wish: Wish, how: { readonly hasPicture: boolean; readonly draftsOnly: boolean }): void;
  /** Tries what failed again now. */
  retry(): void;
  /** Wants nothing any more; what is on its way is dropped. */
  stop(): void;
}

interface Turn {
  readonly number: number;
  readonly wish: Wish;
  draftsOnly: boolean;
  readonly connection: AbortSignal;
  rested: boolean;
  /** Best picture of it so far. */
  stage: PictureStage | null;
  /** Why its draft did not come. */
  refusal: Failure | null;
}

const same = (a: Wish, b: Wish): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Follows one wish after another. A draft that an older wish asked for is still shown while nothing newer is there, so
 * that a slow line shows something in between.
 */
export function createPursuit(sight: Sight, ask = fetchPicture): Pursuit {
  let turn: Turn | null = null;
  let turns = 0;
  /** Number of the turn whose picture is shown. */
  let shown = 0;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let connection = new AbortController();

  const put = async (mine: Turn, stage: PictureStage, src: string, came: Came): Promise<void> => {
    if (mine.connection.aborted || mine.number < shown || mine.stage === 'final') return;
    mine.stage = stage;
    shown = mine.number;
    const found = { ...came, stage, src, wish: mine.wish };
    if (!(await sight.show(found))) return;
    if (mine === turn) sight.became(stage);
    sight.showed(found);
  };

  const report = (mine: Turn, failure: Failure): void => {
    failures += 1;
    const seconds = retryIn(failure, failures);
    if (mine.stage === null) sight.became('error');
    sight.failed(failure, mine.wish, seconds);
    if (seconds !== null) timer = setTimeout(retry, seconds * 1_000);
  };

  const askDraft = newestFirst(DRAFTS, async (mine: Turn): Promise<void> => {
    if (mine.connection.aborted || mine.number < shown) return;
    const src = addressOf(mine.wish, 'draft');
    const answer = await ask(src, mine.connection);
    if (answer.ok) return void put(mine, 'draft', src, answer.value);
    if (mine !== turn) return;
    mine.refusal = answer.failure;
    if (mine.rested && mine.draftsOnly) report(mine, answer.failure);
  });

  const askFinal = async (mine: Turn): Promise<void> => {
    const src = addressOf(mine.wish, 'final');
    const answer = await ask(src, mine.connection);
    if (mine !== turn) return;
    if (!answer.ok) return report(mine, answer.failure);
    failures = 0;
    await put(mine, 'final', src, answer.value);
  };

  const rest = (mine: Turn): void => {
    mine.rested = true;
    if (mine.refusal !== null) report(mine, mine.refusal);
    else if (!mine.draftsOnly) void askFinal(mine);
  };

  function retry(): void {
    clearTimeout(timer);
    if (turn === null || failures === 0) return;
    turn.refusal = null;
    if (turn.stage === null) askDraft(turn);
    if (!turn.draftsOnly) void askFinal(turn);
  }

  return {
    want(wish, { hasPicture, draftsOnly }) {
      if (turn?.draftsOnly && !draftsOnly && same(turn.wish, wish)) {
        turn.draftsOnly = false;
        if (turn.rested) void askFinal(turn);
        return;
      }
      turns += 1;
      const mine: Turn = {
        number: turns,
        wish,
        draftsOnly,
        connection: connection.signal,
        rested: false,
        stage: null,
        refusal: null,
      };
      turn = mine;
      failures = 0;
      sight.became('waiting');
      if (!hasPicture) askDraft(mine);
      clearTimeout(timer);
      timer = setTimeout(() => rest(mine), REST_MS);
    },
    retry,
    stop() {
      clearTimeout(timer);
      connection.abort();
      connection = new AbortController();
      turn = null;
      shown = turns;
      failures = 0;
    },
  };
}
