/** A limited number of places, which may change; who comes too late waits in line. */

export interface Slots {
  /** Resolves with how to give the place back; rejects with the signal's reason when that aborts first. */
  take(signal: AbortSignal): Promise<() => void>;
  /** From now on there are so many. Who has a place keeps it. */
  resize(count: number): void;
  /** All places are taken. */
  readonly isFull: boolean;
}

export function createSlots(count: number): Slots {
  let limit = count;
  let taken = 0;
  const line: (() => void)[] = [];
  const serve = (): void => {
    while (taken < limit && line.length > 0) {
      taken += 1;
      line.shift()?.();
    }
  };
  const give = (): void => {
    taken -= 1;
    serve();
  };
  return {
    take(signal) {
      signal.throwIfAborted();
      if (taken < limit) {
        taken += 1;
        return Promise.resolve(once(give));
      }
      return new Promise((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener("abort", leave);
          resolve(once(give));
        };
        const leave = (): void => {
          line.splice(line.indexOf(enter), 1);
          reject(signal.reason);
        };
        line.push(enter);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
    resize(next) {
      limit = next;
      serve();
    },
    get isFull() {
      return taken >= limit;
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
