/**
 * What is asked of every page, read in one pass over its text: title, links, scripts, and where it sends its visitor. Building a
 * tree takes three times as long, so that waits until somebody asks for text, forms or elements.
 */
import { isTracker } from "../chromium/blocking.ts";
import { refreshOf } from "../http/meta-refresh.ts";
import type { Syntax } from "./flat-parser.ts";
import { type LinkTarget, linkTarget, neighbourTarget, shownBy } from "./link-targets.ts";
import { RootWatch } from "./root-watch.ts";
import { scan } from "./scan.ts";
import { fold, isDead, type Tag } from "./tree.ts";

export interface Outline {
  readonly title: string;
  /** What relative addresses are relative to, as written, or null. */
  readonly base: string | null;
  /** Where anchors, areas and frames lead and what is shown, as written; last, which pages come before and after this one. */
  readonly targets: readonly LinkTarget[];
  /** Scripts that a browser would run, and elements that run something as they load; those that only measure do not count. */
  readonly scripts: readonly Script[];
  /** Name of an empty element that client-side frameworks fill, or null. */
  readonly emptyRoot: string | null;
  /** Whether `<noscript>` says that the page needs JavaScript. */
  readonly asksForScripts: boolean;
  /** Where `<meta http-equiv="refresh">` leads, as written, or null. */
  readonly refresh: string | null;
  /** The address that the page says is its own, as written, or null. */
  readonly canonical: string | null;
  /** Whether a `<meta name="robots">` asks that none of its links be followed. */
  readonly nofollow: boolean;
}

export interface Script {
  /** Of the element: `script`, or one that runs something as it loads. */
  readonly name: string;
  readonly src: string | null;
  /** How its own text begins. */
  text: string;
}

const ASKING = /java\s?script/i;
/** Types of scripts that browsers run; any other holds data. */
const RUNNING = /^(?:|module|(?:text|application)\/(?:x-)?(?:java|ecma)script)$/i;
const SCRIPT_TEXT = 400;
const CANONICAL = /(?:^|\s)canonical(?:\s|$)/i;
/** In a robots `<meta>` or header. */
export const NO_LINKS = /(?:^|[\s,])(?:nofollow|none)(?:[\s,]|$)/i;

export function outlineOf(html: string, syntax: Syntax = "html"): Outline {
  const reading = new Reading();
  scan(html, reading, syntax);
  return reading.outline();
}

class Reading {
  readonly #targets: LinkTarget[] = [];
  readonly #neighbours: LinkTarget[] = [];
  readonly #scripts: Script[] = [];
  readonly #roots = new RootWatch();
  /** Depth of the outermost element that is dead until scripts use it, or 0. */
  #dead = 0;
  #drawings = 0;
  #title: string | null = null;
  #base: string | null = null;
  #refresh: string | null = null;
  #canonical: string | null = null;
  #nofollow = false;
  #asks = false;
  /** The element whose text is being read. */
  #script: Script | null = null;
  #inTitle = false;
  /** What is said to browsers without scripts or frames, so far. */
  #unshown: string | null = null;

  open(tag: Tag, depth: number): void {
    this.#roots.open(tag, depth);
    if (this.#dead === 0) this.#note(tag, depth);
    else if (this.#unshown !== null) this.#unshown += " ";
  }

  close(name: string, depth: number): void {
    this.#roots.close(depth);
    if (name === "script") this.#script = null;
    if (name === "title") this.#inTitle = false;
    if (name === "svg") this.#drawings = Math.max(0, this.#drawings - 1);
    if (name === "noframes") this.#noteWithoutFrames();
    if (this.#dead !== depth) return;
    this.#asks ||= this.#unshown !== null && ASKING.test(fold(this.#unshown));
    this.#unshown = null;
    this.#dead = 0;
  }

  text(data: string): void {
    if (this.#script !== null && this.#script.text.length < SCRIPT_TEXT) this.#script.text += data;
    else if (this.#inTitle) this.#title += data;
    else if (this.#unshown !== null) this.#unshown += data;
    this.#roots.text(data);
  }

  outline(): Outline {
    return {
      title: fold(this.#title ?? ""),
      base: this.#base,
      // Nobody sees them, so they come behind all that can be seen.
      targets: [...this.#targets, ...this.#neighbours],
      scripts: this.#scripts,
      emptyRoot: this.#roots.empty,
      asksForScripts: this.#asks,
      refresh: this.#refresh,
      canonical: this.#canonical,
      nofollow: this.#nofollow,
    };
  }

  #note(tag: Tag, depth: number): void {
    const { name, attribs } = tag;
    const target = linkTarget(tag);
    if (target !== null) this.#targets.push(target);
    else this.#targets.push(...shownBy(tag));
    // A frame whose page stands in this one.
    if (name === "iframe" && attribs.srcdoc !== undefined) this.#targets.push(...outlineOf(attribs.srcdoc).targets);
    switch (name) {
      case "script":
        this.#noteScript(attribs);
        break;
      case "title":
        if (this.#title === null && this.#drawings === 0) [this.#title, this.#inTitle] = ["", true];
        break;
      case "svg":
        this.#drawings += 1;
        break;
      case "base":
        this.#base ??= attribs.href ?? null;
        break;
      case "meta":
        this.#noteRefresh(tag);
        this.#nofollow ||= attribs.name?.toLowerCase() === "robots" && NO_LINKS.test(attribs.content ?? "");
        break;
      case "link":
        this.#noteLink(tag);
        break;
      case "noscript":
      case "noframes":
        this.#unshown = "";
        break;
    }
    if (name !== "script" && isSelfStarting(attribs)) this.#scripts.push({ name, src: null, text: "" });
    if (isDead(tag)) this.#dead = depth;
  }

  /** Where a page sends who waits for long enough is a link like any other. */
  #noteRefresh(tag: Tag): void {
    const refresh = refreshOf(tag);
    if (refresh === null) return;
    if (refresh.isRedirect) this.#refresh ??= refresh.address;
    else this.#targets.push({ address: refresh.address, download: null, embedded: false, nofollow: false });
  }

  /** Parsers take for text what browsers without frames show, and its links lead to the same pages. */
  #noteWithoutFrames(): void {
    if (this.#dead !== 0 || this.#unshown === null) return;
    // One level is all there is in a page that nobody made to be deep.
    this.#targets.push(...outlineOf(this.#unshown.replace(/<noframes/gi, "")).targets);
    this.#unshown = null;
  }

  #noteLink(tag: Tag): void {
    if (CANONICAL.test(tag.attribs.rel ?? "")) this.#canonical ??= tag.attribs.href ?? null;
    const neighbour = neighbourTarget(tag);
    if (neighbour) this.#neighbours.push(neighbour);
  }

  #noteScript(attribs: Tag["attribs"]): void {
    if (!isRunning(attribs)) return;
    this.#script = { name: "script", src: attribs.src ?? null, text: "" };
    this.#scripts.push(this.#script);
  }
}

/** Whether it runs something without anybody touching the page. */
function isSelfStarting({ onload, onerror, onpageshow }: Tag["attribs"]): boolean {
  return onload !== undefined || onerror !== undefined || onpageshow !== undefined;
}

function isRunning({ type, src }: Tag["attribs"]): boolean {
  return RUNNING.test(type?.trim() ?? "") && !isTracker(src ?? "");
}
