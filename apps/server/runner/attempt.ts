/** One attempt inside a runner: parses the input, builds the context, calls `run`, and says how it ended. */
import { inspect } from "node:util";
import type { ZodType } from "zod";
import type { BrowserDefinition, CodeDefinition } from "../../sdk/definition.ts";
import { FailError, SkipError } from "../../sdk/outcome.ts";
import { type Browsing, BrowsingError, type BrowsingSessionOptions } from "../core/browsing.ts";
import { parseDuration } from "../core/duration.ts";
import { canonicalHost, hostsNamedIn } from "../core/egress.ts";
import type { Assignment, Outcome, Usage } from "../core/execution.ts";
import { DiskFullError, type FileStore } from "../core/files.ts";
import type { PerHost } from "../core/politeness.ts";
import type { SessionState } from "../core/saved-session.ts";
import type { Reason } from "../core/words.ts";
import { type BrowserSession, openBrowserSession } from "./browser-session.ts";
import { createContext, type Drafts, emptyDrafts, type Host } from "./context.ts";
import { toJson } from "./json-value.ts";
import { Landings } from "./landings.ts";
import type { Executed } from "./protocol.ts";
import { proxiesOf } from "./proxies.ts";
import { type ForeignSchemas, RecordError } from "./record.ts";

export interface AttemptParts {
  readonly definition: CodeDefinition | BrowserDefinition;
  readonly assignment: Assignment;
  readonly files: FileStore;
  /** Null for tasks that do not browse. */
  readonly browsing: Browsing | null;
  readonly host: Host;
  readonly schemas: ForeignSchemas;
  /** Aborts when the attempt is to end. */
  readonly signal: AbortSignal;
  /** Resolves when waiting for the script any longer is pointless. */
  readonly patienceEnded: Promise<void>;
  readonly usage: () => Usage;
  /** Whether its run has this subtask, as far as is known here. */
  isKnown(task: string, key: string): boolean;
}

const NO_SCRIPT = Symbol("the script was given up");
const MAX_STACK = 4000;

export async function executeAttempt(parts: AttemptParts): Promise<Executed> {
  const drafts = emptyDrafts();
  const landings = new Landings(parts.assignment, parts.host);
  let session: BrowserSession | null = null;
  try {
    const input = await parseInput(parts.definition.input, parts.assignment.input);
    session = await Promise.race([openSession(parts), givenUp(parts)]);
    const context = {
      ...createContext({ ...parts, input, drafts, links: session?.given ?? null }),
      ...fixturesOf(session, landings),
    };
    const output = await race(parts, session, async () => parts.definition.run(context as never));
    if (output === NO_SCRIPT) return { outcome: await stopped(parts, session, drafts), abandoned: true };
    if (landings.ended) return { outcome: astray(landings.ended, session, parts), abandoned: false };
    const saved = (await session?.changedState()) ?? null;
    const captures = (await session?.captures()) ?? [];
    const recording = (await session?.recording()) ?? null;
    if (recording) drafts.files.push(recording);
    const outcome = { ...succeeded(output, drafts, session, parts, landings), captures };
    return { outcome: saved ? { ...outcome, session: saved } : outcome, abandoned: false };
  } catch (error) {
    if (landings.ended) return { outcome: astray(landings.ended, session, parts), abandoned: false };
    return { outcome: await failure(error, drafts, session, parts), abandoned: false };
  } finally {
    // Closing must not hold up the outcome of an attempt whose page hangs.
    await Promise.race([session?.close(), parts.patienceEnded]);
  }
}

class InputError extends Error {}

async function parseInput(schema: ZodType | undefined, input: unknown): Promise<unknown> {
  if (!schema) return input;
  const result = await schema.safeParseAsync(input);
  if (result.success) return result.data;
  const fields = result.error.issues.map(
    (issue) => `${["input", ...issue.path.map(String)].join(".")}: ${issue.message}`,
  );
  throw new InputError(`the input does not fit the task's schema: ${fields.join("; ")}`);
}

async function openSession(parts: AttemptParts): Promise<BrowserSession | null> {
  const { definition, assignment, browsing } = parts;
  if (definition.kind !== "browser" || !browsing) return null;
  return openBrowserSession(browsing, {
    fixtures: assignment.spec.fixtures,
    onlyHtmlAt: assignment.landing?.onlyHtml ? assignment.key : null,
    render: definition.render ?? "auto",
    plugins: definition.plugins ?? [],
    robots: definition.robots ?? "obey",
    block: definition.block ?? "assets",
    mirror: definition.mirror ? { run: assignment.runId } : null,
    record: definition.record ? { title: definition.description || assignment.task, input: assignment.input } : null,
    recrawl: recrawlOf(parts),
    perHost: perHostOf(definition),
    allowHosts: allowedHosts(definition, assignment),
    ...(definition.proxy === undefined ? {} : { proxies: await proxiesOf(definition.proxy, parts.host) }),
    ...(assignment.spec.session === undefined ? {} : { saved: await loadSession(parts.host) }),
    signal: parts.signal,
    log: (level, text) => parts.host.log(level, text),
  });
}

function recrawlOf({ definition, host }: AttemptParts): NonNullable<BrowsingSessionOptions["recrawl"]> | null {
  const recrawl = definition.kind === "browser" && definition.recrawl;
  if (!recrawl) return null;
  const ignore = (recrawl !== true && recrawl.ignore) || null;
  return { ignore, recall: (what, url) => host.recall(what, url) };
}

async function loadSession(host: Host): Promise<SessionState | null> {
  const loaded = await host.loadSession();
  if (loaded.type === "loaded") return loaded.state;
  throw new BrowsingError("session_locked", loaded.message, { retryable: false });
}

