/**
 * What a command prints, as log lines: live up to the head limit, after that only the tail is kept and told at the end,
 * with a line that states what was dropped in between. Memory stays bounded however much is printed.
 */
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { LogLine } from "../core/execution.ts";

export interface OutputLimits {
  /** Bytes told live. */
  readonly head: number;
  /** Bytes kept of the rest. */
  readonly tail: number;
}

type StreamName = "stdout" | "stderr";

const FLUSH_INTERVAL = 50;
/** A line that does not end is told anyway after this many flushes, or characters. */
const PATIENCE = 20;
const LONGEST_LINE = 64 * 1024;
/** More than this between two flushes, and the command has to wait. */
const HIGH_WATER = 8 * 1024 * 1024;
const RESULT_BYTES = 64 * 1024;

export class OutputCapture {
  readonly #limits: OutputLimits;
  readonly #log: (line: LogLine) => void;
  readonly #lines: Readonly<Record<StreamName, LineBuffer>> = { stdout: new LineBuffer(), stderr: new LineBuffer() };
  readonly #tail: Tail<{ readonly stream: StreamName; readonly bytes: Buffer }>;
  readonly #result = new Tail<{ readonly bytes: Buffer }>(RESULT_BYTES);
  readonly #paused = new Set<Readable>();
  #timer: NodeJS.Timeout | undefined;
  #headLeft: number;
  #sinceFlush = 0;
  #lastError = "";

  constructor(limits: OutputLimits, log: (line: LogLine) => void) {
    this.#limits = limits;
    this.#log = log;
    this.#tail = new Tail(limits.tail);
    this.#headLeft = limits.head;
  }

  follow(name: StreamName, stream: Readable): void {
    stream.on("data", (bytes: Buffer) => {
      this.#take(name, bytes);
      this.#timer ??= setInterval(() => this.#flush(), FLUSH_INTERVAL);
      this.#sinceFlush += bytes.length;
      if (this.#sinceFlush < HIGH_WATER) return;
      stream.pause();
      this.#paused.add(stream);
    });
  }

  /** Tells what is left. */
  end(): void {
    clearInterval(this.#timer);
    this.#emit("stdout", this.#lines.stdout.finish());
    this.#emit("stderr", this.#lines.stderr.finish());
    if (this.#tail.dropped > 0) {
      const kept = `only the first ${this.#limits.head} and the last ${this.#limits.tail} bytes are kept`;
      this.#system(`${this.#tail.dropped} bytes of output dropped here: ${kept}`);
    }
    for (const part of this.#tail.parts)
      this.#lines[part.stream].add(part.bytes, (text) => this.#emit(part.stream, text));
    this.#emit("stdout", this.#lines.stdout.finish());
    this.#emit("stderr", this.#lines.stderr.finish());
  }

  /** The last lines of stdout, at most 64 KiB. */
  lastLines(): string {
    const text = Buffer.concat(this.#result.parts.map((part) => part.bytes)).toString("utf8");
    const whole = this.#result.dropped > 0 ? text.slice(text.indexOf("\n") + 1) : text;
    return whole.replace(/\r?\n$/, "");
  }

  /** The last line printed to stderr, for error messages. */
  lastError(): string {
    return this.#lastError;
  }

  #take(name: StreamName, bytes: Buffer): void {
    if (name === "stdout") this.#result.add({ bytes });
    const head = bytes.subarray(0, this.#headLeft);
    this.#headLeft -= head.length;
    if (head.length > 0) this.#lines[name].add(head, (text) => this.#emit(name, text));
    if (head.length < bytes.length) this.#tail.add({ stream: name, bytes: bytes.subarray(head.length) });
  }

  #flush(): void {
    this.#sinceFlush = 0;
    for (const name of ["stdout", "stderr"] as const) this.#emit(name, this.#lines[name].take());
    for (const stream of this.#paused) stream.resume();
    this.#paused.clear();
  }

  #emit(stream: StreamName, text: string): void {
    if (text === "") return;
    const clean = text.replaceAll("\0", "\u{FFFD}").replace(/\r?\n$/, "");
    if (stream === "stderr") this.#lastError = clean.slice(clean.lastIndexOf("\n") + 1).trim() || this.#lastError;
    this.#log({ stream, level: stream === "stderr" ? "warn" : "info", time: Date.now(), text: clean });
  }

  #system(text: string): void {
    this.#log({ stream: "system", level: "warn", time: Date.now(), text });
  }
}

/** Turns bytes into whole lines; characters cut in two by a chunk's border are put together. */
class LineBuffer {
  readonly #decoder = new StringDecoder("utf8");
  #text = "";
  #waits = 0;

  /** `emit` gets what is too long to be held back. */
  add(bytes: Buffer, emit: (text: string) => void): void {
    this.#text += this.#decoder.write(bytes);
    if (this.#text.length <= LONGEST_LINE) return;
    emit(this.take() || this.#all());
  }

  /** Whole lines; a part of one only when nothing followed for a while. */
  take(): string {
    const end = this.#text.lastIndexOf("\n") + 1;
    this.#waits = end > 0 || this.#text === "" ? 0 : this.#waits + 1;
    if (this.#waits > PATIENCE) return this.#all();
    const lines = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return lines;
  }

  finish(): string {
    this.#text += this.#decoder.end();
    return this.#all();
  }

  #all(): string {
    const text = this.#text;
    this.#text = "";
    this.#waits = 0;
    return text;
  }
}

/** The last so many bytes of what was added. */
class Tail<Part extends { readonly bytes: Buffer }> {
  readonly #limit: number;
  #parts: Part[] = [];
  #first = 0;
  #size = 0;
  dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get parts(): readonly Part[] {
    return this.#parts.slice(this.#first);
  }

  add(part: Part): void {
    // A copy, since a small slice would keep the whole chunk it came from.
    this.#parts.push({ ...part, bytes: Buffer.from(part.bytes) });
    this.#size += part.bytes.length;
    while (this.#size > this.#limit) this.#drop(this.#size - this.#limit);
    if (this.#first > 1024) {
      this.#parts = this.#parts.slice(this.#first);
      this.#first = 0;
    }
  }

  #drop(excess: number): void {
    const oldest = this.#parts[this.#first];
    if (!oldest) return;
    const cut = Math.min(excess, oldest.bytes.length);
    if (cut === oldest.bytes.length) {
      this.#parts[this.#first] = { ...oldest, bytes: Buffer.alloc(0) };
      this.#first += 1;
    } else this.#parts[this.#first] = { ...oldest, bytes: oldest.bytes.subarray(cut) };
    this.#size -= cut;
    this.dropped += cut;
  }
}
