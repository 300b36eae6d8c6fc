/**
 * Which processes belong to which command: those of its process group, those that one of its own started, and those that carry its
 * marks. Each process is looked into once, when it is first seen: that makes looking often cheap. Linux only.
 */
import { allPids, environmentOf, factsOf, hasMarks, inTurns, type Marks } from "./processes.ts";

export interface Counted {
  /** Its process group, which is also the id of its first process. */
  readonly group: number;
  readonly marks: Marks;
}

/**
 * What a command starts has a higher number than it has itself, until numbers wrap around; and a process may have been seen before it
 * had its environment. So every few looks all processes are looked into, and anew.
 */
const RENEW = 20;

export class Census {
  #owners = new Map<number, Counted | null>();
  #looks = 0;

  /**
   * The living processes of each.
   * @param isEnough whether one need not be counted further; then nobody is
   */
  async take<Command extends Counted>(
    commands: readonly Command[],
    isEnough: (command: Command, processes: number) => boolean,
  ): Promise<ReadonlyMap<Command, readonly number[]>> {
    this.#looks += 1;
    const renews = this.#looks % RENEW === 0;
    const known = renews ? new Map<number, Counted | null>() : this.#owners;
    const first = renews ? 0 : Math.min(...commands.map(({ group }) => group));
    const now = new Map<number, Counted | null>();
    const found = new Map<Command, number[]>(commands.map((command) => [command, []]));
    // In the order of their numbers, so that parents mostly come before their children.
    const pids = allPids().filter((pid) => pid >= first);
    for await (const pid of inTurns(pids.sort((a, b) => a - b))) {
      const owner = known.has(pid) ? known.get(pid) : ownerOf(pid, commands, now);
      if (owner !== undefined) now.set(pid, owner);
      const command = commands.find((one) => one === owner);
      const processes = command && found.get(command)?.push(pid);
      if (command && processes && isEnough(command, processes)) break;
    }
    this.#owners = now;
    return found;
  }
}

/** Undefined: it is gone, or not yet what it will be. */
function ownerOf(
  pid: number,
  commands: readonly Counted[],
  owners: ReadonlyMap<number, Counted | null>,
): Counted | null | undefined {
  const facts = factsOf(pid);
  if (facts === null) return undefined;
  const near = commands.find(({ group }) => group === facts.group) ?? owners.get(facts.parent);
  if (near) return near;
  const environment = environmentOf(pid);
  return commands.find(({ marks }) => hasMarks(environment, marks)) ?? null;
}
