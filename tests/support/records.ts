/** Records in a real store, saved as task runs save them. */

import type { SavedRecord } from "../../apps/server/core/entities.ts";
import type { RecordDraft } from "../../apps/server/core/execution.ts";
import type { Json } from "../../apps/server/core/json.ts";
import { draftRun, makeStore, NOTHING_LEFT, type TestStore } from "./store.ts";

/** Saves in a run of its own, `now` being its time. */
export async function saveRecords(
  store: TestStore,
  run: string,
  records: readonly RecordDraft[],
  now = 1,
): Promise<void> {
  await store.transitions.create(draftRun(run), now);
  const claimed = await store.transitions.claim(`${run}-example`, now);
  if (claimed === null) throw new Error(`run ${run} could not be claimed`);
  const ticket = { taskRunId: claimed.id, runId: run, attempt: claimed.attempt };
  await store.transitions.succeed(ticket, { ...NOTHING_LEFT, records }, now);
}

/** A store whose collection `items` holds these. */
export async function storeOf(items: readonly Json[]): Promise<TestStore> {
  const store = await makeStore();
  const records = items.map((data) => ({ collection: "items", key: null, data }));
  await saveRecords(store, "run-1", records);
  return store;
}

export async function gather(records: AsyncIterable<SavedRecord>): Promise<Json[]> {
  const gathered: Json[] = [];
  for await (const { data } of records) gathered.push(data);
  return gathered;
}
