/** What a task's `run` function is given. A browser task gets only what it names among its destructured parameters. */
import type { Locator, Page } from "playwright-core";
import type { ZodType, z } from "zod";
import type { Collection } from "./collection.ts";
import type { Replayed } from "./recording.ts";

/** Small JSON facts, shared by all tasks (`state`) or kept on one node (`nodeState`). */
export interface StateAccess {
  get(key: string): Promise<unknown>;
  /** The value with its version, time and writer; null: there is none. */
  entry(key: string): Promise<StateFact | null>;
  /** With `version`, only over that version (0: only if there is none); it throws when somebody else was faster. */
  set(key: string, value: unknown, options?: { readonly version?: number }): Promise<void>;
  /** Adds to a number and gives the sum; no addition is lost, whoever else adds. A key that is not there counts as 0. */
  increment(key: string, by?: number): Promise<number>;
  /** Merges into an object and gives the whole; `null` takes a key away (RFC 7396). */
  merge(key: string, patch: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  delete(key: string): Promise<void>;
  /** Its latest values, newest first; 100 at most. */
  history(key: string, limit?: number): Promise<readonly StateFact[]>;
  /** What it is now, and what it becomes (null: there is none), until the attempt is to end. Looked at twice a second. */
  watch(key: string): AsyncIterable<StateFact | null>;
}

/** A value of the state. */
export interface StateFact {
  readonly value: unknown;
  /** Rises by one with every write. */
  readonly version: number;
  readonly updatedAt: string;
  /** Id of a task run, or `api`. */
  readonly writer: string;
}

export interface SaveOptions {
  /** With a key the record replaces the one saved under it before; without, it is added. */
  readonly key?: string;
}

export interface SpawnOptions<T> {
  /**
   * Names a subtask within its run; a second subtask of the same name is not started, nor is the spawning task itself again.
   * Keys that are web addresses are compared without fragment and tracking parameters, query sorted. Default: the input as JSON.
   */
  readonly key?: (input: T) => string;
  /** True: keys are compared to the letter, web addresses included. */
  readonly exactKey?: boolean;
  /**
   * Where redirects may lead a subtask whose key is a web address. `check` (default): its page may be no other subtask's, and stays
   * in the scope that `links` was asked for. `any`: wherever the page was found, it is recorded.
   */
  readonly redirects?: "check" | "any";
  /** Which hosts redirects may lead to, seen from the subtask's own address; default: as `links` was asked. */
  readonly scope?: LinkOptions["scope"];
  /** Which inputs are taken up first: higher numbers are, from -1000 to 1000; default 0. */
  readonly priority?: (input: T) => number;
  /** Which task runs the inputs; default: the spawning task itself. */
  readonly task?: string;
}

export interface FileDraftOptions {
  readonly name?: string;
  readonly type?: string;
}

export interface DownloadOptions {
  /** The file name to keep; default: what the server or the URL says. */
  readonly name?: string;
  /** Refuse more bytes than this; default 2 GiB. */
  readonly maxBytes?: number;
  /** Refuse what is none of these: endings, types or groups of types, such as `pdf, image/*`. Decided before the bytes come. */
  readonly types?: string;
  /** True: a file that cannot be had fails the attempt. Default: it is a warning in the log, and `download` gives null. */
  readonly required?: boolean;
}

export interface DownloadedFile {
  readonly name: string;
  /** What the server, or the page, called it, if that is not its name here. Only a text: it may be anything. */
  readonly originalName?: string;
  readonly url: string;
  /** Hex, and the file's address in the file store. */
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  /** False: the same bytes as in the run before (option `recrawl`). */
  readonly changed: boolean;
}

/** What every task gets. `save`, `spawn`, `report` and files take effect together when the attempt succeeds. */
export interface TaskContext<Input> {
  readonly input: Input;
  readonly run: { readonly id: string; readonly name: string };
  readonly task: {
    readonly id: string;
    readonly name: string;
    readonly key: string | null;
    readonly parent: string | null;
    readonly attempt: number;
  };
  /** Aborts on cancel and timeout; pass it on to whatever can be aborted. */
  readonly signal: AbortSignal;
  readonly state: StateAccess;
  readonly nodeState: StateAccess;
  /** Path of the run's temporary folder; it exists. */
  readonly staging: string;
  log(...parts: unknown[]): void;
  /** Adds a record, which may be any JSON, to a collection of the data store; one that does not fit what the collection is declared to hold is refused. */
  save(collection: string, data: unknown, options?: SaveOptions): Promise<void>;
  save<S extends ZodType>(collection: Collection<S>, data: z.input<S>, options?: SaveOptions): Promise<void>;
  /** Starts subtasks, each once per run by its key. */
  spawn<T extends object>(inputs: T | readonly T[], options?: SpawnOptions<T>): Promise<void>;
  /** Puts bytes, text or a file of the staging folder into the file store. */
  saveFile(source: string | Uint8Array | { path: string }, options?: FileDraftOptions): Promise<DownloadedFile>;
  /** Anything worth telling in the run's manifest; later keys replace earlier ones. */
  report(facts: Readonly<Record<string, unknown>>): void;
}

export type CodeContext<Input> = TaskContext<Input>;

export interface BrowserContext<Input> extends TaskContext<Input> {
  /** A real Playwright page in the runner's Chromium. Naming it starts Chromium. */
  readonly page: Page;
  /** Plays a flow recorded with the Recorder of Chrome's DevTools on the page; `${input.name}` in it is filled in. */
  replay(recording: object, input?: Readonly<Record<string, unknown>>): Promise<Replayed>;
  /** Where the page's links lead, as it stands now, those inside open shadow roots and frames too; as `links` of a visited page. */
  links(options?: LinkOptions): Promise<string[]>;
  /** The page's links to files: of every known kind, or as `files` says. */
  files(options?: LinkOptions): Promise<string[]>;
  /** Scrolls the page, or the longest list in it, until nothing more is loaded. */
  scrollToEnd(options?: ScrollOptions): Promise<Scrolled>;
  /** Fetches a page, over HTTP or in Chromium, whichever it needs. */
  visit(url: string, options?: VisitOptions): Promise<Document>;
  /** One HTTP request of any method, with the session's cookies. An answer other than 2xx fails, save what `accept` lists. */
  request(url: string, options?: RequestOptions): Promise<Response>;
  /** Addresses of a site's pages from its site maps: those of the file at `url`, else those that its robots.txt names, else `/sitemap.xml`. */
  sitemap(url: string, options?: SitemapOptions): Promise<string[]>;
  /** Streams a URL, or what a click on an element of the page downloads, into the file store with the session's cookies. */
  download(target: string | Locator, options: DownloadOptions & { readonly required: true }): Promise<DownloadedFile>;
  download(target: string | Locator, options?: DownloadOptions): Promise<DownloadedFile | null>;
}

/** Where scrolling stops at the latest. */
export interface ScrollOptions {
  /** Milliseconds; default 30,000. */
  readonly timeout?: number;
  /** How often it may have grown; default 1000. */
  readonly rounds?: number;
  /** Pixels; default 1,000,000. */
  readonly height?: number;
  /** How long nothing may happen before that is the end, in milliseconds; default 400. */
  readonly quiet?: number;
}

export interface Scrolled {
  /** `end`: nothing more was loaded; else which limit was reached. */
  readonly end: "end" | "rounds" | "height" | "timeout";
  readonly rounds: number;
  /** Pixels. */
  readonly height: number;
}

export interface RequestOptions {
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Statuses that are answers like others. */
  readonly accept?: readonly number[];
}

/** What a request was answered with. */
export interface Response {
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Those that the next request to this address would send. */
  readonly cookies: Readonly<Record<string, string>>;
}

export interface SitemapOptions {
  /** At most so many addresses; default 100,000. */
  readonly limit?: number;
}

export interface VisitOptions {
  readonly render?: "auto" | "never" | "always";
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LinkOptions {
  /** Which pages: on the same host (with port), origin or registrable domain as this one; default: any. */
  readonly scope?: "same-host" | "same-domain" | "same-origin" | "any";
  /**
   * Links to files in place of pages: `true` for every known kind, or extensions as `pdf,zip`. Pictures, films and sounds that the
   * page shows count where their extension is named. What may be either, such as `/wiki/Node.js`, is among both: a subtask that finds
   * no HTML there ends as skipped (`no_page`).
   */
  readonly files?: boolean | string;
  /** Only links that match one of these (`*` and `**` globs on the whole URL, or expressions). */
  readonly include?: string | RegExp | readonly (string | RegExp)[];
  readonly exclude?: string | RegExp | readonly (string | RegExp)[];
  /** False: without links that the page asks not to follow, by `rel=nofollow`, its robots `<meta>` or `X-Robots-Tag`; default: with them. */
  readonly nofollow?: boolean;
}

export interface Form {
  readonly action: string;
  readonly method: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly value: string }[];
}

/** One page, whichever tier fetched it. */
export interface Document {
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Media type without parameters, such as `text/html`. */
  readonly type: string;
  readonly title: string;
  /** Visible text, white space folded. */
  readonly text: string;
  readonly html: string;
  readonly forms: readonly Form[];
  /** The address that the page says is its own (`<link rel="canonical">`), absolute; null if it says none. */
  readonly canonical: string | null;
  /** Which tier made it, and why. */
  readonly tier: "http" | "browser";
  readonly tierReason: string;
  /** False: the page is as it was in the run before (option `recrawl`). */
  readonly changed: boolean;
  /** Absolute http(s) URLs without fragment, each once, in order of appearance. */
  links(options?: LinkOptions): string[];
  /** Elements that match a CSS selector, as `{ text, attributes }`. */
  select(selector: string): readonly { readonly text: string; readonly attributes: Readonly<Record<string, string>> }[];
}
