/** Edits one key of the state as JSON text. */
import type { FormEvent, ReactElement } from "react";
import { useId, useState } from "react";
import type { Json, StateEntry } from "../api.ts";
import { ConfirmButton } from "./confirm-button.tsx";
import { ErrorNotice } from "./feedback.tsx";

interface Props {
  /** Null: a new key. */
  readonly entry: StateEntry | null;
  readonly error: Error | null;
  readonly busy: boolean;
  onSave(key: string, value: Json): void;
  onDelete(key: string): void;
  onCancel(): void;
}

export function StateEditor({ entry, error, busy, onSave, onDelete, onCancel }: Props): ReactElement {
  const id = useId();
  const [key, setKey] = useState(entry?.key ?? "");
  const [text, setText] = useState(entry === null ? "" : JSON.stringify(entry.value, null, 2));
  const value = parsed(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (value !== undefined) onSave(key, value);
  };
  return (
    <form className="form" onSubmit={submit}>
      <div className="field">
        <label htmlFor={`${id}-key`}>Key</label>
        <input
          id={`${id}-key`}
          className="input mono"
          required
          readOnly={entry !== null}
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-value`}>Value</label>
        <textarea
          id={`${id}-value`}
          className="input"
          spellCheck={false}
          aria-invalid={text !== "" && value === undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {text !== "" && value === undefined && (
          <span className="field-error">This is no JSON yet; text needs quotes.</span>
        )}
      </div>
      {error !== null && <ErrorNotice error={error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={busy || value === undefined || key === ""}>
          Save
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        {entry !== null && (
          <ConfirmButton
            label="Delete"
            question={`Delete ${entry.key}?`}
            disabled={busy}
            onConfirm={() => onDelete(entry.key)}
          />
        )}
      </div>
    </form>
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
