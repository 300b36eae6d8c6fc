/**
 * The write mutex: one batch at a time, made of every group that came while the one before was under way. What has to wait for the
 * disk waits apart from it, so that the next batch is committed meanwhile; and as nothing that waits can be answered before the disk
 * is free again, what comes until then shares one commit.
 */
import type { InStatement, ResultSet } from "@libsql/client";

/** Statements that are committed whole or not at all. */
export interface WriteGroup {
  readonly statements: readonly InStatement[];
  readonly durable: boolean;
  /** Done behind all groups of a commit, once for those that are about the same thing. */
  readonly after: { readonly about: string; readonly statements: readonly InStatement[] } | null;
}

export interface Committing {
  /** Commits all statements or none. */
  run(statements: readonly InStatement[]): Promise<ResultSet[]>;
  /** Null: what is committed survives a power cut. */
  readonly disk: Disk | null;
}

export interface Disk {
  /** Resolves when what is committed now survives a power cut. */
  reach(): Promise<void>;
  /** After that failed: resolves once it holds for everything committed after all, rejects when that has to be given up. */
  regain(error: unknown): Promise<void>;
}

interface Pending {
  readonly group: WriteGroup;
  readonly resolve: (results: ResultSet[]) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_GROUPS = 64;

export function groupCommits(committing: Committing): (group: WriteGroup) => Promise<ResultSet[]> {
  const queue = new CommitQueue(committing);
  return (group) => queue.add(group);
}

class CommitQueue {
  readonly #committing: Committing;
  #pending: Pending[] = [];
  /** Committed, and to be answered when the disk has it. */
  #unsynced: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #draining = false;
  #syncing = false;
  /** Why nothing is committed until the disk has what was committed before; or null. */
  #refusal: { readonly error: unknown } | null = null;

  constructor(committing: Committing) {
    this.#committing = committing;
  }

  add(group: WriteGroup): Promise<ResultSet[]> {
    if (this.#refusal) return Promise.reject(this.#refusal.error);
    return new Promise((resolve, reject) => {
      this.#pending.push({ group, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#draining || this.#pending.length === 0) return;
    if (this.#syncing && this.#pending.every(({ group }) => group.durable)) return;
    this.#draining = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      const together = this.#pending.slice(0, MOST_GROUPS);
      this.#pending = this.#pending.slice(MOST_GROUPS);
      await this.#commit(together);
    }
    this.#draining = false;
    void this.#sync();
  }

  /** When one group fails, the others must not: each is then tried alone. */
  async #commit(together: readonly Pending[]): Promise<void> {
    if (together.length > 1) {
      try {
        const groups = together.map(({ group }) => group);
        const results = await runGroups(groups, this.#committing.run);
        for (const [i, pending] of together.entries()) this.#answer(pending, results[i] ?? []);
        return;
      } catch {
        // fall through: find out which group it was
      }
    }
    for (const pending of together) {
      try {
        const [results = []] = await runGroups([pending.group], this.#committing.run);
        this.#answer(pending, results);
      } catch (error) {
        pending.reject(error);
      }
    }
  }

  #answer({ group, resolve, reject }: Pending, results: ResultSet[]): void {
    if (group.durable && this.#committing.disk) this.#unsynced.push({ resolve: () => resolve(results), reject });
    else resolve(results);
  }

  async #sync(): Promise<void> {
    if (this.#syncing || this.#unsynced.length === 0) return;
    const waiting = this.#unsynced;
    this.#unsynced = [];
    this.#syncing = true;
    try {
      await this.#committing.disk?.reach().catch((error) => this.#regain(error));
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
    this.#syncing = false;
    this.#schedule();
    void this.#sync();
  }

  /** What is committed stands, and is answered when it is safe. What is not is refused meanwhile, so that nobody waits without knowing. */
  async #regain(error: unknown): Promise<void> {
    this.#refusal = { error };
    for (const { reject } of this.#pending.splice(0)) reject(error);
    await this.#committing.disk?.regain(error);
    this.#refusal = null;
  }
}

/** The results of each group. */
async function runGroups(groups: readonly WriteGroup[], run: Committing["run"]): Promise<ResultSet[][]> {
  const last = new Map(groups.map((group, i) => [group.after?.about, i]));
  const own = groups.flatMap((group) => group.statements);
  const closing = [...last.values()].flatMap((i) => groups[i]?.after?.statements ?? []);
  const rest = [...(await run([...own, ...closing]))];
  const perGroup = groups.map((group) => rest.splice(0, group.statements.length));
  for (const i of last.values()) perGroup[i]?.push(...rest.splice(0, groups[i]?.after?.statements.length ?? 0));
  return perGroup;
}
