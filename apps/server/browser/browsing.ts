/** Makes the browser room's port: one `Browsing` per runner process, one session per attempt. */
import type { LookupFunction } from "node:net";
import type { Browsing, BrowsingSession, Chromium } from "../core/browsing.ts";
import type { FileStore } from "../core/files.ts";
import type { Requisites } from "../core/mirror.ts";
import type { Memory, PaceReport } from "../core/page-limit.ts";
import type { HostGates } from "../core/politeness.ts";
import { createTemplates } from "./auto/templates.ts";
import { readMemory } from "./chromium/memory.ts";
import { createPace } from "./chromium/pace.ts";
import { createPlaces } from "./chromium/places.ts";
import { createBrowserPool } from "./chromium/pool.ts";
import { createEgress } from "./egress/egress.ts";
import { createEgresses } from "./egress/egresses.ts";
import { createIdentities } from "./identity.ts";
import { createHostGates } from "./manners/host-gates.ts";
import { createRobotsFiles } from "./manners/robots-files.ts";
import type { SharedAssets } from "./mirror.ts";
import { openSession, type SessionParts } from "./session.ts";

export interface BrowsingOptions {
  /** The Chromium to start when a page needs one, or how to look for it then. Null: there is none. */
  readonly chromium: Chromium | null | (() => Promise<Chromium | null>);
  readonly files: FileStore;
  /** How many sessions may have Chromium open at a time; others wait. Default 4. */
  readonly maxPages?: number;
  /** Chromium is started anew after so many sessions, once nobody uses it. Default 1,000. */
  readonly recycleAfter?: number;
  /** How long a page may take over HTTP, in milliseconds. Default 60,000. */
  readonly pageTimeout?: number;
  /** How long a page may take to load in Chromium, in milliseconds. Default 30,000. */
  readonly loadTimeout?: number;
  /** What there is for pages; default: what the machine has, or its control group allows. */
  readonly memory?: () => Memory;
  /** Hears how many pages Chromium shows at a time. */
  readonly reportPace?: (report: PaceReport) => void;
  /** How names are resolved; default: as the system does it. */
  readonly lookup?: LookupFunction;
  /** Makes the gates that this process shares with others; default: it has its own. */
  readonly shareGates?: (own: HostGates) => Pick<HostGates, "enter" | "pause">;
  /** What the HTTP tier calls itself. */
  readonly userAgent?: string;
  /** How mirrors know what a page needs to be shown; left out: they keep pages and files only. */
  readonly requisites?: Requisites;
}

const SESSIONS_PER_PLACE = 500;
/** A site whose robots.txt takes longer is not likely to answer for its pages. */
const ROBOTS_TIMEOUT = 30_000;
/** Playwright's own limit for a navigation. */
const LOAD_TIMEOUT = 30_000;
const USER_AGENT = "Mozilla/5.0 (compatible; Ultravisor/0.1)";

export function createBrowsing(options: BrowsingOptions): Browsing {
  const { chromium, memory = () => readMemory() } = options;
  const egress = createEgress(options.lookup);
  const places = createPlaces({ egress, max: options.maxPages ?? 4, sessions: SESSIONS_PER_PLACE });
  const pool = createBrowserPool({
    find: typeof chromium === "function" ? chromium : async () => chromium,
    maxPages: options.maxPages ?? 4,
    recycleAfter: options.recycleAfter ?? 1000,
    egress,
    totalBytes: memory().total,
    drain: (browser) => places.drain(browser),
  });
  const { userAgent = USER_AGENT, pageTimeout = 60_000 } = options;
  const own = createHostGates();
  const manners = {
    gates: options.shareGates?.(own) ?? own,
    robots: createRobotsFiles({ userAgent, timeout: Math.min(pageTimeout, ROBOTS_TIMEOUT) }),
  };
  const pace = createPace({
    ...{ most: options.maxPages ?? 4, memory, now: () => performance.now() },
    ...(options.reportPace ? { report: options.reportPace } : {}),
  });
  const egresses = createEgresses(options.lookup, egress);
  const parts = {
    egresses,
    pool,
    pace,
    places,
    files: options.files,
    identities: createIdentities(pool, userAgent),
    pageTimeout,
    loadTimeout: options.loadTimeout ?? LOAD_TIMEOUT,
    manners,
    templates: createTemplates(),
    mirrors: sharedMirrors(options.requisites ?? { ofPage: () => [], ofStyle: () => [] }),
  };
  const open = new Set<BrowsingSession>();
  return {
    async open(own) {
      const session = await openSession(parts, own, () => open.delete(session));
      open.add(session);
      return session;
    },
    async close() {
      await Promise.all([...open].map((session) => session.close()));
      await Promise.all([pool.close(), egresses.close()]);
    },
  };
}

/** A runner works on few runs at a time; of the others it forgets what it has fetched. */
const MIRRORED_RUNS = 8;

function sharedMirrors(requisites: Requisites): SessionParts["mirrors"] {
  const runs = new Map<string, SharedAssets>();
  return (run) => {
    const assets: SharedAssets = runs.get(run) ?? new Map();
    runs.delete(run);
    runs.set(run, assets);
    for (const [oldest] of [...runs].slice(0, -MIRRORED_RUNS)) runs.delete(oldest);
    return { requisites, assets };
  };
}
