/** The server's end of the loader's child process: starts it, talks to it, and ends it when it hangs. */
import { type ChildProcess, fork } from "node:child_process";
import { type BirpcReturn, createBirpc } from "birpc";
import type { Logger } from "../core/ports.ts";
import type { Capacity } from "../core/resources.ts";
import type { ChildFunctions, Excluded, LoadResult, ParentFunctions, ParseResult } from "./protocol.ts";

const ENTRY = new URL("./child.ts", import.meta.url);
const EXEC_ARGV = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];

/** A task file that hung or ended the process while it was being imported. */
export class ImportStopped extends Error {
  override readonly name = "ImportStopped";
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Input took longer to check than it may. */
export class ParseStopped extends Error {
  override readonly name = "ParseStopped";
}

export class LoaderProcess {
  readonly #child: ChildProcess;
  readonly #rpc: BirpcReturn<ChildFunctions, ParentFunctions>;
  readonly #exited: Promise<string>;
  readonly #capacity: Capacity | null;
  #importing = "";
  #onProgress: () => void = () => {};

  /** @param capacity what tasks may take on this machine */
  constructor(env: Readonly<Record<string, string>>, log: Logger, capacity: Capacity | null) {
    this.#capacity = capacity;
    const child = fork(ENTRY, {
      env: { ...env },
      execArgv: EXEC_ARGV,
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream
        ?.setEncoding("utf8")
        .on("data", (text: string) =>
          log.debug({ text: text.slice(0, 2000) }, "a task file printed while it was imported"),
        );
    }
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once("error", (error) => resolve(error.message));
    });
    const importing = (path: string): void => {
      this.#importing = path;
      this.#onProgress();
    };
    this.#rpc = createBirpc<ChildFunctions, ParentFunctions>(
      { importing },
      { post: (data) => this.#post(data), on: (listen) => child.on("message", listen), timeout: -1 },
    );
  }

  /** Rejects with ImportStopped when one file takes longer than `limit` milliseconds, or ends the process. */
  async load(folder: string, excluded: readonly Excluded[], limit: number): Promise<LoadResult> {
    const stopped = Promise.withResolvers<never>();
    let timer: NodeJS.Timeout | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(
        () => stopped.reject(new ImportStopped(this.#importing, `importing it took longer than ${limit} ms`)),
        limit,
      );
    };
    this.#onProgress = watch;
    watch();
    try {
      return await Promise.race([
        this.#rpc.load(folder, excluded, this.#capacity),
        stopped.promise,
        this.#importEnded(),
      ]);
    } finally {
      this.#onProgress = () => {};
      clearTimeout(timer);
    }
  }

  /** Rejects with ParseStopped after `limit` milliseconds. */
  async parse(name: string, input: unknown, limit: number): Promise<ParseResult> {
    const stopped = Promise.withResolvers<never>();
    const timer = setTimeout(() => stopped.reject(new ParseStopped()), limit);
    const ended = this.#exited.then((how) => Promise.reject(new Error(`the loader's process ended (${how})`)));
    try {
      return await Promise.race([this.#rpc.parse(name, input), stopped.promise, ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    this.#rpc.$close();
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async #importEnded(): Promise<never> {
    const how = await this.#exited;
    throw new ImportStopped(this.#importing, `importing it ended the process (${how})`);
  }

  #post(data: object): void {
    if (this.#child.connected) this.#child.send(data, () => {});
  }
}
