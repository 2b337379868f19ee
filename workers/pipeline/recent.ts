/** A map that holds so many entries, least recently used out first. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** @param most entries at a time, one at least */
export function createRecent<V>(most: number): Recent<V> {
  const held = new Map<string, V>();
  return {
    get(key) {
      const value = held.get(key);
      if (value !== undefined) {
        held.delete(key);
        held.set(key, value);
      }
      return value;
    },
    set(key, value) {
      held.delete(key);
      held.set(key, value);
      const [oldest] = held.size > most ? held.keys() : [];
      if (oldest !== undefined) held.delete(oldest);
    },
  };
}
