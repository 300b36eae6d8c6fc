/** What is asked of the C library directly. Linux, with glibc or musl. */
import { promisify } from "node:util";
import { array, type LibraryHandle, load, out, pointer, struct } from "koffi";

/** Structures that are only handed through. The largest has 336 bytes. */
export type Opaque = Buffer;
export const OPAQUE_BYTES = 512;

/** Null ends a list of strings. */
type Strings = readonly (string | null)[];
type Ends = [number, number];

export interface ResourceUsage {
  readonly user: Time;
  readonly system: Time;
}

interface Time {
  readonly s: number;
  readonly us: number;
}

type Spawn<Result> = (
  ...given: [pid: [number], path: string, actions: Opaque, attributes: Opaque, argv: Strings, env: Strings]
) => Result;

/** Functions by the names that the manual has. They return 0 or an error number, save where something else is said. */
export interface Libc {
  /** In a thread: it waits until the program runs, which takes its time on a busy machine. */
  readonly posix_spawn: Spawn<Promise<number>>;
  posix_spawn_file_actions_init(actions: Opaque): number;
  posix_spawn_file_actions_destroy(actions: Opaque): number;
  posix_spawn_file_actions_addopen(actions: Opaque, fd: number, path: string, flags: number, mode: number): number;
  posix_spawn_file_actions_adddup2(actions: Opaque, from: number, to: number): number;
  posix_spawn_file_actions_addchdir_np(actions: Opaque, path: string): number;
  posix_spawnattr_init(attributes: Opaque): number;
  posix_spawnattr_setflags(attributes: Opaque, flags: number): number;
  posix_spawnattr_setsigmask(attributes: Opaque, signals: Opaque): number;
  posix_spawnattr_setsigdefault(attributes: Opaque, signals: Opaque): number;
  sigemptyset(signals: Opaque): number;
  sigfillset(signals: Opaque): number;
  /** -1: it failed. */
  pipe2(ends: Ends, flags: number): number;
  close(fd: number): number;
  /** The process id; 0 while it goes on, -1 when it is no child (any more). */
  wait4(pid: number, status: [number], options: number, usage: Partial<ResourceUsage>): number;
}

/** Throws where a function is not to be had. */
export function bindLibc(): Libc {
  const time = struct({ s: "long", us: "long" });
  const usage = struct({ user: time, system: time, rest: array("long", 14) });
  const library = load(null);
  const bind = binderOf(library);
  const ints = out(pointer("int"));
  const any = "void *";
  const strings = "const char **";
  return {
    posix_spawn: inThread(library.func("posix_spawn", "int", [ints, "str", any, any, strings, strings])),
    posix_spawn_file_actions_init: bind("posix_spawn_file_actions_init", [any]),
    posix_spawn_file_actions_destroy: bind("posix_spawn_file_actions_destroy", [any]),
    posix_spawn_file_actions_addopen: bind("posix_spawn_file_actions_addopen", [any, "int", "str", "int", "uint"]),
    posix_spawn_file_actions_adddup2: bind("posix_spawn_file_actions_adddup2", [any, "int", "int"]),
    posix_spawn_file_actions_addchdir_np: bind("posix_spawn_file_actions_addchdir_np", [any, "str"]),
    posix_spawnattr_init: bind("posix_spawnattr_init", [any]),
    posix_spawnattr_setflags: bind("posix_spawnattr_setflags", [any, "short"]),
    posix_spawnattr_setsigmask: bind("posix_spawnattr_setsigmask", [any, any]),
    posix_spawnattr_setsigdefault: bind("posix_spawnattr_setsigdefault", [any, any]),
    sigemptyset: bind("sigemptyset", [any]),
    sigfillset: bind("sigfillset", [any]),
    pipe2: bind("pipe2", [ints, "int"]),
    close: bind("close", ["int"]),
    wait4: bind("wait4", ["int", ints, "int", out(pointer(usage))]),
  };
}

function inThread(bound: ReturnType<LibraryHandle["func"]>): Libc["posix_spawn"] {
  return promisify(bound.async) as Libc["posix_spawn"];
}

type Types = (string | ReturnType<typeof out>)[];

function binderOf(library: LibraryHandle) {
  return <Arguments extends unknown[]>(name: string, types: Types): ((...given: Arguments) => number) =>
    library.func(name, "int", types);
}
