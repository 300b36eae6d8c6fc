/** The only reader of the environment. Every variable has a sentence, a rule and a default; all that is wrong is said at once. */
import { existsSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { DEFAULT_RATE_LIMITS, type RateLimits, rateLimit } from "./core/rate-limit.ts";

const PORT_EXPECTED = "expected a port number from 0 to 65535";
const port = z.coerce.number(PORT_EXPECTED).int(PORT_EXPECTED).min(0, PORT_EXPECTED).max(65_535, PORT_EXPECTED);
const KIND_LIMITS = /^\s*(?:(shell|browser|code)\s*=\s*(\d+)\s*(?:,\s*|$))+$/;

/** One entry per variable: also the keys of `ultravisor.config.ts`, and what docs/configuration.md explains. */
const schema = z.strictObject({
  /** Address to listen on. Anything but loopback is for people who have put a door in front. */
  ULTRAVISOR_HOST: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on; 0 picks a free one. */
  ULTRAVISOR_PORT: port.default(54_321),
  /** Folder of everything the server keeps. */
  ULTRAVISOR_DATA: z.string().min(1).default("./data"),
  /** Folder of the task files. */
  ULTRAVISOR_TASKS: z.string().min(1).default("./tasks"),
  /** The token; default: generated into `<data>/token`. */
  ULTRAVISOR_TOKEN: z.string().min(16, "expected at least 16 characters").optional(),
  /** What saved sessions are sealed with; default: generated into `<data>/secret.key`. */
  ULTRAVISOR_SECRET_KEY: z.string().min(32, "expected at least 32 characters").optional(),
  /** Record database: a file, or `libsql://…`. */
  ULTRAVISOR_DATABASE: z.string().min(1).optional(),
  /** Queue: `libsql`, `redis://…` or `postgres://…`. */
  ULTRAVISOR_QUEUE: z
    .string()
    .regex(/^(libsql$|rediss?:\/\/|postgres(ql)?:\/\/)/, "expected libsql, redis://… or postgres://…")
    .default("libsql"),
  /** File store: a folder. */
  ULTRAVISOR_FILES: z.string().min(1).optional(),
  /** Path of a Chromium to use in place of the one that is found. */
  ULTRAVISOR_BROWSER: z.string().min(1).optional(),
  /** Task runs at once per kind, such as `shell=4,browser=8,code=4`. */
  ULTRAVISOR_CONCURRENCY: z.string().regex(KIND_LIMITS, "expected such as shell=4,browser=8,code=4").optional(),
  /** Requests per second and token, or `off`; default: 1000 from this machine, 100 from others. */
  ULTRAVISOR_RATE_LIMIT: z.coerce
    .string()
    .regex(/^(off|[1-9]\d{0,5})$/, "expected requests per second from 1 to 999999, or off")
    .optional(),
  /** Name of this node. */
  ULTRAVISOR_NODE: z.string().min(1).max(64).optional(),
  /** `off`: a first start does not crawl the documentation. */
  ULTRAVISOR_FIRST_RUN: z.enum(["on", "off"]).default("on"),
  /** How much the server says. */
  ULTRAVISOR_LOG: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly tasksFolder: string;
  readonly token: string | null;
  readonly secretKey: string | null;
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly queueFile: string;
  readonly filesFolder: string;
  readonly stagingFolder: string;
  readonly browserPath: string | null;
  readonly concurrency: Readonly<Record<"shell" | "browser" | "code", number>>;
  /** How many browser tasks hold a page of Chromium's at once. */
  readonly pages: number;
  readonly rateLimits: RateLimits;
  readonly node: string;
  readonly firstRun: boolean;
  readonly logLevel: string;
  readonly prettyLog: boolean;
  /** The few variables that every task's process gets. */
  readonly taskEnvironment: Readonly<Record<string, string>>;
  /** A secret that a task file names, such as that of a webhook. */
  readonly secret: (name: string) => string | undefined;
}

/** One or more settings are wrong; the message names each with its rule. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads `ultravisor.config.ts` beside the working folder (if any), then the environment, which wins. */
export async function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  folder: string = process.cwd(),
): Promise<Config> {
  const named = Object.fromEntries(
    Object.keys(schema.shape).flatMap((key) => (env[key] === undefined || env[key] === "" ? [] : [[key, env[key]]])),
  );
  const parsed = schema.safeParse({ ...(await readConfigFile(folder)), ...named });
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues
        .map((issue) => `${issue.path.join(".") || "ultravisor.config.ts"}: ${issue.message}`)
        .join("\n"),
    );
  return toConfig(parsed.data, env, folder);
}