/** A subtask's own input is not asked, nor one that was filled in: it may hold what a page said. */
function allowedHosts({ allowHosts = [] }: BrowserDefinition, assignment: Assignment): readonly string[] {
  const { parent, input, spec, filledIn = false } = assignment;
  const named = [...(spec.hosts ?? []), ...(parent === null && !filledIn ? hostsNamedIn(input) : [])];
  return [...named, ...allowHosts.flatMap((host) => canonicalHost(host) ?? [])];
}

function perHostOf({ perHost }: BrowserDefinition): Partial<PerHost> {
  const delay = perHost?.delay === undefined ? null : parseDuration(perHost.delay);
  return {
    ...(perHost?.concurrency === undefined ? {} : { concurrency: perHost.concurrency }),
    ...(delay === null ? {} : { delay }),
  };
}

/** A Chromium that does not start must not keep the runner either; should it open after all, its session closes itself. */
async function givenUp(parts: AttemptParts): Promise<never> {
  await parts.patienceEnded;
  throw new Error("the browser did not open before the attempt was to end");
}

/** The script's result, unless it is given up or its browser breaks first. */
async function race(
  parts: AttemptParts,
  session: BrowserSession | null,
  script: () => Promise<unknown>,
): Promise<unknown> {
  const running = script();
  // When something else comes first, nobody waits for the script any more; what it throws then is no news.
  running.catch(() => {});
  const broken = session?.broken.then((error) => Promise.reject(error));
  broken?.catch(() => {});
  const ends: Promise<unknown>[] = [running, parts.patienceEnded.then(() => NO_SCRIPT)];
  return Promise.race(broken ? [...ends, broken] : ends);
}

function fixturesOf(session: BrowserSession | null, landings: Landings): Partial<BrowserSession["fixtures"]> {
  if (session === null) return {};
  return { ...session.fixtures, visit: landings.watch(session.fixtures, session.given.isInScope) };
}

function astray(ended: NonNullable<Landings["ended"]>, session: BrowserSession | null, parts: AttemptParts): Outcome {
  // That it is a file is worth knowing: the next crawl asks for it only if it has changed.
  const sightings = ended.reason === "no_page" ? (session?.sightings() ?? []) : [];
  return { type: "skipped", ...ended, sightings, usage: usageOf(session, parts) };
}

type Success = Extract<Outcome, { type: "succeeded" }>;

function succeeded(
  output: unknown,
  drafts: Drafts,
  session: BrowserSession | null,
  parts: AttemptParts,
  landings: Landings,
): Success {
  return {
    type: "succeeded",
    output: toJson(output ?? null, "the output of run"),
    ownKey: drafts.ownKey,
    ownLanding: landings.ofRoot(drafts.ownKey),
    spawned: drafts.spawned,
    look: parts.assignment.parent === null || drafts.spawned.length === 0 ? null : (session?.look() ?? null),
    records: drafts.records,
    files: [...drafts.files, ...(session?.downloads() ?? [])],
    report: drafts.report,
    sightings: session?.sightings() ?? [],
    usage: usageOf(session, parts),
  };
}

async function failure(
  error: unknown,
  drafts: Drafts,
  session: BrowserSession | null,
  parts: AttemptParts,
): Promise<Outcome> {
  if (error instanceof SkipError) return skipped(error, session, parts);
  if (parts.assignment.parent !== null && isFactAboutSite(error)) {
    return skipped(error, session, parts);
  }
  const facts = factsOf(error);
  const captured = (await session?.capture()) ?? [];
  const files = [...drafts.files, ...(session?.downloads() ?? []), ...captured];
  return { type: "failed", ...facts, files, usage: usageOf(session, parts) };
}

function skipped({ message }: Error, session: BrowserSession | null, parts: AttemptParts): Outcome {
  return { type: "skipped", message, sightings: session?.sightings() ?? [], usage: usageOf(session, parts) };
}

/** In a crawl, a page that is gone, or that its site keeps to itself, is no failure of the subtask that asked for it. */
function isFactAboutSite(error: unknown): error is BrowsingError {
  if (!(error instanceof BrowsingError) || error.retryable) return false;
  return error.reason === "not_found" || error.code === "robots_disallowed" || error.code === "egress_denied";
}

async function stopped(parts: AttemptParts, session: BrowserSession | null, drafts: Drafts): Promise<Outcome> {
  return failure(new Error("the script did not end when it was asked to"), drafts, session, parts);
}

type FailureFacts = Pick<Extract<Outcome, { type: "failed" }>, "reason" | "error" | "retryable" | "retryAfter">;

function factsOf(error: unknown): FailureFacts {
  if (error instanceof InputError) return facts("invalid_input", "invalid_input", error.message, false);
  if (error instanceof BrowsingError) {
    return {
      ...facts(error.reason, error.code, error.message, error.retryable, error.stack),
      retryAfter: error.retryAfter,
    };
  }
  if (error instanceof DiskFullError) return facts("error", error.code, error.message, true);
  if (error instanceof RecordError) return facts("error", "invalid_record", error.message, false, error.stack);
  if (error instanceof FailError) return facts("error", "failed", error.message, false, error.stack);
  if (error instanceof Error) return facts("error", "error", error.message || error.name, true, error.stack);
  return facts("error", "error", `the script threw ${inspect(error, { depth: 2 })}`, true);
}

function facts(reason: Reason, code: string, message: string, retryable: boolean, stack?: string): FailureFacts {
  const error = { code, message, ...(stack === undefined ? {} : { stack: stack.slice(0, MAX_STACK) }) };
  return { reason, error, retryable, retryAfter: null };
}

function usageOf(session: BrowserSession | null, parts: AttemptParts): Usage {
  return { ...parts.usage(), ...(session ? { tiers: session.tiers(), bytes: session.received() } : {}) };
}
