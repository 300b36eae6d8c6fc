/** Starts a Chromium. Its arguments are fixed here: none ever comes from a task, for some of them run programs. */
import type { Browser } from "playwright-core";
import { BrowsingError, type Chromium } from "../../core/browsing.ts";
import { hookPlugins, type PluginHooks } from "./plugin-hooks.ts";
import type { Plugin } from "./plugins.ts";

/** What Playwright 1.65 switches off, which naming our own would undo: its `chromiumSwitches.ts` has the reasons. */
const PLAYWRIGHTS =
  "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades HttpsFirstBalancedModeAutoEnable LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect TcpPortRandomizationWin OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch";
/** Makes a new frame for every page, also of the same site: a third of all time that a page costs. */
const RENDER_DOCUMENT = "RenderDocument";

/** Keeps Chromium from talking to anybody but the sites it is sent to. */
const ARGUMENTS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
  `--disable-features=${[...PLAYWRIGHTS.split(" "), RENDER_DOCUMENT].join(",")}`,
  // WebRTC would go around the proxy by UDP.
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
];

/** @param proxy the only way out, also to loopback, which Playwright adds to what is proxied */
export async function launch(chromium: Chromium, plugins: readonly Plugin[], proxy: string): Promise<Browser> {
  // Loaded here, as it takes a third of a second that a crawl over HTTP need not spend.
  const [{ chromium: playwright }, { addExtra }] = await Promise.all([
    import("playwright-core"),
    import("playwright-extra"),
  ]);
  const launcher = addExtra(playwright);
  const hooks = hookPlugins(launcher, plugins);
  try {
    const browser = await launcher.launch({
      executablePath: chromium.path,
      chromiumSandbox: chromium.sandbox,
      headless: true,
      proxy: { server: proxy },
      args: [...ARGUMENTS],
      // The runner ends its Chromium itself, after it has reported what happened.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    await expectStarted(browser, hooks);
    hooks.bind(browser);
    return browser;
  } catch (error) {
    if (error instanceof BrowsingError) throw error;
    throw new BrowsingError("browser_failed", `Chromium (${chromium.path}) did not start: ${firstLines(error)}`, {
      retryable: true,
      cause: error,
    });
  }
}

async function expectStarted(browser: Browser, hooks: PluginHooks): Promise<void> {
  try {
    hooks.expectStarted();
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** Playwright's message begins with what happened; its log of the start follows. */
function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n").slice(0, 3).join(" ").slice(0, 500);
}
