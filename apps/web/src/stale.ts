/** Which queries have to be asked again after something happened. */
import type { QueryKey } from "@tanstack/react-query";
import type { Event, Notice } from "./api.ts";

/** The empty key is the beginning of every key. */
export const EVERYTHING: readonly QueryKey[] = [[]];

/** After something that the server keeps as history. */
export function staleAfterEvent(event: Pick<Event, "kind" | "run">): readonly QueryKey[] {
  if (event.run !== null) return ofRun(event.run);
  if (event.kind.startsWith("schedule.")) return [["schedule"]];
  return event.kind.startsWith("tasks.") ? [["tasks"], ["schedule"]] : [];
}

/** After a change that the server only tells to whoever listens. */
export function staleAfterNotice(notice: Notice): readonly QueryKey[] {
  if (notice.type === "run") return [...ofRun(notice.run), ["schedule"]];
  if (notice.type === "task_run") return ofRun(notice.run);
  if (notice.type === "state") return [["state"]];
  return notice.type === "tasks" ? [["tasks"], ["schedule"]] : EVERYTHING;
}

function ofRun(id: string): readonly QueryKey[] {
  // A question may be asked or answered by any of them, and asking whether one waits costs the server nothing.
  return [["run", id], ["runs"], ["data"], ["approvals"]];
}
