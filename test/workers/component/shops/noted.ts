/** The events that a shop has heard, for the tests to read. */
declare global {
  interface Window {
    heard?: { type: string; query: string; alt?: string; code?: string; retryIn?: number | null }[];
  }
}

export function noted(event: Event): void {
  window.heard ??= [];
  if (event instanceof CustomEvent) window.heard.push({ type: event.type, ...event.detail });
}
