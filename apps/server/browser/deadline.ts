/** A time limit that stands still while we keep the other side waiting, not it us. */

export class Deadline {
  /** Aborts with a `TimeoutError` when the time is used up. */
  readonly signal: AbortSignal;
  readonly #late = new AbortController();
  #left: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Its time runs from the first `run` on. */
  constructor(milliseconds: number) {
    this.#left = milliseconds;
    this.signal = this.#late.signal;
  }

  run(): void {
    clearTimeout(this.#timer);
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#late.abort(new DOMException("no answer in time", "TimeoutError")), this.#left);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#left -= performance.now() - this.#since;
  }
}
