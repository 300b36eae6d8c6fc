import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { groupCommits, type WriteGroup } from "../../../apps/server/store/group-commit.ts";

/** A disk that is ready when it is told so, under a database that writes down what it committed. */
function slowDisk() {
  const commits: string[][] = [];
  const answered: string[] = [];
  const syncs: PromiseWithResolvers<void>[] = [];
  const regains: PromiseWithResolvers<void>[] = [];
  const next = (list: PromiseWithResolvers<void>[]): Promise<void> => {
    const one = Promise.withResolvers<void>();
    list.push(one);
    return one.promise;
  };
  const commit = groupCommits({
    run: async (statements) => {
      if (statements.includes("bad")) throw new Error("bad statement");
      commits.push(statements.map(String));
      return statements.map(() => ({}) as never);
    },
    disk: {
      reach: () => next(syncs),
      regain: () => next(regains),
    },
  });
  const add = (statement: string, durable = true, after: WriteGroup["after"] = null): Promise<void> =>
    commit({ statements: [statement], durable, after }).then(() => void answered.push(statement));
  return { commits, answered, syncs, regains, add };
}

test("What comes while the disk is busy shares the next commit, and nobody is answered before the disk has it", async () => {
  const { commits, answered, syncs, add } = slowDisk();
  const first = add("a");
  await turn();
  const others = [add("b"), add("c")];
  await turn();
  expect({ commits, answered, syncs: syncs.length }).toEqual({ commits: [["a"]], answered: [], syncs: 1 });
  syncs[0]?.resolve();
  await first;
  await turn();
  expect({ commits, answered, syncs: syncs.length }).toEqual({
    commits: [["a"], ["b", "c"]],
    answered: ["a"],
    syncs: 2,
  });
  syncs[1]?.resolve();
  await Promise.all(others);
  expect(answered).toEqual(["a", "b", "c"]);
});

test("What need not reach the disk waits for no disk, and takes along what came before it", async () => {
  const { commits, answered, syncs, add } = slowDisk();
  const first = add("a");
  await turn();
  const second = add("b");
  await add("log line", false);
  expect({ commits, answered }).toEqual({ commits: [["a"], ["b", "log line"]], answered: ["log line"] });
  syncs[0]?.resolve();
  await first;
  await turn();
  expect({ answered, syncs: syncs.length }).toEqual({ answered: ["log line", "a"], syncs: 2 });
  syncs[1]?.resolve();
  await second;
});

test("A group that fails fails alone", async () => {
  const { answered, syncs, add } = slowDisk();
  const [good, bad] = [add("a"), add("bad")];
  await expect(bad).rejects.toThrow("bad statement");
  syncs[0]?.resolve();
  await good;
  expect(answered).toEqual(["a"]);
});

test("What a failing disk has not taken is answered once it has, and not committed again; what comes meanwhile is refused", async () => {
  const { commits, answered, syncs, regains, add } = slowDisk();
  const first = add("a");
  await turn();
  const waiting = add("b");
  syncs[0]?.reject(new Error("no space left"));
  await expect(waiting).rejects.toThrow("no space left");
  await expect(add("c", false)).rejects.toThrow("no space left");
  expect({ commits, answered, regains: regains.length }).toEqual({ commits: [["a"]], answered: [], regains: 1 });
  regains[0]?.resolve();
  await first;
  const next = add("d");
  await turn();
  syncs[1]?.resolve();
  await next;
  expect({ commits, answered }).toEqual({ commits: [["a"], ["d"]], answered: ["a", "d"] });
});

test("What a disk has lost is refused, and whatever comes after it", async () => {
  const { commits, answered, syncs, regains, add } = slowDisk();
  const first = add("a");
  await turn();
  syncs[0]?.reject(new Error("no space left"));
  await turn();
  regains[0]?.reject(new Error("the log is lost"));
  await expect(first).rejects.toThrow("the log is lost");
  await expect(add("b")).rejects.toThrow("no space left");
  expect({ commits, answered }).toEqual({ commits: [["a"]], answered: [] });
});

test("What follows for one thing is done once a commit, behind everything else", async () => {
  const { commits, syncs, add } = slowDisk();
  const after = { about: "run 1", statements: ["look at run 1"] };
  const all = [add("a", true, after), add("b", true, after), add("c")];
  await turn();
  expect(commits).toEqual([["a", "b", "c", "look at run 1"]]);
  syncs[0]?.resolve();
  await Promise.all(all);
});
