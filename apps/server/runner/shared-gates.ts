/** A runner process's gates: its own while it is alone with a host and that wants no time between requests, the server's otherwise. */
import { BrowsingError } from "../core/browsing.ts";
import type { HostGates, PerHost } from "../core/politeness.ts";
import type { Entered } from "./protocol.ts";

/** How the server is asked. */
export interface HostCounter {
  ask(host: string): Promise<{ readonly alone: boolean; readonly pausedFor: number }>;
  enter(id: number, host: string, perHost: PerHost): Promise<Entered>;
  leave(id: number): void;
  leaveAdopted(host: string): void;
  pause(host: string, milliseconds: number): void;
}

interface Known {
  readonly asked: Promise<void>;
  shared: boolean;
  /** Requests that the server took over when the host came to be shared. */
  adopted: number;
}

const MOST_HOSTS = 10_000;

export class SharedGates {
  readonly #own: HostGates;
  readonly #server: HostCounter;
  readonly #hosts = new Map<string, Known>();
  #ids = 0;

  constructor(own: HostGates, server: HostCounter) {
    this.#own = own;
    this.#server = server;
  }

  async enter(host: string, perHost: PerHost, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    // Time between requests can only be kept where all of them are seen.
    if (perHost.delay > 0) return this.#enterShared(host, perHost, signal);
    const known = this.#know(host);
    await known.asked;
    if (known.shared) return this.#enterShared(host, perHost, signal);
    const leave = await this.#own.enter(host, perHost, signal);
    return () => {
      leave();
      // Whoever waits here goes on in its place, as far as the server knows.
      if (known.adopted === 0 || this.#own.standing(host).active >= known.adopted) return;
      known.adopted -= 1;
      this.#server.leaveAdopted(host);
    };
  }

  pause(host: string, milliseconds: number): void {
    this.#own.pause(host, milliseconds);
    this.#server.pause(host, milliseconds);
  }

  /** Another process was told by the host. */
  hearPause(host: string, milliseconds: number): void {
    this.#own.pause(host, milliseconds);
  }

  /** Another process wants the host, too. */
  share(host: string): number {
    const known = this.#know(host);
    known.shared = true;
    known.adopted = this.#own.standing(host).active;
    return known.adopted;
  }

  #know(host: string): Known {
    const known = this.#hosts.get(host) ?? this.#ask(host);
    return known;
  }

  #ask(host: string): Known {
    const known: Known = {
      asked: this.#server.ask(host).then(({ alone, pausedFor }) => {
        known.shared ||= !alone;
        if (pausedFor > 0) this.#own.pause(host, pausedFor);
      }),
      shared: false,
      adopted: 0,
    };
    this.#hosts.set(host, known);
    const [oldest] = this.#hosts.keys();
    if (this.#hosts.size > MOST_HOSTS && oldest !== undefined) this.#hosts.delete(oldest);
    return known;
  }

  async #enterShared(host: string, perHost: PerHost, signal: AbortSignal): Promise<() => void> {
    const id = ++this.#ids;
    const leave = once(() => this.#server.leave(id));
    const stopped = Promise.withResolvers<never>();
    stopped.promise.catch(() => {});
    const stop = (): void => {
      leave();
      stopped.reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      const answer = await Promise.race([this.#server.enter(id, host, perHost), stopped.promise]);
      if (answer.type === "entered") return leave;
      if (answer.type === "closed")
        throw new BrowsingError("http_status", answer.message, { retryable: true, retryAfter: answer.retryAfter });
      throw new Error(`the way to ${host} was given up`);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
