/** One field of a start form with its label, hint and error. */
import type { ReactElement } from "react";
import { useId } from "react";
import type { Field } from "../input-form.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly field: Field;
  readonly value: string;
  readonly error: string | null;
  onChange(value: string): void;
}

export function FormField({ field, value, error, onChange }: Props): ReactElement {
  const id = useId();
  return (
    <div className="field">
      {field.kind !== "boolean" && (
        <label htmlFor={id}>
          {field.name} {field.required && <Required />}
        </label>
      )}
      <Control id={id} field={field} value={value} error={error} onChange={onChange} />
      {hint(field) !== "" && (
        <span className="hint" id={`${id}-hint`}>
          {hint(field)}
        </span>
      )}
      {error !== null && (
        <span className="field-error" id={`${id}-error`}>
          <Icon name="warning" />
          {error}
        </span>
      )}
    </div>
  );
}

function Required(): ReactElement {
  return (
    <span className="required" title="required">
      *<span className="visually-hidden">required</span>
    </span>
  );
}

function Control({ id, field, value, error, onChange }: Props & { id: string }): ReactElement {
  const common = {
    id,
    "aria-invalid": error !== null,
    "aria-describedby": `${id}-hint ${id}-error`,
    required: field.required,
  };
  if (field.kind === "boolean") return <Checkbox {...common} field={field} value={value} onChange={onChange} />;
  if (field.kind === "enum") return <Choice {...common} field={field} value={value} onChange={onChange} />;
  const typed = { ...common, className: "input", value };
  if (field.kind === "json") {
    return <textarea {...typed} rows={4} spellCheck={false} onChange={(event) => onChange(event.target.value)} />;
  }
  return (
    <input {...typed} {...KEYBOARD[field.kind]} autoComplete="off" onChange={(event) => onChange(event.target.value)} />
  );
}

/** Numbers are typed as text: a number field hides what was typed when it is no number, and the server could not say why. */
const KEYBOARD = {
  text: { type: "text" },
  url: { type: "url", inputMode: "url", placeholder: "https://" },
  number: { type: "text", inputMode: "decimal" },
  integer: { type: "text", inputMode: "numeric" },
} as const;

type ControlProps = Omit<Props, "error"> & { readonly id: string; readonly required: boolean };

function Checkbox({ field, value, onChange, required: _required, ...rest }: ControlProps): ReactElement {
  return (
    <label className="checkbox">
      <input
        {...rest}
        type="checkbox"
        checked={value === "true"}
        onChange={(event) => onChange(String(event.target.checked))}
      />
      {field.name}
    </label>
  );
}

function Choice({ field, value, onChange, ...rest }: ControlProps): ReactElement {
  const options = field.options.map((option) => (typeof option === "string" ? option : JSON.stringify(option)));
  return (
    <select {...rest} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
      {!options.includes(value) && <option value="">{field.required ? "Choose…" : "–"}</option>}
      {options.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </select>
  );
}

function hint({ description, minimum, maximum, kind }: Field): string {
  const range =
    minimum !== null && maximum !== null
      ? `${minimum} to ${maximum}`
      : minimum !== null
        ? `at least ${minimum}`
        : maximum !== null
          ? `at most ${maximum}`
          : "";
  return [description, range, kind === "json" ? "as JSON" : ""].filter((part) => part !== "").join(" · ");
}
