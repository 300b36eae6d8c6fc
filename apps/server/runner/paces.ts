/** Remembers how many pages Chromium shows at a time for each task, and what its runners said of it, also when they are gone. */
import type { PaceReport, TaskPace } from "../core/page-limit.ts";

const MOST_TASKS = 50;
const MOST_CHANGES = 10;

export class Paces {
  readonly #tasks = new Map<string, TaskPace>();

  /** @param at epoch milliseconds */
  note(task: string, { limit, most, change }: PaceReport, at: number): void {
    const before = this.#tasks.get(task)?.changes ?? [];
    const changes = change === null ? before : [{ at, to: limit, ...change }, ...before].slice(0, MOST_CHANGES);
    this.#tasks.delete(task);
    this.#tasks.set(task, { task, limit, most, changes });
    const [oldest] = this.#tasks.keys();
    if (this.#tasks.size > MOST_TASKS && oldest !== undefined) this.#tasks.delete(oldest);
  }

  /** The one that was heard of last comes first. */
  list(): readonly TaskPace[] {
    return [...this.#tasks.values()].reverse();
  }
}
