/** puppeteer-extra plugins of a task: instances as they are, package names loaded. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { addExtra } from "playwright-extra";
import { BrowsingError } from "../../core/browsing.ts";

export type Plugin = Parameters<ReturnType<typeof addExtra>["use"]>[0];

const numbers = new WeakMap<object, number>();
let counter = 0;

/** The same for the same plugins; two instances of one plugin may differ in their options. */
export function pluginSetKey(plugins: readonly (string | object)[]): string {
  return JSON.stringify(plugins.map((plugin) => (typeof plugin === "string" ? plugin : numberOf(plugin))));
}

export function loadPlugins(plugins: readonly (string | object)[]): Promise<readonly Plugin[]> {
  return Promise.all(
    plugins.map((plugin) => (typeof plugin === "string" ? loadByName(plugin) : checked(plugin, "object"))),
  );
}

function numberOf(plugin: object): number {
  const number = numbers.get(plugin) ?? ++counter;
  numbers.set(plugin, number);
  return number;
}

async function loadByName(name: string): Promise<Plugin> {
  try {
    const module: unknown = await import(whereIs(name));
    const made = fieldOf(module, "default") ?? module;
    return checked(typeof made === "function" ? made() : made, name);
  } catch (error) {
    if (error instanceof BrowsingError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw invalid(
      `The plugin ${JSON.stringify(name)} cannot be loaded: ${why} Install it with: npm install ${name}`,
      error,
    );
  }
}

/** A plugin is the user's: looked for from where the product was started, then beside the product itself. */
function whereIs(name: string): string {
  try {
    return pathToFileURL(createRequire(join(process.cwd(), "_")).resolve(name)).href;
  } catch {
    return name;
  }
}

function checked(plugin: unknown, name: string): Plugin {
  // The same two fields by which playwright-extra itself knows a plugin; it would only print a warning.
  if (fieldOf(plugin, "_isPuppeteerExtraPlugin") === true && typeof fieldOf(plugin, "name") === "string") {
    return plugin as Plugin;
  }
  throw invalid(`Expected a puppeteer-extra plugin in "plugins", got ${JSON.stringify(name)}, which is none.`);
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null && field in value
    ? (value as Record<string, unknown>)[field]
    : undefined;
}

function invalid(message: string, cause?: unknown): BrowsingError {
  return new BrowsingError("plugin_invalid", message, { retryable: false, cause });
}
