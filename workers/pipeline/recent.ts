/** A map that holds so many entries at most. */
export interface Recent<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/**
 * Two generations, so that to look costs no writing: what is used is carried over from the old one, and what was not goes
 * with it when the young one is full. The half used last is always there.
 * @param most entries at a time, two at least
 */
export function createRecent<V>(most: number): Recent<V> {
  const each = Math.floor(most / 2);
  let [young, old] = [new Map<string, V>(), new Map<string, V>()];

  function set(key: string, value: V): void {
    if (young.size >= each && !young.has(key)) [young, old] = [new Map(), young];
    young.set(key, value);
  }

  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const before = old.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
  };
}
