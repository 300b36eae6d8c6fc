/** What the pages of a session asked for and got, kept as Chromium told it and written out as HAR 1.2 only after a failure. */

export interface AskedRequest {
  readonly requestId: string;
  readonly wallTime: number;
  readonly timestamp: number;
  readonly type?: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
  };
}

export interface Answered {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly mimeType: string;
  readonly protocol?: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Entry {
  readonly asked: AskedRequest;
  answered: Answered | null;
  endedAt: number | null;
  size: number;
  error: string | null;
}

/** The oldest requests of a session beyond so many are forgotten. */
const MAX_ENTRIES = 1000;

export class NetworkLog {
  #entries: Entry[] = [];
  readonly #open = new Map<string, Entry>();

  /** @param redirect the answer that led from the same request's address before to this one */
  asked(asked: AskedRequest, redirect: Answered | null): void {
    if (redirect) this.#end(asked.requestId, { answered: redirect, endedAt: asked.timestamp });
    const entry: Entry = { asked, answered: null, endedAt: null, size: 0, error: null };
    this.#entries.push(entry);
    this.#open.set(asked.requestId, entry);
    if (this.#entries.length > 2 * MAX_ENTRIES) this.#entries = this.#entries.slice(-MAX_ENTRIES);
  }

  answered(requestId: string, answered: Answered): void {
    const entry = this.#open.get(requestId);
    if (entry) entry.answered = answered;
  }

  /** @param timestamp in seconds of Chromium's own clock */
  finished(requestId: string, timestamp: number, size: number): void {
    this.#end(requestId, { endedAt: timestamp, size });
  }

  failed(requestId: string, timestamp: number, error: string): void {
    this.#end(requestId, { endedAt: timestamp, error });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  clear(): void {
    this.#entries = [];
    this.#open.clear();
  }

  /** JSON of an HTTP archive: http://www.softwareishard.com/blog/har-12-spec/ */
  toHar(): string {
    const entries = this.#entries.slice(-MAX_ENTRIES).map(toHarEntry);
    return JSON.stringify({ log: { version: "1.2", creator: { name: "ultravisor", version: "1" }, entries } }, null, 1);
  }

  #end(requestId: string, facts: Partial<Entry>): void {
    const entry = this.#open.get(requestId);
    if (entry) Object.assign(entry, facts);
    this.#open.delete(requestId);
  }
}

function toHarEntry({ asked, answered, endedAt, size, error }: Entry): object {
  const { request, wallTime, timestamp, type } = asked;
  const took = endedAt === null ? 0 : Math.max(0, (endedAt - timestamp) * 1000);
  const httpVersion = answered?.protocol ?? "";
  return {
    startedDateTime: new Date(wallTime * 1000).toISOString(),
    time: took,
    request: {
      method: request.method,
      url: request.url,
      httpVersion,
      headers: pairs(request.headers),
      queryString: [...(URL.parse(request.url)?.searchParams ?? [])].map(([name, value]) => ({ name, value })),
      cookies: [],
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      status: answered?.status ?? 0,
      statusText: answered?.statusText ?? "",
      httpVersion,
      headers: pairs(answered?.headers ?? {}),
      cookies: [],
      content: { size, mimeType: answered?.mimeType ?? "" },
      redirectURL: answered?.headers.location ?? answered?.headers.Location ?? "",
      headersSize: -1,
      bodySize: size,
      ...(error !== null && { _error: error }),
    },
    cache: {},
    timings: { send: 0, wait: took, receive: 0 },
    _resourceType: type?.toLowerCase() ?? "other",
  };
}

function pairs(headers: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}
