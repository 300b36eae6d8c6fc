/** The server as commands see it: the typed client, whose calls either answer well or end the command. */
import { hc } from "hono/client";
import type { App } from "../server/http/app.ts";
import type { Config } from "./config.ts";
import { CommandError, EXIT } from "./exit.ts";

export interface Api {
  readonly client: ReturnType<typeof hc<App>>;
  /** Any path of the server, for what is no JSON. */
  open(path: string, headers?: Record<string, string>): Promise<Response>;
}

export function connect(config: Config): Api {
  const headers: Record<string, string> = config.token === null ? {} : { authorization: `Bearer ${config.token}` };
  const reach = (input: string | URL | Request, init?: RequestInit): Promise<Response> => ask(config, input, init);
  return {
    client: hc<App>(config.url, { headers, fetch: reach }),
    open: (path, more) => reach(config.url + path, { headers: { ...headers, ...more } }),
  };
}

/** A name as part of a path. */
export function encoded(name: string): string {
  return encodeURIComponent(name);
}

async function ask(config: Config, input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init).catch((error: unknown) => {
    throw new CommandError(
      EXIT.unreachable,
      `Nothing answers at ${config.url} (${reason(error)}). Start the server with \`npm start\`, or say where it is with ULTRAVISOR_HOST and ULTRAVISOR_PORT.`,
    );
  });
  if (response.ok) return response;
  throw await explained(response, config);
}

async function explained(response: Response, config: Config): Promise<CommandError> {
  const problem: unknown = await response.json().catch(() => null);
  if (response.status === 401) {
    const came =
      config.token === null ? `there is no token in ${config.dataFolder}` : "the server does not accept the token";
    return new CommandError(
      EXIT.usage,
      `Not signed in: ${came}. Run this in the folder of the clone, or set ULTRAVISOR_TOKEN.`,
    );
  }
  const detail =
    typeof problem === "object" && problem !== null && "detail" in problem
      ? String(problem.detail)
      : response.statusText;
  return new CommandError(exitCodeOf(response.status), detail);
}

function exitCodeOf(status: number): number {
  if (status === 503) return EXIT.unreachable;
  return status >= 500 ? EXIT.failed : EXIT.usage;
}

function reason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? code : String((cause as { message?: unknown }).message ?? cause);
}
