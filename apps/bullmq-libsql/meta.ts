// The settings of a queue: pause, concurrency, limits, version. Read from memory, written through.
import type { IQueueBackend } from "bullmq";
import type { Queue } from "./queue.ts";
import type { Scope } from "./scope.ts";
import type { Store } from "./store.ts";

type MetaVerbs = Pick<
  IQueueBackend,
  | "setQueueMeta"
  | "getQueueMeta"
  | "getQueueMetaField"
  | "getQueueMetaFields"
  | "removeQueueMetaFields"
  | "hasQueueMetaField"
>;

/** The settings part of a backend. */
export function metaVerbs({ store, queue }: Scope): MetaVerbs {
  return {
    setQueueMeta: (values) =>
      store.perform(() => {
        const fields = Object.entries(values);
        return fields.filter(([field, value]) => setMeta(store, queue, field, String(value))).length;
      }),
    getQueueMeta: () => store.perform(() => Object.fromEntries(queue.meta)),
    getQueueMetaField: (field) => store.perform(() => queue.meta.get(field) ?? null),
    getQueueMetaFields: (fields) => store.perform(() => fields.map((field) => queue.meta.get(field) ?? null)),
    hasQueueMetaField: (field) => store.perform(() => queue.meta.has(field)),
    removeQueueMetaFields: (fields) =>
      store.perform(() => fields.filter((field) => unsetMeta(store, queue, field)).length),
  };
}

/** Sets one field; true when it is new. */
export function setMeta(store: Store, queue: Queue, field: string, value: string): boolean {
  const isNew = !queue.meta.has(field);
  store.sql.run("INSERT OR REPLACE INTO meta (queue, field, value) VALUES (?, ?, ?)", queue.id, field, value);
  queue.meta.set(field, value);
  store.touch(queue);
  return isNew;
}

/** Removes one field; true when it was there. */
export function unsetMeta(store: Store, queue: Queue, field: string): boolean {
  store.sql.run("DELETE FROM meta WHERE queue = ? AND field = ?", queue.id, field);
  store.touch(queue);
  return queue.meta.delete(field);
}