function toConfig(settings: z.output<typeof schema>, env: NodeJS.ProcessEnv, folder: string): Config {
  const dataFolder = resolve(folder, settings.ULTRAVISOR_DATA);
  const database = settings.ULTRAVISOR_DATABASE ?? join(dataFolder, "ultravisor.db");
  return {
    host: settings.ULTRAVISOR_HOST,
    port: settings.ULTRAVISOR_PORT,
    dataFolder,
    tasksFolder: resolve(folder, settings.ULTRAVISOR_TASKS),
    token: settings.ULTRAVISOR_TOKEN ?? null,
    secretKey: settings.ULTRAVISOR_SECRET_KEY ?? null,
    databaseUrl: /^(libsql|https?|wss?|file):/.test(database) ? database : `file:${resolve(folder, database)}`,
    queueUrl: settings.ULTRAVISOR_QUEUE,
    queueFile: join(dataFolder, "queue.db"),
    filesFolder: resolve(folder, settings.ULTRAVISOR_FILES ?? join(dataFolder, "files")),
    stagingFolder: join(dataFolder, "staging"),
    browserPath: settings.ULTRAVISOR_BROWSER ?? null,
    ...limitsOf(settings.ULTRAVISOR_CONCURRENCY),
    rateLimits: rateLimitsOf(settings.ULTRAVISOR_RATE_LIMIT),
    node: settings.ULTRAVISOR_NODE ?? hostname(),
    firstRun: settings.ULTRAVISOR_FIRST_RUN === "on",
    logLevel: settings.ULTRAVISOR_LOG,
    prettyLog: process.stderr.isTTY === true,
    taskEnvironment: allowed(env),
    secret: (name) => env[name],
  };
}

async function readConfigFile(folder: string): Promise<object> {
  const path = join(folder, "ultravisor.config.ts");
  if (!existsSync(path)) return {};
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  if (typeof module.default === "object" && module.default !== null) return module.default;
  throw new ConfigError(
    `ultravisor.config.ts: expected a default export such as { ULTRAVISOR_PORT: 8080 }, got ${typeof module.default}`,
  );
}

/**
 * More than the cores: a command that has ended still has to be written down, and most wait for a disk or a network; browser tasks over
 * HTTP wait most of their time. With eight per core one crawl keeps two cores busy, with four it makes a quarter fewer pages a second.
 */
function limitsOf(text: string | undefined): Pick<Config, "concurrency" | "pages"> {
  const cores = availableParallelism();
  const limits = { shell: Math.max(2, cores) * 2, browser: cores * 8, code: Math.max(2, cores) * 2 };
  let pages = cores * 4;
  for (const [, kind, limit] of (text ?? "").matchAll(/(shell|browser|code)\s*=\s*(\d+)/g)) {
    if (kind === "shell" || kind === "browser" || kind === "code") limits[kind] = Math.max(1, Number(limit));
    if (kind === "browser") pages = limits.browser;
  }
  return { concurrency: limits, pages };
}

function rateLimitsOf(text: string | undefined): RateLimits {
  if (text === undefined) return DEFAULT_RATE_LIMITS;
  const limit = text === "off" ? null : rateLimit(Number(text));
  return { local: limit, remote: limit };
}

const TASK_VARIABLES =
  /^(PATH|HOME|LANG|LC_.*|TZ|USER|LOGNAME|SHELL|TMPDIR|(https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|NODE_COMPILE_CACHE|SSL_CERT_(FILE|DIR))$/i;

/** A task's process sees these and what its task file names; never the server's token or database. */
function allowed(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && TASK_VARIABLES.test(entry[0]),
    ),
  );
}
