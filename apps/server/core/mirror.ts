/** What a mirrored run received: one capture per address, from which copies to browse and web archives are made. */

/**
 * `page`: visited; `file`: downloaded; `asset`: what a page needs to be shown (style, picture, font, script, frame); `redirect`: led
 * elsewhere; `rendered`: what Chromium made of a page, beside what was sent.
 */
export const CAPTURE_KINDS = ["page", "file", "asset", "redirect", "rendered"] as const;
export type CaptureKind = (typeof CAPTURE_KINDS)[number];

/** What was asked, beside the address. */
export interface CaptureRequest {
  readonly method: string;
  /** As sent, in order; of those that may be secrets, the names only. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** One step of the way to a page in Chromium. */
export interface PageStep {
  /** Without fragment. */
  readonly url: string;
  /** Headers by name, as Chromium tells them in no order. Null: it asked nobody, as it had the answer. */
  readonly request: CaptureRequest | null;
  /** Of the answer that led to the next step. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface CaptureDraft {
  readonly kind: CaptureKind;
  /** Asked for, without fragment. */
  readonly url: string;
  readonly status: number;
  /** As received, in order; what they said of the body's packing on its way is renamed, for bodies are kept plain. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null: what was remembered from an earlier run, or was in Chromium's cache. */
  readonly request: CaptureRequest | null;
  /** Blob of the body; null: none was kept. */
  readonly sha256: string | null;
  readonly size: number;
  /** Media type. */
  readonly type: string;
  readonly title: string;
  /** Redirects: where to. */
  readonly target: string | null;
  /** When it was received, epoch milliseconds. */
  readonly time: number;
}

export interface Capture extends CaptureDraft {
  readonly id: number;
}

/** How many of each a run captured, and their bytes. */
export interface CaptureCounts {
  readonly pages: number;
  readonly files: number;
  readonly assets: number;
  readonly bytes: number;
}

/** Finds the addresses that a page or a style sheet needs to be shown. */
export interface Requisites {
  ofPage(html: string, url: string): readonly string[];
  ofStyle(css: string, url: string): readonly string[];
}

export const MIRROR_FORMATS = ["zip", "warc", "wacz"] as const;
export type MirrorFormat = (typeof MIRROR_FORMATS)[number];

/** A mirror as one file, made while it is read. */
export interface MirrorFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Mirrors {
  counts(runId: string): Promise<CaptureCounts>;
  /** Null: the run captured nothing. */
  open(run: { readonly id: string; readonly name: string }, format: MirrorFormat): Promise<MirrorFile | null>;
}

/** What a body was packed in on its way is kept under another name, as other archives do. */
const PACKING = new Set(["content-encoding", "transfer-encoding"]);
/** What the last part of a file said of itself. */
const OF_PART = new Set(["content-range", "content-length"]);

/**
 * @param isPlain the body was packed, and is kept unpacked: its length is another one, too
 * @param isPart the answer brought the rest of the body only
 */
export function keptHeaders(
  headers: CaptureDraft["headers"],
  isPlain: boolean,
  isPart: boolean = false,
): CaptureDraft["headers"] {
  return headers.map(([name, value]) => {
    const key = name.toLowerCase();
    const isMoved =
      key === "transfer-encoding" ||
      (isPlain && (PACKING.has(key) || key === "content-length")) ||
      (isPart && OF_PART.has(key));
    return isMoved ? [`X-Archive-Orig-${name}`, value] : [name, value];
  });
}

/** What no key, cookie or token is ever sent in. A task may send one in any other. */
const TELLING_NOTHING = new RegExp(
  `^(?:${[
    "accept|accept-charset|accept-encoding|accept-language|cache-control|connection|content-encoding|content-language",
    "content-length|content-type|date|dnt|expect|host|if-match|if-modified-since|if-none-match|if-range",
    "if-unmodified-since|origin|pragma|priority|range|referer|sec-[\\w-]+|te|upgrade-insecure-requests|user-agent|via",
  ].join("|")})$`,
  "i",
);
const LEFT_OUT = "(left out)";

/** What is kept of a request: an archive is made to be handed on. */
export function keptRequest({ method, headers }: CaptureRequest): CaptureRequest {
  return {
    method,
    headers: headers.map(([name, value]) => [name, TELLING_NOTHING.test(name) ? value : LEFT_OUT]),
  };
}

/** Value of a header, whatever the case of its name. */
export function headerOf(headers: CaptureDraft["headers"], name: string): string | undefined {
  return headers.find(([given]) => given.toLowerCase() === name)?.[1];
}
