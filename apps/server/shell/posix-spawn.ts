/**
 * Starts processes with the C library's `posix_spawn`. Node forks: for each command it copies the page tables of the whole server, and
 * does nothing else for 1 to 2 ms that grow with the server's memory. Here that memory is lent and not copied, only a thread waits
 * meanwhile, and `wait4` tells the CPU time of each command exactly.
 */
import { constants as files } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { getSystemErrorMessage } from "node:util";
import { isMainThread } from "node:worker_threads";
import { type Libc, OPAQUE_BYTES, type Opaque, type ResourceUsage } from "./libc.ts";
import { signalNumbered } from "./signals.ts";
import type { Exit, Start, Started, StartOptions } from "./start.ts";
import { Turns } from "./turns.ts";

/** Null where it is not to be had: another system than Linux, an old C library, no koffi. */
export async function loadPosixSpawn(): Promise<Start | null> {
  // Only the main thread is told of signals.
  if (process.platform !== "linux" || !isMainThread) return null;
  try {
    const libc = (await import("./libc.ts")).bindLibc();
    const attributes = sessionOfItsOwn(libc);
    const reaper = new Reaper(libc);
    const turns = new Turns(MOST_STARTS);
    return (options) => turns.take(() => start(libc, attributes, reaper, options));
  } catch {
    return null;
  }
}

/** As many as koffi keeps memory for; libuv has four threads for them. Beyond 256 koffi would refuse. */
const MOST_STARTS = 8;

// Values of Linux, the same with glibc and musl.
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const O_CLOEXEC = 0o2000000;
const WNOHANG = 1;

/** As Node does: a session, and so a process group, of its own; no signal is blocked, none ignored. */
function sessionOfItsOwn(libc: Libc): Opaque {
  const [attributes, none, all] = [opaque(), opaque(), opaque()];
  libc.sigemptyset(none);
  libc.sigfillset(all);
  libc.posix_spawnattr_init(attributes);
  libc.posix_spawnattr_setsigmask(attributes, none);
  libc.posix_spawnattr_setsigdefault(attributes, all);
  libc.posix_spawnattr_setflags(attributes, SETSID | SETSIGMASK | SETSIGDEF);
  return attributes;
}

async function start(libc: Libc, attributes: Opaque, reaper: Reaper, options: StartOptions): Promise<Started> {
  refuseNull(options);
  const out = new Pipe(libc);
  const err = new Pipe(libc);
  try {
    const pid = await spawn(libc, attributes, options, out.open(), err.open());
    return { pid, exited: reaper.watch(pid), stdout: out.read(), stderr: err.read() };
  } finally {
    out.close();
    err.close();
  }
}

/** A C string would end there, and what follows would be lost without a word. */
function refuseNull({ argv, folder, env }: StartOptions): void {
  const broken = [...argv, folder, ...Object.entries(env).flat()].find((text) => text.includes("\0"));
  if (broken !== undefined)
    throw new Error(`expected a command and variables without null bytes, got ${JSON.stringify(broken)}`);
}

/** Throws with what the system says. */
async function spawn(libc: Libc, attributes: Opaque, options: StartOptions, out: number, err: number): Promise<number> {
  const { argv, folder, env } = options;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const actions = opaque();
  const pid: [number] = [0];
  libc.posix_spawn_file_actions_init(actions);
  try {
    libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", files.O_RDONLY, 0);
    libc.posix_spawn_file_actions_adddup2(actions, out, 1);
    libc.posix_spawn_file_actions_adddup2(actions, err, 2);
    libc.posix_spawn_file_actions_addchdir_np(actions, folder);
    const fault = await libc.posix_spawn(pid, argv[0], actions, attributes, [...argv, null], [...variables, null]);
    if (fault !== 0) throw new Error(getSystemErrorMessage(-fault));
    return pid[0];
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
  }
}

class Pipe {
  readonly #libc: Libc;
  #ends: [number, number] = [-1, -1];

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** The end that is written to. */
  open(): number {
    if (this.#libc.pipe2(this.#ends, O_CLOEXEC) !== 0) throw new Error("too many files are open");
    return this.#ends[1];
  }

  /** The stream closes its end by itself. */
  read(): Readable {
    const stream = new Socket({ fd: this.#ends[0], readable: true, writable: false });
    this.#ends[0] = -1;
    return stream;
  }

  /** The ends that nobody has taken over. */
  close(): void {
    for (const fd of this.#ends) if (fd >= 0) this.#libc.close(fd);
  }
}

/** Tells the end of processes. The system says that some child has ended, and not which; those that are started here are few. */
class Reaper {
  readonly #libc: Libc;
  readonly #running = new Map<number, (exit: Exit) => void>();

  constructor(libc: Libc) {
    this.#libc = libc;
    process.on("SIGCHLD", () => this.#reap());
  }

  watch(pid: number): Promise<Exit> {
    return new Promise((resolve) => {
      this.#running.set(pid, resolve);
      // It may have ended before it was known here that it had begun.
      this.#ask(pid, resolve);
    });
  }

  #reap(): void {
    for (const [pid, resolve] of this.#running) this.#ask(pid, resolve);
  }

  #ask(pid: number, resolve: (exit: Exit) => void): void {
    const status: [number] = [0];
    const usage: Partial<ResourceUsage> = {};
    const ended = this.#libc.wait4(pid, status, WNOHANG, usage);
    if (ended === 0) return;
    this.#running.delete(pid);
    resolve(ended === pid ? exitOf(status[0], usage as ResourceUsage) : UNKNOWN);
  }
}

/** Somebody else has asked how it ended. */
const UNKNOWN: Exit = { code: null, signal: null, cpuMs: null };

function exitOf(status: number, { user, system }: ResourceUsage): Exit {
  const cpuMs = (user.s + system.s) * 1000 + (user.us + system.us) / 1000;
  const signal = status & 0x7f;
  return signal === 0
    ? { code: (status >> 8) & 0xff, signal: null, cpuMs }
    : { code: null, signal: signalNumbered(signal), cpuMs };
}

function opaque(): Opaque {
  return Buffer.alloc(OPAQUE_BYTES);
}
