/** Which records to show, and what to add up about them: words, conditions, measures. What was asked stands in the address. */
import type { FormEvent, ReactElement } from "react";
import { useId } from "react";
import type { RecordsSearch } from "../router.tsx";

interface Props {
  readonly asked: RecordsSearch;
  onAsk(asked: RecordsSearch): void;
}

export function RecordFilter({ asked, onAsk }: Props): ReactElement {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string | undefined => String(form.get(name) ?? "").trim() || undefined;
    onAsk({
      ...{ order: asked.order, search: text("search"), where: text("where") },
      ...{ values: text("values"), group: text("group") },
    });
  };
  const isAsked = [asked.search, asked.where, asked.values, asked.group].some((part) => part !== undefined);
  return (
    <form
      className="record-filter"
      // Another address, by the browser's back button say, fills the fields anew.
      key={JSON.stringify(asked)}
      onSubmit={submit}
    >
      <Field name="search" label="Search" placeholder='blue chair, "a phrase", begin*' value={asked.search} />
      <Field name="where" label="Where" placeholder="price>10,shop.name in (A, B)" value={asked.where} />
      <Field name="values" label="Add up" placeholder="count,avg(price)" value={asked.values} />
      <Field name="group" label="By" placeholder="shop.name" value={asked.group} />
      <div className="actions">
        <button type="submit" className="button">
          Show
        </button>
        {isAsked && (
          <button type="button" className="button plain" onClick={() => onAsk({ order: asked.order })}>
            Clear
          </button>
        )}
      </div>
    </form>
  );
}

function Field(props: { name: string; label: string; placeholder: string; value: string | undefined }): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        className="input"
        autoComplete="off"
        spellCheck={false}
        placeholder={props.placeholder}
        defaultValue={props.value ?? ""}
      />
    </div>
  );
}
