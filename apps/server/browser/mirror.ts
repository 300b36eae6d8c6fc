/** Records what a mirrored run receives: pages, files, redirects, and what pages need to be shown, which it fetches. */
import { BrowsingError } from "../core/browsing.ts";
import { decodeText } from "../core/charset.ts";
import type { FileStore, StoredBlob } from "../core/files.ts";
import { headerMediaType, mediaTypeOf } from "../core/media-type.ts";
import {
  type CaptureDraft,
  type CaptureKind,
  type CaptureRequest,
  headerOf,
  keptHeaders,
  keptRequest,
  type PageStep,
  type Requisites,
} from "../core/mirror.ts";
import { conditionalHeaders, type Facts, type Remembered } from "../core/recrawl.ts";
import { isEncoded } from "../core/resume.ts";
import { createSlots } from "./chromium/slots.ts";
import { Deadline } from "./deadline.ts";
import { isHtml, type PageDocument } from "./document/document.ts";
import { decodeBody } from "./http/encoding.ts";
import { discard, type HttpAnswer } from "./http/http.ts";
import { statusError } from "./http/http-status.ts";
import { type HttpTier, requestHeaders } from "./http/http-visit.ts";
import { follow } from "./http/redirects.ts";

/** What a runner's attempts share: an asset is fetched once per run, however many pages show it. */
export type SharedAssets = Map<string, Promise<readonly CaptureDraft[]>>;

export interface MirrorParts {
  readonly files: FileStore;
  readonly requisites: Requisites;
  readonly assets: SharedAssets;
  /** What an earlier mirror holds of an asset; null: everything is asked for anew. */
  readonly recall: ((url: string) => Promise<Remembered | null>) | null;
  log(level: "debug" | "info" | "warn", text: string): void;
}

const MAX_ASSET_BYTES = 64 * 1024 * 1024;
/** A page that needs more is not one that anybody looks at. */
const MAX_ASSETS = 1000;
/** Frames in frames, and style sheets that import others. */
const MAX_DEPTH = 5;
const AT_A_TIME = 6;

export class MirrorRecorder {
  readonly #parts: MirrorParts;
  readonly #captures = new Map<string, CaptureDraft>();
  readonly #slots = createSlots(AT_A_TIME);
  readonly #fetching: Promise<void>[] = [];

  constructor(parts: MirrorParts) {
    this.#parts = parts;
  }

  /** An answer that led elsewhere. */
  redirect(answer: HttpAnswer, target: URL): void {
    this.#add(redirectOf(answer, target));
  }

  /** A page as it was sent, and whatever it needs. */
  async page(tier: HttpTier, answer: HttpAnswer, document: PageDocument, bytes: Uint8Array | null): Promise<void> {
    const blob = bytes === null ? null : await this.#parts.files.put(once(bytes));
    const title = isHtml(document.type) ? document.title : "";
    this.#add({ ...captureOf("page", answer, blob, document.type, isEncoded(answer.headers)), title });
    this.need(tier, document);
  }

  /** What was not sent again: as it was when it was. */
  remembered(kind: "page" | "file", facts: Facts, title: string): void {
    this.#add(rememberedOf(kind, facts, title));
  }

  /** What Chromium made of a page, and how it came there. `asked`: the address that it was asked for. */
  async rendered(tier: HttpTier, document: PageDocument, asked: string): Promise<void> {
    const { url, status, type, title, way } = document;
    const [first = { url }, last = first] = [way[0], way.at(-1)];
    for (const [i, step] of way.slice(0, -1).entries()) this.#add(stepOf(step, way[i + 1]?.url ?? url));
    const request = way.at(-1)?.request ?? null;
    // Scripts may lead to another page, and give a page another address.
    if (asked !== first.url) this.#add(leading(asked, first.url, null));
    if (last.url !== url) this.#add(leading(last.url, url, request));
    const blob = await this.#parts.files.put(once(Buffer.from(document.html)));
    const headers = [["content-type", "text/html; charset=utf-8"]] as const;
    const kept = last.url === url && request ? keptRequest(request) : null;
    const facts = { url, status, headers, request: kept, ...blob, type, title, target: null, time: Date.now() };
    this.#add({ kind: "rendered", ...facts });
    this.need(tier, document);
  }

  /** A downloaded file. `isPlain`: it was packed on its way. */
  file(answer: HttpAnswer, blob: StoredBlob, type: string, isPlain: boolean): void {
    this.#add({ ...captureOf("file", answer, blob, type, isPlain), status: 200 });
  }

