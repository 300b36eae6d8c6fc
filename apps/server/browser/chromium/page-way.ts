/**
 * How Chromium came to the document of its main frame: what it asked, as it was sent, and what each answer on the way was. Headers
 * as sent, with cookies, are told apart from the request itself, before or after it: in the order of its steps, and only of those
 * that went out (https://chromedevtools.github.io/devtools-protocol/tot/Network/#event-requestWillBeSentExtraInfo).
 */
import type { PageStep } from "../../core/mirror.ts";

type Headers = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

/** What Chromium says of a request for a document. */
interface Asked {
  readonly requestId: string;
  readonly request: { readonly url: string; readonly method: string };
  /** The answer to the step before, and whether that one went out. */
  readonly redirectResponse?: Answer;
  readonly redirectHasExtraInfo: boolean;
}

interface Step {
  readonly url: string;
  readonly method: string;
  /** The answer that led to the next step. */
  answer: Answer | null;
  /** False: the answer was in the cache. */
  wentOut: boolean;
}

export class PageWays {
  readonly #steps = new Map<string, Step[]>();
  /** Of requests that are not known yet, too. */
  readonly #sent = new Map<string, Headers[]>();

  clear(): void {
    this.#steps.clear();
    this.#sent.clear();
  }

  asked({ requestId, request, redirectResponse, redirectHasExtraInfo }: Asked): void {
    const steps = this.#steps.get(requestId) ?? [];
    const before = steps.at(-1);
    if (before && redirectResponse) Object.assign(before, { answer: redirectResponse, wentOut: redirectHasExtraInfo });
    steps.push({ url: request.url, method: request.method, answer: null, wentOut: true });
    this.#steps.set(requestId, steps);
  }

  sent(id: string, headers: Headers): void {
    const list = this.#sent.get(id);
    if (list) list.push(headers);
    else this.#sent.set(id, [headers]);
  }

  /** The document is there. */
  answered(id: string, wentOut: boolean): void {
    const last = this.#steps.get(id)?.at(-1);
    if (last) last.wentOut = wentOut;
  }

  /** It was no document of the main frame. */
  forget(id: string): void {
    this.#sent.delete(id);
  }

  /** From the address asked for to the document; its own answer is known better elsewhere. */
  of(id: string): readonly PageStep[] {
    const sent = [...(this.#sent.get(id) ?? [])];
    return (this.#steps.get(id) ?? []).map(({ url, method, answer, wentOut }) => {
      const headers = wentOut ? sent.shift() : undefined;
      return {
        url: withoutHash(url),
        request: headers === undefined ? null : { method, headers: pairs(headers).flatMap(asOverHttp) },
        status: answer?.status ?? 0,
        headers: pairs(answer?.headers ?? {}),
      };
    });
  }
}

/** Several headers of one name come as lines of one. */
function pairs(headers: Headers): [name: string, value: string][] {
  return Object.entries(headers).flatMap(([name, text]) =>
    text.split("\n").map((value): [string, string] => [name, value]),
  );
}

/** HTTP/2 says in headers of its own what is elsewhere in HTTP/1.1; and what is meant for our own way out is as it passes that on. */
function asOverHttp([name, value]: [string, string]): [name: string, value: string][] {
  if (name === ":authority") return [["Host", value]];
  if (/^proxy-connection$/i.test(name)) return [["Connection", value]];
  return name.startsWith(":") || /^proxy-/i.test(name) ? [] : [[name, value]];
}

function withoutHash(url: string): string {
  return url.split("#", 1)[0] ?? url;
}
