/** The runner process's side: serves one task file with several attempts at a time, on what `runner-main.ts` hands in. */
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";
import { createBirpc } from "birpc";
import { dieWithParent, resolveUltravisor } from "../../sdk/child-process.ts";
import { type BrowserDefinition, type CodeDefinition, isDefinition } from "../../sdk/definition.ts";
import { recordedTask, recordingSchema } from "../../sdk/recording.ts";
import type { Browsing, Chromium } from "../core/browsing.ts";
import type { Assignment, Level, LogLine } from "../core/execution.ts";
import type { FileStore } from "../core/files.ts";
import type { News } from "../core/key-news.ts";
import { createKnownKeys } from "../core/known-keys.ts";
import type { PaceReport } from "../core/page-limit.ts";
import type { HostGates } from "../core/politeness.ts";
import { executeAttempt } from "./attempt.ts";
import { openChannel } from "./channel.ts";
import { checkTask } from "./check.ts";
import type { Host } from "./context.ts";
import { LogSender } from "./log-sender.ts";
import type { Executed, Readiness, RunnerFunctions, RunnerSettings, ServerFunctions, StopReason } from "./protocol.ts";
import { ForeignSchemas } from "./record.ts";
import { SharedGates } from "./shared-gates.ts";
import { UsageMeter } from "./usage.ts";

export interface RunnerParts {
  openFiles(folder: string): FileStore;
  /** Asked for only by browser tasks: loading Playwright takes longer than starting a runner. */
  createBrowsing(options: {
    readonly chromium: Chromium | null;
    readonly files: FileStore;
    readonly maxPages: number;
    shareGates(own: HostGates): Pick<HostGates, "enter" | "pause">;
    reportPace(report: PaceReport): void;
  }): Promise<Browsing>;
}

interface Prepared {
  readonly definition: CodeDefinition | BrowserDefinition;
  readonly files: FileStore;
  readonly browsing: Browsing | null;
  readonly settings: RunnerSettings;
  readonly schemas: ForeignSchemas;
}

/** Call it once, first thing in the process. */
export function serveRunner(parts: RunnerParts): void {
  dieWithParent(true);
  resolveUltravisor();
  const runner = new Runner(parts);
  runner.attributeConsole();
}

