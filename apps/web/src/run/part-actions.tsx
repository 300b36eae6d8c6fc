/** What one can do with a task run and all that was spawned below it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { TaskRun } from "../api.ts";
import { isFinal } from "../api.ts";
import { api } from "../client.ts";
import { ConfirmButton } from "../components/confirm-button.tsx";
import { ErrorNotice } from "../components/feedback.tsx";

type Verb = "pause" | "resume" | "cancel" | "retry";

export function PartActions({ taskRun }: { taskRun: TaskRun }): ReactElement | null {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (verb: Verb) => send(taskRun, verb),
    onSuccess: () => client.invalidateQueries({ queryKey: ["run", taskRun.run] }),
  });
  const { totals } = taskRun;
  const open = !isFinal(taskRun.state) || (totals !== null && totals.queued + totals.running + totals.waiting > 0);
  const failed =
    ["failed", "cancelled"].includes(taskRun.state) || (totals !== null && totals.failed + totals.cancelled > 0);
  if (!open && !failed && taskRun.pausedAt === null) return null;
  const button = (verb: Verb, label: string): ReactElement => (
    <button type="button" className="button" disabled={act.isPending} onClick={() => act.mutate(verb)}>
      {label}
    </button>
  );
  const below = totals === null ? "" : " with all below it";
  return (
    <div className="part-actions">
      {open && taskRun.pausedAt === null && button("pause", `Pause${below}`)}
      {taskRun.pausedAt !== null && button("resume", `Resume${below}`)}
      {failed && button("retry", `Retry what failed${below}`)}
      {open && (
        <ConfirmButton
          label={`Cancel${below}`}
          question={`Cancel it${below}?`}
          disabled={act.isPending}
          onConfirm={() => act.mutate("cancel")}
        />
      )}
      {act.error !== null && <ErrorNotice error={act.error} />}
    </div>
  );
}

function send({ run, id }: TaskRun, verb: Verb): Promise<unknown> {
  const part = api.runs[":id"].tasks[":task"];
  const param = { id: run, task: id };
  return verb === "retry" ? part.retry.$post({ param, json: {} }) : part[verb].$post({ param });
}
