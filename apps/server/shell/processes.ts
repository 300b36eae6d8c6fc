/**
 * Finds and ends processes. They are told by marks in their environment, which children inherit and `setsid` does not
 * shed, and by their process group. Linux only (`/proc`); elsewhere a group can be signalled, but nothing is found.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** CPU time of its own, in clock ticks. */
  readonly ticks: number;
}

/** Environment variables a process must have, by name. */
export type Marks = Readonly<Record<string, string>>;

/** Living processes (no zombies) that carry all the marks, or belong to the group. */
export function findProcesses(marks: Marks, group?: number): number[] {
  return allPids().filter(
    (pid) => (group !== undefined && factsOf(pid)?.group === group) || hasMarks(environmentOf(pid), marks),
  );
}

/** The same, one after the other: among thousands of processes, looking for them at once would hold the server up. */
export async function visitProcesses(marks: Marks, group: number, visit: (pid: number) => void): Promise<void> {
  for await (const pid of inTurns(allPids())) {
    const facts = factsOf(pid);
    if (facts !== null && (facts.group === group || hasMarks(environmentOf(pid), marks))) visit(pid);
  }
}

/** Lets others have a turn between every few. */
export async function* inTurns<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const [index, item] of items.entries()) {
    if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}

/** A process is looked into in some 50 µs. */
const TURN = 100;

/** How many threads there are on this machine. One short file tells. 0: it cannot be told. */
export function countThreads(): number {
  return Number(/\/(\d+)/.exec(read("/proc/loadavg"))?.[1] ?? 0);
}

/**
 * The same, among processes that began after `pid` did, as far as their numbers tell: numbers rise until they wrap around. Null: it
 * cannot be told. Looking at the few after a quick command costs a hundredth of looking at all.
 */
export function findProcessesSince(pid: number, marks: Marks): number[] | null {
  const newest = Number(read("/proc/loadavg").trim().split(" ").at(-1));
  if (!Number.isInteger(newest) || newest < pid || newest - pid > MOST_SINCE) return null;
  const since = Array.from({ length: newest - pid }, (_, i) => pid + 1 + i);
  return since.filter((one) => hasMarks(environmentOf(one), marks) && factsOf(one) !== null);
}

const MOST_SINCE = 200;

/** Sends a signal to each; those already gone are skipped. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) signalOne(pid, signal);
}

/** Negative ids stand for groups, as for `kill`. False when there is nothing to signal. */
export function signalOne(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * Kills every process with these marks, again and again until none is found (one may fork meanwhile) or `limit`
 * milliseconds are over. Returns how many were killed.
 */
export async function killMarked(marks: Marks, limit = 2000): Promise<number> {
  return killAll(() => findProcesses(marks), limit);
}

/** Kills the processes of earlier incarnations of the server on the same data. */
export async function sweepOrphans(data: string, boot: string): Promise<number> {
  const find = (): number[] =>
    allPids().filter((pid) => {
      const environment = environmentOf(pid);
      const bootOfIt = environment.get("ULTRAVISOR_BOOT");
      return (
        pid !== process.pid &&
        environment.get("ULTRAVISOR_DATA") === data &&
        bootOfIt !== undefined &&
        bootOfIt !== boot
      );
    });
  return killAll(find, 2000);
}

/** `find` names the processes; see `killMarked`. */
export async function killAll(find: () => readonly number[], limit: number): Promise<number> {
  const killed = new Set<number>();
  const end = performance.now() + limit;
  for (let found = find(); found.length > 0 && performance.now() < end; found = find()) {
    signalAll(found, "SIGKILL");
    for (const pid of found) killed.add(pid);
    await pause(20);
  }
  return killed.size;
}

/** A process and those below it, the first `most` of them; empty when it is gone. */
export function treeOf(root: number, most: number): ProcessFacts[] {
  const tree: ProcessFacts[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined && tree.length < most; pid = open.pop()) {
    const facts = factsOf(pid);
    if (facts === null) continue;
    tree.push(facts);
    open.push(...childrenOf(pid).reverse());
  }
  return tree;
}

/** Bytes of memory it has in use now, and the most it ever had. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = read(`/proc/${pid}/status`);
  return { now: kibibytes(status, "VmRSS"), peak: kibibytes(status, "VmHWM") };
}

/** Bytes of memory it has in use, of what it shares with others only its share. Takes long: all its pages are looked at. */
export function sharedOutMemoryOf(pid: number): number {
  const shares = read(`/proc/${pid}/smaps_rollup`);
  return shares === "" ? memoryOf(pid).now : kibibytes(shares, "Pss");
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function allPids(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(" ")
    .map(Number)
    .filter((child) => child > 0);
}

/** Null for a process that is gone or a zombie. The name stands in brackets and may hold anything, so fields count from its end. */
export function factsOf(pid: number): ProcessFacts | null {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (stat === "" || fields[0] === "Z" || fields[0] === "X") return null;
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) };
}

export function environmentOf(pid: number): ReadonlyMap<string, string> {
  const entries = read(`/proc/${pid}/environ`).split("\0");
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));
}

export function hasMarks(environment: ReadonlyMap<string, string>, marks: Marks): boolean {
  return Object.entries(marks).every(([name, value]) => environment.get(name) === value);
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
