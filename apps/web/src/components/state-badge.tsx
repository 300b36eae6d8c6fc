/** A state as shape, colour and word. */
import type { ReactElement } from "react";
import type { State } from "../api.ts";
import { Icon } from "./icon.tsx";

/** With the word beside the shape. */
export function StateBadge({ state }: { state: State }): ReactElement {
  return (
    <span className="state state-pill" data-state={state}>
      <Icon name={state} />
      {state}
    </span>
  );
}

/** Only the shape; the word is there for screen readers and as a hint. */
export function StateDot({ state }: { state: State }): ReactElement {
  return (
    <span className="state" data-state={state} title={state}>
      <Icon name={state} />
      <span className="visually-hidden">{state}</span>
    </span>
  );
}
