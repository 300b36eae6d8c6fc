/** What visits do not load, as nobody sees it: pictures, media, fonts and trackers. Told to Chromium, which keeps its cache; intercepting requests would cost it. */
import type { CDPSession } from "playwright-core";

const ENDINGS =
  "png jpg jpeg gif webp avif bmp ico tif tiff woff woff2 ttf otf eot mp4 m4v webm mov avi mp3 m4a ogg oga ogv wav flac aac m3u8 m4s".split(
    " ",
  );

/** Hosts that measure or advertise, and that no page needs to show what it says; those below them included. */
const TRACKERS =
  "google-analytics.com googletagmanager.com doubleclick.net googlesyndication.com googleadservices.com connect.facebook.net hotjar.com clarity.ms segment.io segment.com mixpanel.com amplitude.com fullstory.com nr-data.net scorecardresearch.com quantserve.com adnxs.com criteo.com criteo.net taboola.com outbrain.com mc.yandex.ru bat.bing.com static.ads-twitter.com analytics.tiktok.com snap.licdn.com px.ads.linkedin.com".split(
    " ",
  );

const PATTERNS = [
  ...ENDINGS.map((ending) => `*://*:*/*.${ending}`),
  ...TRACKERS.flatMap((host) => [`*://${host}:*/*`, `*://*.${host}:*/*`]),
].map((urlPattern) => ({ urlPattern, block: true }));

/** For a Chromium that does not know patterns yet. */
const WILDCARDS = [
  ...ENDINGS.flatMap((ending) => [`*.${ending}`, `*.${ending}?*`]),
  ...TRACKERS.flatMap((host) => [`*://${host}/*`, `*://*.${host}/*`]),
];

/** For a session that has enabled `Network`. Holds for what a page loads, never for the page itself: `/wiki/File:Map.png` is a page. */
export async function blockAssets(session: CDPSession): Promise<void> {
  await session
    .send("Network.setBlockedURLs", { urlPatterns: PATTERNS })
    .catch(() => session.send("Network.setBlockedURLs", { urls: WILDCARDS }));
}

/** Whether an address, as a page writes it, is one of a host that measures or advertises. */
export function isTracker(address: string): boolean {
  const host = /^\s*(?:https?:)?\/\/([^/:?#]+)/i.exec(address)?.[1]?.toLowerCase();
  return host !== undefined && TRACKERS.some((tracker) => host === tracker || host.endsWith(`.${tracker}`));
}

/** Whether a failure, as a request or the console tells it, is this file's doing. */
export function isBlocked(text: string): boolean {
  return text === "inspector" || text.includes("ERR_BLOCKED_BY_CLIENT");
}
