/** Questions in SQL about the history. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { FormEvent, ReactElement } from "react";
import { api, read } from "../client.ts";
import { Empty, ErrorNotice } from "../components/feedback.tsx";
import { CellValue } from "../components/json-view.tsx";
import { useTitle } from "../components/title.ts";
import { number, plural } from "../format.ts";
import { sqlTablesQuery } from "../queries.ts";

const route = getRouteApi("/sql");
const EXAMPLE =
  "SELECT name, state, count(*) AS runs, round(avg(seconds), 1) AS seconds\nFROM runs GROUP BY name, state";

type Answer = Awaited<ReturnType<typeof ask>>;

function ask(sql: string) {
  return read(api.sql.$post({ json: { sql } }));
}

export function SqlScreen(): ReactElement {
  useTitle("SQL", "Data");
  const { ask: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const question = useMutation({ mutationFn: ask });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const sql = String(new FormData(event.currentTarget).get("sql"));
    void navigate({ search: { ask: sql }, replace: true });
    question.mutate(sql);
  };
  return (
    <>
      <div className="page-head">
        <div>
          <nav className="crumbs" aria-label="Breadcrumb">
            <Link to="/data">Data</Link> <span>/</span>
          </nav>
          <h1>SQL</h1>
        </div>
      </div>
      <form className="card card-body form" onSubmit={submit}>
        <div className="field">
          <label htmlFor="sql">One statement; it only reads</label>
          <textarea
            id="sql"
            name="sql"
            className="input mono"
            rows={5}
            required
            spellCheck={false}
            defaultValue={asked ?? EXAMPLE}
          />
        </div>
        <div className="actions">
          <button type="submit" className="button primary" disabled={question.isPending}>
            {question.isPending ? "Asking…" : "Ask"}
          </button>
        </div>
        {question.error !== null && <ErrorNotice error={question.error} />}
      </form>
      {question.data !== undefined && <AnswerTable answer={question.data} />}
      <Tables />
    </>
  );
}

function AnswerTable({ answer }: { answer: Answer }): ReactElement {
  const { columns, rows, truncated, ms } = answer;
  if (rows.length === 0)
    return (
      <div className="card">
        <Empty title="No rows" />
      </div>
    );
  return (
    <section className="card" aria-label="Answer">
      <div className="scroll-x">
        <table className="table">
          <thead>
            <tr>
              {placed(columns).map(({ place, value }) => (
                <th key={place} scope="col">
                  {value}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {placed(rows).map((row) => (
              <tr key={row.place}>
                {placed(row.value).map(({ place, value }) => (
                  <td key={place}>
                    <span className="cell-text">
                      <CellValue value={value} />
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="more muted">
        {truncated ? "The first " : ""}
        {plural(rows.length, "row")} in {number(ms)} ms
      </p>
    </section>
  );
}

/** Rows and columns have no name of their own: two may be the same, and their place tells them apart. */
function placed<T>(items: readonly T[]): { place: string; value: T }[] {
  return items.map((value, index) => ({ place: String(index), value }));
}

function Tables(): ReactElement {
  const { data } = useQuery(sqlTablesQuery);
  return (
    <section className="card card-body" aria-label="Tables">
      <dl className="facts">
        {data?.items.map(({ name, columns }) => (
          <div key={name} style={{ display: "contents" }}>
            <dt className="mono">{name}</dt>
            <dd className="muted">{columns.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
