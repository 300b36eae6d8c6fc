/** Looks again and again until there is something, or the time is over. */
const POLL = 50;

/** What `look` finds, or null after `timeout` milliseconds. It is asked at least once. */
export async function until<T>(
  timeout: number,
  signal: AbortSignal,
  look: () => T | null | Promise<T | null>,
): Promise<T | null> {
  const end = performance.now() + timeout;
  for (;;) {
    signal.throwIfAborted();
    const found = await look();
    if (found !== null || performance.now() >= end) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
