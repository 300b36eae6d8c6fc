/**
 * The write mutex: one batch at a time, made of every group that came while the one before was under way, so that they share one
 * wait for the disk. Where the last commit was shared, what has to wait for the disk anyway first waits as long as that one took
 * (at most 5 ms) for others to join it again.
 */
import type { InStatement, ResultSet } from "@libsql/client";

/** Statements that are committed whole or not at all. */
export interface WriteGroup {
  readonly statements: readonly InStatement[];
  readonly durable: boolean;
  /** Done behind all groups of a commit, once for those that are about the same thing. */
  readonly after: { readonly about: string; readonly statements: readonly InStatement[] } | null;
}

type Run = (statements: readonly InStatement[], durable: boolean) => Promise<ResultSet[]>;

interface Pending {
  readonly group: WriteGroup;
  readonly resolve: (results: ResultSet[]) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_GROUPS = 64;
const LONGEST_GATHERING = 5;

export function groupCommits(run: Run): (group: WriteGroup) => Promise<ResultSet[]> {
  let pending: Pending[] = [];
  let busy = false;
  let lastShared = 0;
  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const together = pending.slice(0, MOST_GROUPS);
      pending = pending.slice(MOST_GROUPS);
      const from = performance.now();
      await commitTogether(together, run);
      if (together.some(({ group }) => group.durable)) lastShared = together.length > 1 ? performance.now() - from : 0;
    }
    busy = false;
  }
  return (group) =>
    new Promise((resolve, reject) => {
      pending.push({ group, resolve, reject });
      if (busy) return;
      busy = true;
      if (group.durable && lastShared >= 1) setTimeout(() => void drain(), Math.min(lastShared, LONGEST_GATHERING));
      else setImmediate(() => void drain());
    });
}

/** When one group fails, the others must not: each is then tried alone. */
async function commitTogether(together: readonly Pending[], run: Run): Promise<void> {
  if (together.length > 1) {
    try {
      const results = await runGroups(
        together.map(({ group }) => group),
        run,
      );
      for (const [i, { resolve }] of together.entries()) resolve(results[i] ?? []);
      return;
    } catch {
      // fall through: find out which group it was
    }
  }
  for (const { group, resolve, reject } of together) {
    try {
      const [results = []] = await runGroups([group], run);
      resolve(results);
    } catch (error) {
      reject(error);
    }
  }
}

/** The results of each group. */
async function runGroups(groups: readonly WriteGroup[], run: Run): Promise<ResultSet[][]> {
  const last = new Map(groups.map((group, i) => [group.after?.about, i]));
  const own = groups.flatMap((group) => group.statements);
  const closing = [...last.values()].flatMap((i) => groups[i]?.after?.statements ?? []);
  const durable = groups.some((group) => group.durable);
  const results = await run([...own, ...closing], durable);
  const rest = [...results];
  const perGroup = groups.map((group) => rest.splice(0, group.statements.length));
  for (const i of last.values()) perGroup[i]?.push(...rest.splice(0, groups[i]?.after?.statements.length ?? 0));
  return perGroup;
}
