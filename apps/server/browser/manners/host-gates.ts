/** One gate per host: so many requests at a time, so long between two starts, and none while the host wants to be left alone. */
import { BrowsingError } from "../../core/browsing.ts";
import { HOST_PATIENCE, type HostGates, type PerHost } from "../../core/politeness.ts";

export function createHostGates(now: () => number = Date.now): HostGates {
  const gates = new Map<string, Gate>();
  const gateOf = (host: string): Gate => {
    const gate = gates.get(host) ?? new Gate(host, now, () => gates.delete(host));
    gates.set(host, gate);
    return gate;
  };
  return {
    enter: (host, perHost, signal) => gateOf(host).enter(perHost, signal),
    pause: (host, milliseconds) => gateOf(host).pause(milliseconds),
    occupy: (host) => gateOf(host).occupy(),
    pausedFor: (host) => Math.max(0, gates.get(host)?.pausedFor() ?? 0),
    standing: (host) => ({ active: gates.get(host)?.active ?? 0 }),
  };
}

interface Waiting {
  readonly perHost: PerHost;
  start(leave: () => void): void;
  refuse(error: Error): void;
}

class Gate {
  readonly #host: string;
  readonly #now: () => number;
  readonly #onIdle: () => void;
  readonly #line: Waiting[] = [];
  #active = 0;
  /** No request starts before; from the gap since the last one. */
  #nextStart = 0;
  /** No request starts before; as the host asked. */
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: string, now: () => number, onIdle: () => void) {
    this.#host = host;
    this.#now = now;
    this.#onIdle = onIdle;
  }

  get active(): number {
    return this.#active;
  }

  pausedFor(): number {
    return this.#pauseLeft();
  }

  occupy(): () => void {
    this.#active += 1;
    return this.#leaving();
  }

  enter(perHost: PerHost, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#pauseLeft() > HOST_PATIENCE) return Promise.reject(this.#closed());
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        reject(signal.reason);
        this.#admit();
      };
      const waiting: Waiting = {
        perHost,
        start(leave) {
          signal.removeEventListener("abort", stop);
          resolve(leave);
        },
        refuse(error) {
          signal.removeEventListener("abort", stop);
          reject(error);
        },
      };
      signal.addEventListener("abort", stop, { once: true });
      this.#line.push(waiting);
      this.#admit();
    });
  }

  pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + milliseconds);
    if (this.#pauseLeft() <= HOST_PATIENCE) return;
    for (const waiting of this.#line.splice(0)) waiting.refuse(this.#closed());
  }

  /** Starts whoever may start now, and comes back when the next one may. */
  #admit(): void {
    clearTimeout(this.#timer);
    for (let first = this.#line[0]; first && this.#active < first.perHost.concurrency; first = this.#line[0]) {
      const wait = Math.max(this.#nextStart, this.#pausedUntil) - this.#now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#admit(), wait);
        return;
      }
      this.#line.shift();
      this.#active += 1;
      this.#nextStart = this.#now() + first.perHost.delay;
      first.start(this.#leaving());
    }
  }

  #leaving(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#active -= 1;
      this.#admit();
      const free = this.#active === 0 && this.#line.length === 0;
      if (free && Math.max(this.#nextStart, this.#pausedUntil) <= this.#now()) this.#onIdle();
    };
  }

  #pauseLeft(): number {
    return this.#pausedUntil - this.#now();
  }

  #closed(): BrowsingError {
    const left = this.#pauseLeft();
    return new BrowsingError(
      "http_status",
      `${this.#host} asked to be left alone for another ${Math.ceil(left / 1000)} s (Retry-After), which only another attempt can wait for.`,
      { retryable: true, retryAfter: left },
    );
  }
}
