/** The command line's only reader of the environment: where the server is, and what opens it. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The folder of the clone. */
export const PACKAGE_ROOT: string = resolve(import.meta.dirname, "../..");

/** What the server is started with: the caller's environment, and where Node keeps what it has compiled. */
export function serverEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { NODE_COMPILE_CACHE: join(PACKAGE_ROOT, "node_modules/.cache/compiled"), ...env };
}

export interface Config {
  /** `http://…`, without a slash at the end. */
  readonly url: string;
  /** Null: neither set nor in the data folder. */
  readonly token: string | null;
  readonly dataFolder: string;
}

type Settings = Readonly<Record<string, unknown>>;

/** Reads `ultravisor.config.ts` and the environment, which wins, as the server does. */
export async function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  folder: string = process.cwd(),
): Promise<Config> {
  const home = homeOf(env, folder);
  const settings: Settings = { ...(await readConfigFile(home)), ...withoutEmpty(env) };
  const text = (name: string, fallback: string): string => String(settings[name] ?? fallback);
  const dataFolder = resolve(home, text("ULTRAVISOR_DATA", "./data"));
  const host = text("ULTRAVISOR_HOST", "127.0.0.1");
  return {
    url: `http://${addressOf(host)}:${text("ULTRAVISOR_PORT", "54321")}`,
    token: settings.ULTRAVISOR_TOKEN === undefined ? readToken(dataFolder) : String(settings.ULTRAVISOR_TOKEN),
    dataFolder,
  };
}

/** The working folder when a server lives there, else the clone this command comes from. */
function homeOf(env: NodeJS.ProcessEnv, folder: string): string {
  const isHome =
    existsSync(join(folder, "ultravisor.config.ts")) ||
    existsSync(resolve(folder, env.ULTRAVISOR_DATA || "./data", "token"));
  return isHome || env.ULTRAVISOR_DATA ? folder : PACKAGE_ROOT;
}

async function readConfigFile(folder: string): Promise<object> {
  const path = join(folder, "ultravisor.config.ts");
  if (!existsSync(path)) return {};
  const module: { default?: unknown } = await import(pathToFileURL(path).href);
  return typeof module.default === "object" && module.default !== null ? module.default : {};
}

function withoutEmpty(env: NodeJS.ProcessEnv): Settings {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name.startsWith("ULTRAVISOR_") && value !== ""),
  );
}

/** Who listens everywhere is reached on loopback. */
function addressOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function readToken(dataFolder: string): string | null {
  try {
    return readFileSync(join(dataFolder, "token"), "utf8").trim();
  } catch {
    return null;
  }
}
