/**
 * What a process that imports task files needs, the loader's and the runners' alike: `import … from "ultravisor"` works
 * in any folder, and the process never outlives its parent. Not part of what task files import.
 */
import { isBuiltin, registerHooks } from "node:module";
import { Worker } from "node:worker_threads";

const SDK = new URL("./index.ts", import.meta.url).href;
const PARENT_CHECK = 250;

/**
 * Maps `ultravisor` to this SDK, and packages the tasks folder does not have to those installed beside it. `onImport`
 * hears which file imports which.
 */
export function resolveUltravisor(onImport: (url: string, importer: string) => void = () => {}): void {
  registerHooks({
    resolve(specifier, context, next) {
      const target = specifier === "ultravisor" ? SDK : specifier;
      const resolved = isBare(target)
        ? withFallback(
            () => next(target, context),
            () => next(target, { ...context, parentURL: SDK }),
          )
        : next(target, context);
      if (context.parentURL !== undefined) onImport(resolved.url, context.parentURL);
      return resolved;
    },
  });
}

/**
 * Ends this process when its parent is gone, even while a task's endless loop keeps the main thread busy: a thread of
 * its own looks. With `group`, everything in this process's group ends too.
 */
export function dieWithParent(group: boolean): void {
  process.once("disconnect", () => end(group));
  const watch = `
    const { workerData } = require("node:worker_threads");
    const { parent, target, interval } = workerData;
    setInterval(() => { if (process.ppid !== parent) process.kill(target, "SIGKILL"); }, interval);`;
  const workerData = { parent: process.ppid, target: group ? -process.pid : process.pid, interval: PARENT_CHECK };
  new Worker(watch, { eval: true, workerData, execArgv: [], env: {} }).unref();
}

function end(group: boolean): void {
  process.kill(group ? -process.pid : process.pid, "SIGKILL");
}

function isBare(specifier: string): boolean {
  return !/^[./]|^[a-z][a-z0-9+.-]*:/i.test(specifier) && !isBuiltin(specifier);
}

function withFallback<T>(first: () => T, second: () => T): T {
  try {
    return first();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    try {
      return second();
    } catch {
      throw error;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
