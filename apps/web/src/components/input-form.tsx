/** What a task is to be told, as a form: fields from its input schema, or JSON when the schema names no fields. */
import type { FormEvent, ReactElement, ReactNode } from "react";
import { useState } from "react";
import type { JsonObject } from "../api.ts";
import type { FieldError } from "../api-error.ts";
import { ApiError } from "../api-error.ts";
import { errorFor, fieldsOf, initialValues, inputOf } from "../input-form.ts";
import { ErrorNotice } from "./feedback.tsx";
import { FormField } from "./form-field.tsx";

interface Props {
  /** JSON Schema; null: whatever the task takes. */
  readonly schema: JsonObject | null;
  /** What is shown at first, over the defaults. */
  readonly input?: JsonObject | undefined;
  readonly error: Error | null;
  /** What else is asked, above the fields. */
  readonly children?: ReactNode;
  /** The button that sends the form. */
  readonly submit: ReactElement;
  /** The input is made late, so that bad JSON is an error like any other. */
  onSubmit(input: () => JsonObject): void;
}

export function InputForm({ schema, input = {}, error, children, submit, onSubmit }: Props): ReactElement {
  const fields = fieldsOf(schema);
  const [asJson, setAsJson] = useState(fields === null);
  const [values, setValues] = useState(() => initialValues(fields ?? [], input));
  const [json, setJson] = useState(() => pretty({ ...defaultsOf(schema), ...input }));
  const errors = error instanceof ApiError ? error.fields : [];

  const send = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit(asJson || fields === null ? () => parsed(json) : () => inputOf(fields, values));
  };
  const switchMode = (): void => {
    if (fields !== null && !asJson) setJson(pretty(inputOf(fields, values)));
    setAsJson(!asJson);
  };

  return (
    <form className="form" onSubmit={send} noValidate>
      {children}
      {asJson || fields === null ? (
        <JsonInput text={json} onChange={setJson} />
      ) : (
        fields.map((field) => (
          <FormField
            key={field.name}
            field={field}
            value={values[field.name] ?? ""}
            error={errorFor(field.name, errors)}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))
      )}
      {error !== null && <InputError error={error} shown={asJson ? [] : (fields ?? []).map((field) => field.name)} />}
      <div className="actions">
        {submit}
        {fields !== null && (
          <button type="button" className="button plain" onClick={switchMode}>
            {asJson ? "Edit as form" : "Edit as JSON"}
          </button>
        )}
      </div>
    </form>
  );
}

function JsonInput({ text, onChange }: { text: string; onChange(text: string): void }): ReactElement {
  return (
    <div className="field">
      <label htmlFor="input-json">Input as JSON</label>
      <textarea
        id="input-json"
        className="input"
        rows={6}
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** Errors that stand at their fields are not told twice, save for the first line. */
function InputError({ error, shown }: { error: Error; shown: readonly string[] }): ReactElement {
  const fields: readonly FieldError[] = error instanceof ApiError ? error.fields : [];
  const rest = fields.filter((field) => !shown.some((name) => errorFor(name, [field]) !== null));
  return (
    <div className="stack">
      <ErrorNotice error={error} />
      {rest.map((field) => (
        <p key={`${field.path} ${field.message}`} className="field-error">
          <code>{field.path}</code> {field.message}
        </p>
      ))}
    </div>
  );
}

function defaultsOf(schema: JsonObject | null): JsonObject {
  const fields = fieldsOf(schema);
  return fields === null ? {} : inputOf(fields, initialValues(fields));
}

/** An input is an object; what else was typed never reaches the server. */
function parsed(text: string): JsonObject {
  const value = text.trim() === "" ? {} : json(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ApiError(0, "invalid_json", 'Expected a JSON object such as { "url": "https://example.com" }.');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    throw new ApiError(0, "invalid_json", `Expected a JSON object: ${why}.`);
  }
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
