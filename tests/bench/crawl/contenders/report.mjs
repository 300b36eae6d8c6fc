/** What every contender prints at its end: one line of JSON. */
export function report(started, urls) {
  const pages = [...urls.keys()].map((url) => new URL(url).pathname);
  process.stdout.write(`${JSON.stringify({ ms: performance.now() - started, pages })}\n`);
}
