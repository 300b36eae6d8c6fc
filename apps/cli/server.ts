/** Connects a command to the server that the environment names. */
import { type Api, connect } from "./api.ts";
import { readConfig } from "./config.ts";

export async function server(): Promise<Api> {
  return connect(await readConfig());
}
