let isolate: string | null = null;
let requests = 0;

/**
 * A UUID's shape: its first 74 random bits are the isolate's, drawn with its first request because global scope has no
 * chance, the last twelve digits a number. Chance for every request costs more.
 */
export function nextRequestId(): string {
  isolate ??= crypto.randomUUID().slice(0, -12);
  requests += 1;
  return isolate + requests.toString(16).padStart(12, '0');
}
