/** What a screen says when it waits, has nothing, or met an error. */
import type { ReactElement, ReactNode } from "react";
import { ApiError } from "../api-error.ts";
import { Icon } from "./icon.tsx";

export function Loading({ what }: { what: string }): ReactElement {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }): ReactElement {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Notice({ tone, children }: { tone: "warn" | "bad"; children: ReactNode }): ReactElement {
  return (
    <div className="notice" data-tone={tone} role={tone === "bad" ? "alert" : "note"}>
      <Icon name="warning" />
      <div>{children}</div>
    </div>
  );
}

/** An error of the API in its own words. */
export function ErrorNotice({ error }: { error: Error }): ReactElement {
  return (
    <Notice tone="bad">
      <span>{error.message}</span>
      {error instanceof ApiError && <code className="muted">{error.code}</code>}
    </Notice>
  );
}

interface Loadable<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
}

/** Shows what a query found; until then that it loads, and why when it cannot. */
export function Loaded<T>(props: { query: Loadable<T>; what: string; children: (data: T) => ReactNode }): ReactNode {
  const { data, error } = props.query;
  if (data !== undefined) return props.children(data);
  return error === null ? <Loading what={props.what} /> : <ErrorNotice error={error} />;
}
