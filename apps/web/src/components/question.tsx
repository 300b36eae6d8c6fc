/** What a person is asked: the question, what is to be filled in, yes and no. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { FormEvent, ReactElement, ReactNode } from "react";
import { useId, useState } from "react";
import type { Approval, JsonObject } from "../api.ts";
import { ApiError } from "../api-error.ts";
import { api, read } from "../client.ts";
import { errorFor, fieldsOf, initialValues, inputOf } from "../input-form.ts";
import { ErrorNotice } from "./feedback.tsx";
import { FormField } from "./form-field.tsx";
import { TimeAgo } from "./time.tsx";

/** @param children where the question comes from, when that is not clear */
export function Question({ approval, children }: { approval: Approval; children?: ReactNode }): ReactElement {
  const id = useId();
  const fields = fieldsOf(approval.ask) ?? [];
  const [values, setValues] = useState(() => initialValues(fields));
  const [comment, setComment] = useState("");
  const answer = useAnswer(approval);
  const errors = answer.error instanceof ApiError ? answer.error.fields : [];
  const own = errors.map((error) => ({ ...error, path: error.path.replace(/^values\./, "") }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    answer.mutate({ verb: "approve", comment, values: inputOf(fields, values) });
  };
  return (
    <form className="card approval form" onSubmit={submit} noValidate aria-label={`Question of ${approval.task}`}>
      <div>
        <h2>{approval.message}</h2>
        <p className="muted small">
          {children}
          <code>{approval.task}</code> waits for your word since <TimeAgo iso={approval.since} />
          {approval.deadline !== null && (
            <>
              , until <TimeAgo iso={approval.deadline} />
            </>
          )}
        </p>
      </div>
      {fields.map((field) => (
        <FormField
          key={field.name}
          field={field}
          value={values[field.name] ?? ""}
          error={errorFor(field.name, own)}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <div className="field">
        <label htmlFor={`${id}-comment`}>Comment</label>
        <input
          id={`${id}-comment`}
          className="input"
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </div>
      {answer.error !== null && <ErrorNotice error={answer.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={answer.isPending}>
          Approve
        </button>
        <button
          type="button"
          className="button"
          disabled={answer.isPending}
          onClick={() => answer.mutate({ verb: "reject", comment, values: {} })}
        >
          Reject
        </button>
      </div>
    </form>
  );
}

interface Word {
  readonly verb: "approve" | "reject";
  readonly comment: string;
  readonly values: JsonObject;
}

function useAnswer({ id, run }: Approval) {
  const client = useQueryClient();
  const route = api.approvals[":id"];
  return useMutation({
    mutationFn: ({ verb, comment, values }: Word) =>
      verb === "approve"
        ? read(route.approve.$post({ param: { id }, json: { comment, values: values as Record<string, never> } }))
        : read(route.reject.$post({ param: { id }, json: { comment } })),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["approvals"] }),
        client.invalidateQueries({ queryKey: ["run", run] }),
        client.invalidateQueries({ queryKey: ["runs"] }),
      ]),
  });
}
