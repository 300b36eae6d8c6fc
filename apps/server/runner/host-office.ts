/**
 * The server's side of being polite together: whoever is alone with a host keeps its own gate and costs nothing here; once a second
 * runner process wants the same host, both ask here for every request. What one hears of a host ("later") all others are told.
 */
import { BrowsingError } from "../core/browsing.ts";
import type { HostGates, PerHost } from "../core/politeness.ts";
import type { Entered } from "./protocol.ts";

/** What the office may ask of a runner process. */
export interface HostUser {
  /** From now on it asks for this host. Resolves with how many of its requests are under way. */
  share(host: string): Promise<number>;
  pause(host: string, milliseconds: number): void;
}

const MOST_HOSTS = 10_000;

export class HostOffice {
  readonly gates: HostGates;
  readonly #desks = new Set<HostDesk>();
  /** Who is alone with a host, or since when (resolved: long since) several are not. */
  readonly #hosts = new Map<string, HostDesk | Promise<void>>();

  constructor(gates: HostGates) {
    this.gates = gates;
  }

  /** For one runner process; closed when that ends. */
  open(user: HostUser): HostDesk {
    const desk = new HostDesk(this, user);
    this.#desks.add(desk);
    return desk;
  }

  /** True: this one is alone with the host now. */
  async claim(host: string, desk: HostDesk): Promise<boolean> {
    const holder = this.#hosts.get(host) ?? desk;
    if (holder === desk) {
      this.#hosts.set(host, desk);
      const [oldest] = this.#hosts.keys();
      if (this.#hosts.size > MOST_HOSTS && oldest !== undefined) this.#hosts.delete(oldest);
      return true;
    }
    await this.share(host);
    return false;
  }

  /** Resolves once everybody asks for this host, with what is under way already counted. */
  share(host: string): Promise<void> {
    const holder = this.#hosts.get(host);
    if (holder instanceof Promise) return holder;
    const shared = holder === undefined ? Promise.resolve() : holder.giveUp(host);
    this.#hosts.set(host, shared);
    return shared;
  }

  pause(host: string, milliseconds: number, from: HostDesk): void {
    this.gates.pause(host, milliseconds);
    for (const desk of this.#desks) if (desk !== from) desk.user.pause(host, milliseconds);
  }

  forget(desk: HostDesk): void {
    this.#desks.delete(desk);
    for (const [host, holder] of this.#hosts) if (holder === desk || this.#desks.size === 0) this.#hosts.delete(host);
  }
}

export class HostDesk {
  readonly user: HostUser;
  readonly #office: HostOffice;
  readonly #waiting = new Map<number, AbortController>();
  readonly #inside = new Map<number, () => void>();
  /** Requests that were under way when the host came to be shared. */
  readonly #adopted = new Map<string, (() => void)[]>();

  constructor(office: HostOffice, user: HostUser) {
    this.#office = office;
    this.user = user;
  }

  /** How long the host wants to be left alone, in milliseconds, and whether this process is alone with it. */
  async ask(host: string): Promise<{ readonly alone: boolean; readonly pausedFor: number }> {
    const alone = await this.#office.claim(host, this);
    return { alone, pausedFor: this.#office.gates.pausedFor(host) };
  }

  async enter(id: number, host: string, perHost: PerHost): Promise<Entered> {
    const stop = new AbortController();
    this.#waiting.set(id, stop);
    try {
      await this.#office.share(host);
      this.#inside.set(id, await this.#office.gates.enter(host, perHost, stop.signal));
      return { type: "entered" };
    } catch (error) {
      if (!(error instanceof BrowsingError)) return { type: "given_up" };
      return { type: "closed", message: error.message, retryAfter: error.retryAfter ?? 0 };
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Whether it is inside or waits still. */
  leave(id: number): void {
    this.#waiting.get(id)?.abort();
    this.#inside.get(id)?.();
    this.#inside.delete(id);
  }

  leaveAdopted(host: string): void {
    this.#adopted.get(host)?.pop()?.();
  }

  pause(host: string, milliseconds: number): void {
    this.#office.pause(host, milliseconds, this);
  }

  async giveUp(host: string): Promise<void> {
    const active = await this.user.share(host).catch(() => 0);
    this.#adopted.set(
      host,
      Array.from({ length: active }, () => this.#office.gates.occupy(host)),
    );
  }

  close(): void {
    this.#office.forget(this);
    for (const stop of this.#waiting.values()) stop.abort();
    for (const leave of [...this.#inside.values(), ...[...this.#adopted.values()].flat()]) leave();
    this.#inside.clear();
    this.#adopted.clear();
  }
}
