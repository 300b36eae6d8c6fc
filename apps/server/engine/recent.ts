/** Remembers what was loaded for the most recent keys, so that a crawl's thousands of task runs ask once per run. */

export interface Recent<T> {
  get(key: string): Promise<T>;
  /** What is known without being loaded. */
  put(key: string, value: T): void;
  forget(key: string): void;
}

/** @param load a failed load is not remembered */
export function createRecent<T>(load: (key: string) => Promise<T>, most = 100): Recent<T> {
  const known = new Map<string, Promise<T>>();
  function remember(key: string, value: Promise<T>): void {
    // Set again, to be the newest: a Map keeps the order of insertion.
    known.delete(key);
    known.set(key, value);
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
  }
  return {
    get(key) {
      const found = known.get(key) ?? load(key);
      remember(key, found);
      found.catch(() => known.delete(key));
      return found;
    },
    put: (key, value) => remember(key, Promise.resolve(value)),
    forget: (key) => void known.delete(key),
  };
}
