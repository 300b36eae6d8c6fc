/** Keeps the log of one attempt bounded: the head is told live, of the rest only the tail is kept and told at the end. */
import type { LogLine } from "../core/execution.ts";

const HEAD = 1024 * 1024;
const TAIL = 4 * 1024 * 1024;

export class LimitedLog {
  readonly #log: (line: LogLine) => void;
  readonly #tail = new LineRing(TAIL);
  #headLeft = HEAD;

  constructor(log: (line: LogLine) => void) {
    this.#log = log;
  }

  add(line: LogLine): void {
    if (this.#headLeft <= 0) this.#tail.add(line);
    else {
      this.#headLeft -= line.text.length;
      this.#log(line);
    }
  }

  end(): void {
    const { lines, dropped } = this.#tail.take();
    if (dropped > 0) this.#log(droppedLine(dropped));
    for (const line of lines) this.#log(line);
  }
}

/** The last lines, at most so many characters; the newest is kept however long it is. */
export class LineRing {
  readonly #limit: number;
  #lines: LogLine[] = [];
  #first = 0;
  #size = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(line: LogLine): void {
    this.#lines.push(line);
    this.#size += line.text.length;
    while (this.#size > this.#limit && this.#first < this.#lines.length - 1) {
      const length = this.#lines[this.#first]?.text.length ?? 0;
      this.#first += 1;
      this.#size -= length;
      this.#dropped += length;
    }
    if (this.#first < 10_000) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }

  /** Empties the ring. */
  take(): { readonly lines: readonly LogLine[]; readonly dropped: number } {
    const taken = { lines: this.#lines.slice(this.#first), dropped: this.#dropped };
    this.#lines = [];
    this.#first = this.#size = this.#dropped = 0;
    return taken;
  }
}

export function droppedLine(dropped: number): LogLine {
  const text = `${dropped} characters of the log dropped here: only its beginning and its end are kept`;
  return { stream: "system", level: "warn", time: Date.now(), text };
}