class Runner {
  readonly #parts: RunnerParts;
  readonly #current = new AsyncLocalStorage<string>();
  readonly #stops = new Map<string, (why: StopReason) => void>();
  readonly #meter = new UsageMeter();
  readonly #known = createKnownKeys();
  readonly #server = createBirpc<ServerFunctions, RunnerFunctions>(
    {
      prepare: (settings) => this.#prepare(settings),
      execute: (id, assignment, news) => this.#execute(id, assignment, news),
      stop: (id, why) => this.#stops.get(id)?.(why),
      shareHost: (host) => this.#gates?.share(host) ?? 0,
      pauseHost: (host, milliseconds) => this.#gates?.hearPause(host, milliseconds),
    },
    {
      ...openChannel({
        send: (messages) => process.send?.(messages),
        onMessage: (listen) => process.on("message", (messages) => listen(messages as readonly unknown[])),
      }),
      timeout: -1,
    },
  );
  readonly #logs = new LogSender((id, lines) => void this.#server.log.asEvent(id, lines).catch(() => {}));
  #prepared: Prepared | null = null;
  #gates: SharedGates | null = null;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    process.on("unhandledRejection", (error) =>
      console.error("a promise of the script was rejected and nobody waited for it:", error),
    );
  }

  /** What a script prints with `console` becomes its own attempt's log, however many attempts run beside it. */
  attributeConsole(): void {
    const levels = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error", trace: "debug" } as const;
    for (const [method, level] of Object.entries(levels) as [keyof typeof levels, Level][]) {
      const original = console[method].bind(console);
      console[method] = (...values: unknown[]) => {
        const id = this.#current.getStore();
        if (id === undefined) original(...values);
        else
          this.#log(id, {
            stream: level === "error" || level === "warn" ? "stderr" : "stdout",
            level,
            time: Date.now(),
            text: formatWithOptions({ depth: 6 }, ...values),
          });
      };
    }
  }

  async #prepare(settings: RunnerSettings): Promise<Readiness> {
    if (!existsSync(settings.file)) return unready("not_found", `the task file ${settings.file} is gone`);
    try {
      const exported = await definitionIn(settings.file);
      const definition = settings.checks && isDefinition(exported) ? checkTask(exported) : exported;
      if (!isDefinition(definition) || (definition.kind !== "code" && definition.kind !== "browser")) {
        return unready("error", `${settings.file} has no default export made by \`code\` or \`browser\``);
      }
      const files = this.#parts.openFiles(settings.filesFolder);
      const browsingOptions = {
        chromium: settings.chromium,
        files,
        maxPages: settings.pages,
        shareGates: (own: HostGates) => this.#shareGates(own),
        reportPace: (report: PaceReport) => void this.#server.reportPace.asEvent(report).catch(() => {}),
      };
      const browsing = definition.kind === "browser" ? await this.#parts.createBrowsing(browsingOptions) : null;
      this.#prepared = { definition, files, browsing, settings, schemas: new ForeignSchemas(settings.collections) };
      // A runner is killed, so it never comes to what Node does at exit.
      flushCompileCache();
      return null;
    } catch (error) {
      return unready("error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  async #execute(id: string, assignment: Assignment, news: News | null): Promise<Executed> {
    const prepared = this.#prepared;
    if (!prepared) throw new Error("the runner was asked to execute before it was prepared");
    if (news) this.#learn(assignment, news);
    const aborter = new AbortController();
    const patience = Promise.withResolvers<void>();
    this.#stops.set(id, (why) => {
      aborter.abort(
        why === "timeout"
          ? new DOMException("the attempt took longer than allowed", "TimeoutError")
          : new DOMException("the run was cancelled", "AbortError"),
      );
      setTimeout(patience.resolve, prepared.settings.patience);
    });
    const measured = this.#meter.start();
    try {
      return await this.#current.run(id, () =>
        executeAttempt({
          ...prepared,
          assignment,
          isKnown: (task, key) => this.#known.has(assignment.runId, task, key),
          host: this.#hostOf(id),
          signal: aborter.signal,
          patienceEnded: patience.promise,
          usage: () => measured.read(),
        }),
      );
    } finally {
      measured.stop();
      this.#logs.flush();
      this.#stops.delete(id);
    }
  }

  #learn({ runId, task }: Assignment, { anew, keys }: News): void {
    if (anew) this.#known.clear();
    for (const key of keys) this.#known.add(runId, task, key);
  }

  #hostOf(id: string): Host {
    return {
      log: (level, text) => this.#log(id, { stream: "log", level, time: Date.now(), text }),
      getState: (scope, key) => this.#server.getState(id, scope, key),
      getStateEntry: (scope, key) => this.#server.getStateEntry(id, scope, key),
      setState: (scope, key, value, version) => this.#server.setState(id, scope, key, value, version),
      stateHistory: (scope, key, limit) => this.#server.stateHistory(id, scope, key, limit),
      incrementState: (scope, key, by) => this.#server.incrementState(id, scope, key, by),
      mergeState: (scope, key, patch) => this.#server.mergeState(id, scope, key, patch),
      deleteState: (scope, key) => this.#server.deleteState(id, scope, key),
      loadProxy: () => this.#server.loadProxy(id),
      loadSession: () => this.#server.loadSession(id),
      land: (key) => this.#server.land(id, key),
      recall: (what, url) => this.#server.recall(id, what, url),
    };
  }

  #shareGates(own: HostGates): SharedGates {
    const server = this.#server;
    const tell = (told: Promise<void>): void => void told.catch(() => {});
    this.#gates = new SharedGates(own, {
      ask: (host) => server.askHost(host),
      enter: (id, host, perHost) => server.enterHost(id, host, perHost),
      leave: (id) => tell(server.leaveHost.asEvent(id)),
      leaveAdopted: (host) => tell(server.leaveAdopted.asEvent(host)),
      pause: (host, milliseconds) => tell(server.pauseHost.asEvent(host, milliseconds)),
    });
    return this.#gates;
  }

  #log(id: string, line: LogLine): void {
    this.#logs.add(id, line);
  }
}

/** What a task file exports, or the task that a recorded flow is. */
async function definitionIn(file: string): Promise<unknown> {
  if (file.endsWith(".json")) return recordedTask(recordingSchema.parse(JSON.parse(await readFile(file, "utf8"))));
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  return module.default;
}

function unready(reason: "not_found" | "error", message: string): Readiness {
  const [first = message] = message.split("\n    at ", 1);
  return {
    reason,
    error: { code: reason === "not_found" ? "not_found" : "task_file_invalid", message: first, stack: message },
  };
}
