/**
 * Puppeteer's request interception, for plugins that were written for it: `setRequestInterception`, and requests that can be
 * aborted, answered or continued. As with Puppeteer, Chromium uses no cache while it is on. Several plugins decide one after the
 * other, the last first: what one continues is for the next to decide.
 */
import type { Page, Request, Route } from "playwright-core";

type Listener = (request: object) => unknown;

/** The page for one plugin. Everything but interception is the page's own. */
export function interceptable(page: Page): Page {
  const listeners = new Map<Listener, Listener>();
  let isOn = false;
  const decide = async (route: Route): Promise<void> => {
    const { request, isDecided } = intercepted(route);
    const told = await Promise.allSettled([...listeners.keys()].map(async (listener) => listener(request)));
    // Who was told and did not fail may still decide later.
    const isNobodys = told.every(({ status }) => status === "rejected");
    if (isNobodys && !isDecided()) await route.fallback();
  };
  const own: Readonly<Record<string | symbol, unknown>> = {
    async setRequestInterception(on: boolean): Promise<void> {
      if (on === isOn) return;
      isOn = on;
      await (on ? page.route(everything, decide) : page.unroute(everything, decide));
    },
    on: listening((listener) => {
      const unlessIntercepted: Listener = (request) => (isOn ? undefined : listener(request));
      listeners.set(listener, unlessIntercepted);
      page.on("request", unlessIntercepted);
    }, "on"),
    off: listening((listener) => {
      page.off("request", listeners.get(listener) ?? listener);
      listeners.delete(listener);
    }, "off"),
  };
  const proxy: Page = new Proxy(page, {
    get: (target, name) => (Object.hasOwn(own, name) ? own[name] : Reflect.get(target, name)),
  });
  return proxy;

  function listening(change: (listener: Listener) => void, method: "on" | "off") {
    return (event: string, listener: Listener): Page => {
      if (event === "request") change(listener);
      else (page[method] as (event: string, listener: Listener) => unknown)(event, listener);
      return proxy;
    };
  }
}

/** A pattern of one's own, so that what others route stays. */
const everything = (): boolean => true;

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, unknown>;
  readonly contentType?: string;
  readonly body?: string | Buffer;
}

/** A request as Puppeteer gives it; its own priorities of plugins are not needed. */
function intercepted(route: Route): { readonly request: Request; isDecided(): boolean } {
  let isDecided = false;
  const once =
    <T>(decision: (how?: T) => Promise<void>) =>
    async (how?: T): Promise<void> => {
      if (isDecided) return;
      isDecided = true;
      // The page may be gone meanwhile.
      await decision(how).catch(() => {});
    };
  const own: Readonly<Record<string | symbol, unknown>> = {
    abort: once((reason: string = "failed") => route.abort(reason)),
    continue: once((overrides: Parameters<Route["fallback"]>[0] = {}) => route.fallback(overrides)),
    respond: once(({ headers = {}, ...answer }: Answer = {}) =>
      route.fulfill({
        ...answer,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      }),
    ),
    isInterceptResolutionHandled: () => isDecided,
    interceptResolutionState: () => ({ action: isDecided ? "already-handled" : "none" }),
    continueRequestOverrides: () => ({}),
    abortErrorReason: () => null,
    responseForRequest: () => null,
    redirectChain: () => [],
  };
  const request = new Proxy(route.request(), {
    get: (target, name) => (Object.hasOwn(own, name) ? own[name] : bound(target, name)),
  });
  return { request, isDecided: () => isDecided };
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
}
