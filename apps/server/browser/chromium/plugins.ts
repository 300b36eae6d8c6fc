/** puppeteer-extra plugins of a task: instances as they are, package names loaded. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { addExtra } from "playwright-extra";
import { BrowsingError } from "../../core/browsing.ts";

export type Plugin = Parameters<ReturnType<typeof addExtra>["use"]>[0];

/** They would do nothing: Playwright takes no folder of a profile beside what it launches. Other plugins may still need them. */
const NEED_A_PROFILE = new Set(["user-data-dir", "user-preferences"]);

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

/**
 * What plugins need of others, by the names they give: playwright-extra would look beside itself only. What is not there is left for
 * it to tell.
 */
export function dependenciesOf(plugins: readonly Plugin[]): ReadonlyMap<string, MakePlugin> {
  const found = new Map<string, MakePlugin>();
  const collect = (plugin: unknown): void => {
    const needed = fieldOf(plugin, "dependencies");
    const names =
      needed instanceof Map || needed instanceof Set ? [...needed.keys()] : Array.isArray(needed) ? needed : [];
    for (const name of names.filter((name): name is string => typeof name === "string" && !found.has(name))) {
      const make = [`${PREFIX}${name}`, name].map(required).find((made) => typeof made === "function");
      if (!make) continue;
      found.set(name, make);
      collect(make({}));
    }
  };
  plugins.forEach(collect);
  return found;
}

type MakePlugin = (options?: object) => Plugin;
const PREFIX = "puppeteer-extra-plugin-";

/** Null: there is none of that name where the product was started. */
function required(name: string): MakePlugin | null {
  try {
    const made: unknown = createRequire(join(process.cwd(), "_"))(name);
    return typeof made === "function" ? (made as MakePlugin) : null;
  } catch {
    return null;
  }
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
  const own = fieldOf(plugin, "name");
  if (typeof own === "string" && NEED_A_PROFILE.has(own)) {
    throw invalid(
      `The plugin ${JSON.stringify(own)} prepares a profile for Chromium to start with, and here every session gets a new and empty one. Set what it is for on the page instead, such as page.emulateMedia or page.setExtraHTTPHeaders.`,
    );
  }
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
