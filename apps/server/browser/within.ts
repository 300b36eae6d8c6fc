/** Ends for what has none of its own: Playwright waits for ever for a page that is busy with itself, undici for a connection that is being made. */

/** Rejects with a `TimeoutError` when `work` has not settled in time. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const expire = (): void => late.reject(new DOMException(`no answer within ${milliseconds / 1000} s`, "TimeoutError"));
  const timer = setTimeout(expire, milliseconds);
  work.catch(() => {});
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The work's result; rejects as soon as the signal aborts, though the work itself goes on. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