  /** Everything, once all that pages need was fetched. */
  async captures(): Promise<readonly CaptureDraft[]> {
    while (this.#fetching.length > 0) await this.#fetching.shift();
    return [...this.#captures.values()];
  }

  #add(draft: CaptureDraft): void {
    this.#captures.set(`${draft.kind} ${draft.url}`, draft);
  }

  /** Fetches what a page needs to be shown. */
  need(tier: HttpTier, { html, type, url }: PageDocument): void {
    if (!isHtml(type)) return;
    for (const needed of this.#parts.requisites.ofPage(html, url).slice(0, MAX_ASSETS)) {
      this.#fetching.push(this.#asset(tier, needed).then((drafts) => drafts.forEach((draft) => void this.#add(draft))));
    }
  }

  /** What another attempt gave up is fetched anew. */
  async #asset(tier: HttpTier, url: string, depth = 1): Promise<readonly CaptureDraft[]> {
    const { assets } = this.#parts;
    for (let known = assets.get(url); known; known = assets.get(url)) {
      const drafts = await known;
      if (assets.get(url) === known) return drafts;
    }
    const fetching = this.#fetchAsset(tier, url, depth).catch((error: unknown) => {
      if (tier.signal.aborted) assets.delete(url);
      this.#parts.log(
        "debug",
        `${url} is not in the mirror: ${error instanceof Error ? error.message : String(error)}`,
      );
      return [];
    });
    assets.set(url, fetching);
    return fetching;
  }

  async #fetchAsset(tier: HttpTier, address: string, depth: number): Promise<readonly CaptureDraft[]> {
    const drafts: CaptureDraft[] = [];
    const visitor = {
      ...tier,
      mirror: null,
      redirected: (answer: HttpAnswer, to: URL) => void drafts.push(redirectOf(answer, to)),
    };
    const draft = await this.#receive(visitor, new URL(address));
    drafts.push(draft);
    if (depth >= MAX_DEPTH) return drafts;
    const nested = (await this.#requisitesOf(draft)).slice(0, MAX_ASSETS);
    // Two style sheets that import each other wait for neither: what is being fetched already is somebody's.
    const fresh = nested.filter((url) => !this.#parts.assets.has(url));
    const below = await Promise.all(fresh.map((url) => this.#asset(tier, url, depth + 1)));
    return [...drafts, ...below.flat()];
  }

  async #receive(tier: HttpTier, url: URL): Promise<CaptureDraft> {
    const leave = await this.#slots.take(tier.signal);
    const deadline = new Deadline(tier.timeout);
    const known = new Map<string, Facts>();
    try {
      const headers = { ...requestHeaders(tier, {}), accept: "*/*", "accept-encoding": "identity" };
      const signal = AbortSignal.any([tier.signal, deadline.signal]);
      const answer = await follow(tier, url, headers, deadline, signal, (hop) => this.#onlyIfChanged(hop, known));
      const same = answer.status === 304 ? known.get(withoutHash(answer.url)) : undefined;
      if (same) {
        await discard(answer);
        return rememberedOf("asset", same, "");
      }
      const failed = statusError({ ...answer, headers: {} }, Date.now());
      if (failed) {
        await discard(answer);
        throw failed;
      }
      const body = decodeBody(answer.body, answer.headers["content-encoding"]);
      const blob = await this.#parts.files.put(body as AsyncIterable<Uint8Array>, { maxBytes: MAX_ASSET_BYTES });
      const type = headerMediaType(answer.headers["content-type"]) || mediaTypeOf(answer.url.pathname);
      return captureOf("asset", answer, blob, type, isEncoded(answer.headers));
    } finally {
      deadline.stop();
      leave();
    }
  }

  /** The headers that ask for an asset only if it is no longer as an earlier mirror has it. */
  async #onlyIfChanged(url: URL, known: Map<string, Facts>): Promise<Record<string, string>> {
    const { files, recall } = this.#parts;
    const facts = (await recall?.(withoutHash(url)))?.facts;
    if (!facts?.body || !(await files.has(facts.body))) return {};
    known.set(withoutHash(url), facts);
    return conditionalHeaders(facts);
  }

  async #requisitesOf({ url, sha256, type, headers }: CaptureDraft): Promise<readonly string[]> {
    const { files, requisites } = this.#parts;
    if (sha256 === null || (type !== "text/css" && !isHtml(type))) return [];
    const stream = await files.open(sha256);
    const bytes = stream && new Uint8Array(await new Response(stream).arrayBuffer());
    if (!bytes) throw new BrowsingError("bad_response", `${url} was lost`, { retryable: true });
    const text = decodeText(bytes, headerOf(headers, "content-type"));
    return isHtml(type) ? requisites.ofPage(text, url) : requisites.ofStyle(text, url);
  }
}

/** As it was when it was sent. Headers that were renamed then are not renamed again. */
function rememberedOf(kind: "page" | "file" | "asset", facts: Facts, title: string): CaptureDraft {
  const { url, status, headers, type, body, size } = facts;
  const raw = Object.entries(headers).map(([name, value]) => [name, value] as const);
  const time = Date.parse(headers.date ?? "") || Date.now();
  const kept = keptHeaders(raw, kind === "page" && isEncoded(headers));
  const known = { url, status, headers: kept, request: null, sha256: body || null, size, type };
  return { kind, ...known, title, target: null, time };
}

function captureOf(
  kind: CaptureKind,
  { url, status, rawHeaders, asked }: HttpAnswer,
  blob: StoredBlob | null,
  type: string,
  isPlain: boolean,
): CaptureDraft {
  const body = { sha256: blob?.sha256 ?? null, size: blob?.size ?? 0 };
  const headers = keptHeaders(rawHeaders, isPlain, status === 206);
  const said = { url: withoutHash(url), status, headers, request: keptRequest(asked) };
  return { kind, ...said, ...body, type, title: "", target: null, time: Date.now() };
}

/** A page that its own scripts led elsewhere: no answer said so. */
function leading(url: string, target: string, request: CaptureRequest | null): CaptureDraft {
  const asked = request && keptRequest(request);
  const nothing = { headers: [], request: asked, sha256: null, size: 0, type: "", title: "" } as const;
  return { kind: "redirect", url, status: 302, ...nothing, target, time: Date.now() };
}

/** A redirect that Chromium followed. */
function stepOf({ url, request, status, headers }: PageStep, target: string): CaptureDraft {
  const said = { status, headers: keptHeaders(headers, false), request: request && keptRequest(request) };
  const type = headerMediaType(headerOf(headers, "content-type"));
  return { kind: "redirect", url, ...said, sha256: null, size: 0, type, title: "", target, time: Date.now() };
}

function redirectOf(answer: HttpAnswer, target: URL): CaptureDraft {
  const type = headerMediaType(answer.headers["content-type"]);
  return { ...captureOf("redirect", answer, null, type, false), target: withoutHash(target) };
}

function withoutHash(url: URL): string {
  return url.href.slice(0, url.href.length - url.hash.length);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
