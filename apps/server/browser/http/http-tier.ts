/** What a session's requests over HTTP share: its cookies and manners, what it remembers, and what it keeps. */
import type { BrowsingSessionOptions } from "../../core/browsing.ts";
import type { FileStore } from "../../core/files.ts";
import type { Requisites } from "../../core/mirror.ts";
import type { Manners } from "../manners/manners.ts";
import { MirrorRecorder, type SharedAssets } from "../mirror.ts";
import { Recrawl } from "../recrawl.ts";
import { CookieJar } from "./cookies.ts";
import type { HttpClient } from "./http.ts";
import type { HttpTier } from "./http-visit.ts";

export interface HttpTierParts {
  readonly files: FileStore;
  readonly pageTimeout: number;
  /** What the attempts of a mirrored run share. */
  mirrors(run: string): { readonly requisites: Requisites; readonly assets: SharedAssets };
}

export function httpTier(
  parts: HttpTierParts,
  options: BrowsingSessionOptions,
  own: { readonly client: HttpClient; readonly manners: Manners; readonly userAgent: string },
): HttpTier {
  const { files, pageTimeout } = parts;
  const { client, manners, userAgent } = own;
  const { recrawl, mirror: mirrored, signal, log } = options;
  const recall = recrawl ? (url: string) => recrawl.recall("asset", url) : null;
  const mirror = mirrored ? new MirrorRecorder({ ...parts.mirrors(mirrored.run), files, log, recall }) : null;
  return {
    ...{ client, mirror, userAgent, signal, timeout: pageTimeout },
    jar: new CookieJar(),
    recrawl: recrawl ? new Recrawl({ ...recrawl, files }) : null,
    redirected: (answer, target) => mirror?.redirect(answer, target),
    admit: (url) => manners.admit(url),
    heard: (url, status, retryAfter) => manners.heard(url, status, retryAfter),
  };
}
