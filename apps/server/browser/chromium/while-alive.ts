/** Tells a page that takes its time from one that hangs: the first still answers. */
import { isHung, type SilentProcess } from "../../core/browser-health.ts";

export interface Sign {
  /** A question that any page answers at once; an error is an answer as well. */
  ask(): Promise<unknown>;
  /** Whether silence means nothing now. */
  isExcused(): boolean;
  /** Remembers where the processes stand whose silence it may be; says later what they have done since. */
  since(): () => readonly SilentProcess[];
}

/** A page is asked so often, in milliseconds. */
const INTERVAL = 500;

/** Thrown when a page gives no sign of life. */
export class HungError extends Error {
  override readonly name = "HungError";
}

/** The result of `work`; rejects with a `HungError` when the page has not answered for 2 s meanwhile. */
export async function whileAlive<T>({ ask, isExcused, since }: Sign, work: Promise<T>): Promise<T> {
  const hung = Promise.withResolvers<never>();
  let asked: { readonly at: number; done(): readonly SilentProcess[] } | null = null;
  const answered = (): void => {
    asked = null;
  };
  const look = (): void => {
    if (isExcused()) {
      asked = null;
    } else if (asked === null) {
      asked = { at: performance.now(), done: since() };
      ask().then(answered, answered);
    } else if (isHung(performance.now() - asked.at, asked.done())) {
      hung.reject(new HungError("the page gives no sign of life"));
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
