/**
 * What the server wants its owner to know, such as a Chromium without its sandbox. One may fold it into a badge for this
 * visit, but it never goes away while it holds.
 */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useState } from "react";
import { plural } from "../format.ts";
import { healthQuery } from "../queries.ts";
import { Notice } from "./feedback.tsx";
import { Icon } from "./icon.tsx";

const STORAGE_KEY = "ultravisor-warnings-folded";

export function Warnings(): ReactElement | null {
  const { data } = useQuery(healthQuery);
  const [folded, setFolded] = useState(() => sessionStorage.getItem(STORAGE_KEY));
  const warnings = data?.warnings ?? [];
  if (warnings.length === 0) return null;
  // Folding is for these warnings; another one shows itself in full.
  const text = warnings.join("\n");
  const fold = (folding: boolean): void => {
    sessionStorage.setItem(STORAGE_KEY, folding ? text : "");
    setFolded(folding ? text : "");
  };
  if (folded === text) {
    return (
      <button type="button" className="button compact warnings-badge" onClick={() => fold(false)} title={text}>
        <Icon name="warning" />
        {plural(warnings.length, "warning")}
      </button>
    );
  }
  return (
    <Notice tone="warn">
      <div className="warnings">
        <ul>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
        <button
          type="button"
          className="button plain icon-only"
          onClick={() => fold(true)}
          aria-label="Fold warnings into a badge"
        >
          <Icon name="close" />
        </button>
      </div>
    </Notice>
  );
}
