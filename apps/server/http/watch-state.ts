/** Tells who watches a key of the state what it is, and what it becomes. */
import type { AppContext } from "./endpoint.ts";
import { presentState } from "./presenters/state-entry.ts";
import type { Services } from "./services.ts";
import { eventStream } from "./sse.ts";

export function watchState(
  c: AppContext,
  { state, notices }: Pick<Services, "state" | "notices">,
  scope: string,
  key: string,
): Response {
  return eventStream(c, async (stream) => {
    const unsubscribe = notices.subscribe((notice) => {
      if (notice.type === "state" && notice.scope === scope && notice.key === key) stream.wake();
    });
    let told: string | null = null;
    try {
      while (!stream.ended) {
        const entry = await state.get(scope, key);
        const mark = entry === null ? "gone" : `${entry.version} ${entry.updatedAt}`;
        if (mark !== told) await stream.send("state", entry && presentState(entry));
        told = mark;
        await stream.woken();
      }
    } finally {
      unsubscribe();
    }
  });
}
