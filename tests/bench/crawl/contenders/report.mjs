/** What every contender prints at its end: one line of JSON. */
export function report(started, urls) {
  process.stdout.write(`${JSON.stringify({ ms: performance.now() - started, pages: urls.size })}\n`);
}
