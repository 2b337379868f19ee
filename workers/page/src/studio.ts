import type { Failure } from './api.ts';

const FIRST_RETRY_S = 4;
const LONGEST_RETRY_S = 60;

export interface Studio {
  /** Whether the last final could not be had. */
  readonly isAway: boolean;
  /** Says that finals will follow later, and tries again after a while where that makes sense. */
  expect(failure: Failure): void;
  /** A final came, or none is wanted. */
  clear(): void;
}

/** The small notice shown while finished pictures cannot be had. `retry` is called when it is time to ask again. */
export function createStudio(notice: HTMLElement, retry: () => void): Studio {
  let away = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  return {
    get isAway() {
      return away;
    },
    expect({ code, retryAfter }) {
      away = true;
      failures += 1;
      notice.textContent = noticeOf(code);
      clearTimeout(timer);
      if (code === 'gpu_not_configured') return;
      const backOff = Math.min(FIRST_RETRY_S * 2 ** (failures - 1), LONGEST_RETRY_S);
      timer = setTimeout(retry, Math.max(retryAfter ?? 0, backOff) * 1_000);
    },
    clear() {
      away = false;
      failures = 0;
      notice.textContent = '';
      clearTimeout(timer);
    },
  };
}

function noticeOf(code: string): string {
  if (code === 'gpu_not_configured') return 'This shop shows drafts only.';
  if (code === 'offline') return 'No connection. We keep trying.';
  if (code === 'too_busy') return 'A busy moment; the finished picture will follow.';
  return 'Our studio is away; the finished picture will follow.';
}
