/** Tells a page that takes its time from one that hangs: the first still answers. */

/** A page that is asked every second and has not answered for so long is busy without end. */
const SILENCE = 2000;
const INTERVAL = 1000;

/** Thrown when a page gives no sign of life. */
export class HungError extends Error {
  override readonly name = "HungError";
}

export interface Sign {
  /** A question that any page answers at once; an error is an answer as well. */
  ask(): Promise<unknown>;
  /** Whether silence means nothing now. */
  isExcused(): boolean;
}

/** The result of `work`; rejects with a `HungError` when the page has not answered for 2 s meanwhile. */
export async function whileAlive<T>({ ask, isExcused }: Sign, work: Promise<T>): Promise<T> {
  const hung = Promise.withResolvers<never>();
  let askedAt: number | null = null;
  const answered = (): void => {
    askedAt = null;
  };
  const look = (): void => {
    if (isExcused()) {
      askedAt = null;
    } else if (askedAt === null) {
      askedAt = performance.now();
      ask().then(answered, answered);
    } else if (performance.now() - askedAt >= SILENCE) {
      hung.reject(new HungError(`no sign of life for ${SILENCE / 1000} s`));
    }
  };
  const timer = setInterval(look, INTERVAL);
  work.catch(() => {});
  try {
    return await Promise.race([work, hung.promise]);
  } finally {
    clearInterval(timer);
  }
}
