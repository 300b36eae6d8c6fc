/** Finds the run that a person means: by its id, or by a beginning or end of it that no other recent run has. */
import type { Api } from "./api.ts";
import { usage } from "./exit.ts";
import { shortId } from "./output.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SHORTEST = 4;

export async function findRun(api: Api, text: string): Promise<string> {
  if (UUID.test(text)) return text;
  if (text.length < SHORTEST)
    throw usage(
      `Expected the id of a run, or at least ${SHORTEST} characters of its beginning or end; got ${JSON.stringify(text)}.`,
    );
  const { items } = await (await api.client.api.runs.$get({ query: { limit: "500" } })).json();
  const found = items.filter(({ id }) => id.startsWith(text) || id.endsWith(text));
  const [only] = found;
  if (only === undefined)
    throw usage(
      `No recent run has an id that begins or ends with ${JSON.stringify(text)}. \`npx ultravisor runs\` lists them.`,
    );
  if (found.length > 1)
    throw usage(
      `${found.length} runs have such an id: ${found
        .slice(0, 5)
        .map(({ id }) => shortId(id))
        .join(", ")}. Give more of it.`,
    );
  return only.id;
}
