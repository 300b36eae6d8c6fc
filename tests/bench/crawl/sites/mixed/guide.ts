/** A guide, rendered by the server and brought to life in the browser. */
import { createElement as h, type ReactElement, useState } from "react";

export function Guide({ number, text }: { readonly number: number; readonly text: string }): ReactElement {
  const [steps, setSteps] = useState(1);
  return h(
    "section",
    null,
    h("h2", null, `Guide ${number}`),
    h("p", null, text),
    h("button", { type: "button", onClick: () => setSteps(steps + 1) }, `Step ${steps}`),
  );
}
