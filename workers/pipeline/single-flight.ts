/** Equal work under way is shared. */
export interface Flights<T> {
  /** The flight under this key, or a new one. `start` must return a promise that settles. */
  join(key: string, start: () => Promise<T>): Promise<T>;
  readonly size: number;
}

/**
 * Flights of one isolate. A flight lasts at most `maxAgeMs` here: workerd ends the work of a request whose client
 * has gone, without settling its promises, and those who come later must not wait for it.
 */
export function createFlights<T>(maxAgeMs: number, now: () => number = Date.now): Flights<T> {
  const flights = new Map<string, { readonly promise: Promise<T>; readonly since: number }>();
  return {
    join(key, start) {
      const known = flights.get(key);
      if (known !== undefined && now() - known.since < maxAgeMs) return known.promise;
      const promise = start().finally(() => {
        if (flights.get(key)?.promise === promise) flights.delete(key);
      });
      flights.set(key, { promise, since: now() });
      return promise;
    },
    get size() {
      return flights.size;
    },
  };
}
