/** The form that starts a task. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { JsonObject, Task } from "../api.ts";
import { api, read } from "../client.ts";
import { InputForm } from "./input-form.tsx";

/** @param input what the form shows at first, over the defaults */
export function StartForm({ task, input }: { task: Task; input?: JsonObject }): ReactElement {
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: async (made: () => JsonObject) => read(api.runs.$post({ json: { task: task.name, input: made() } })),
    onSuccess: ({ id }) => navigate({ to: "/runs/$id", params: { id } }),
  });
  const submit = (
    <button type="submit" className="button primary" disabled={start.isPending}>
      {start.isPending ? "Starting…" : "Start"}
    </button>
  );
  return <InputForm schema={task.input} input={input} error={start.error} submit={submit} onSubmit={start.mutate} />;
}
