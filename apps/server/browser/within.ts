/** A time limit for what has none of its own: Playwright waits for ever for a page that is busy with itself. */

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
