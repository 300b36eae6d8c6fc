/**
 * Puts plugins into a Chromium that is started, so that what they do to a page is done before anybody uses it, and what fails is
 * told: playwright-extra neither waits for them nor tells more than the console.
 */
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { addExtra } from "playwright-extra";
import { BrowsingError } from "../../core/browsing.ts";
import { within } from "../within.ts";
import { interceptable } from "./interception.ts";
import { dependenciesOf, type Plugin } from "./plugins.ts";

export interface PluginHooks {
  /** Throws why a plugin failed at the start of Chromium, if one did. */
  expectStarted(): void;
  /** Makes every page that `browser` is asked for wait for the plugins. */
  bind(browser: Browser): void;
}

/** How long plugins may take for one page. */
const PAGE_TIMEOUT = 10_000;

export function hookPlugins(launcher: ReturnType<typeof addExtra>, plugins: readonly Plugin[]): PluginHooks {
  const work = new WeakMap<BrowserContext, Promise<void>[]>();
  const failures: BrowsingError[] = [];
  const list = launcher.plugins;
  list.onPluginError = (plugin, method, error) => void failures.push(failed(plugin, method, error));
  for (const [name, make] of dependenciesOf(plugins)) list.setDependencyResolution(name, make);
  for (const plugin of plugins) launcher.use(plugin);
  return {
    expectStarted() {
      const [first] = failures;
      if (first) throw first;
    },
    bind(browser) {
      // By now those are in it, too, that the others need.
      const all = list.list;
      const follow: Follow = (context, done) => void work.get(context)?.push(done);
      for (const [at, plugin] of all.entries()) all[at] = following(plugin, follow);
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const context = await newContext(options);
        work.set(context, []);
        const newPage = context.newPage.bind(context);
        context.newPage = async () => {
          const page = await newPage();
          const pending = work.get(context)?.splice(0) ?? [];
          await within(PAGE_TIMEOUT, Promise.all(pending)).catch(tellLate);
          return page;
        };
        return context;
      };
    },
  };
}

function tellLate(error: unknown): never {
  if (error instanceof BrowsingError) throw error;
  const why = `The plugins of this task have not done with a page after ${PAGE_TIMEOUT / 1000} s.`;
  throw new BrowsingError("plugin_invalid", why, { retryable: true, cause: error });
}

type Named = Pick<Plugin, "name">;
type Follow = (context: BrowserContext, done: Promise<void>) => void;

/** A plugin whose work on pages is followed, and which gets what Puppeteer's pages have beside Playwright's. */
function following<T extends Named>(plugin: T, follow: Follow): T {
  return new Proxy(plugin, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== "onPageCreated" || typeof value !== "function") return value;
      return (page: Page): void => {
        const done = onPage(target, value.bind(target), page);
        // Of windows that a page opens by itself nobody asks.
        done.catch(() => {});
        follow(page.context(), done);
      };
    },
  });
}

async function onPage(plugin: Named, created: (page: Page) => unknown, page: Page): Promise<void> {
  try {
    await created(hasClient(page) ? interceptable(page) : page);
    // What a plugin sent without waiting for it has arrived when this has.
    if (hasClient(page)) await page._client().send("Page.getFrameTree");
  } catch (error) {
    if (page.isClosed()) return;
    throw failed(plugin, "onPageCreated", error);
  }
}

interface WithClient {
  _client(): { send(method: string): Promise<unknown> };
}

/** Whether a page was made to look like Puppeteer's, for the plugins written for that. */
function hasClient(page: Page): page is Page & WithClient {
  return Reflect.get(page, "isCompatShim") === true;
}

function failed({ name }: Named, method: string, error: unknown): BrowsingError {
  const why = error instanceof Error ? error.message : String(error);
  return new BrowsingError("plugin_invalid", `The plugin ${JSON.stringify(name)} failed in its ${method}: ${why}`, {
    retryable: true,
    cause: error,
  });
}
