/** What a site of the crawl benchmark is: answers by path, and what a visitor with a browser would find. */

export interface Answer {
  readonly type: string;
  readonly body: Buffer;
}

export interface BenchSite {
  /** Path of the first page. */
  readonly start: string;
  readonly answers: ReadonlyMap<string, Answer>;
  /** What any other path gets; null: 404. */
  readonly fallback: Answer | null;
  /** Paths of all pages, and how many other pages of the site each links to. */
  readonly expected: ReadonlyMap<string, number>;
}

export function html(text: string): Answer {
  return { type: "text/html; charset=utf-8", body: Buffer.from(text) };
}

export function json(value: unknown): Answer {
  return { type: "application/json", body: Buffer.from(JSON.stringify(value)) };
}

/** Some text that is different on every page and the same on every machine. */
export function words(seed: number, sentences: number): string {
  return Array.from(
    { length: sentences },
    (_, at) => `Sentence ${at} of chapter ${seed}: the quick brown fox jumps over the lazy dog and comes back.`,
  ).join(" ");
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
