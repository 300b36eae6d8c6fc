/** The ways to take away what a run mirrored. */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Icon } from "../components/icon.tsx";
import { bytes, number } from "../format.ts";
import { mirrorQuery } from "../queries.ts";

const FORMATS = [
  { format: "zip", label: "ZIP to browse" },
  { format: "warc", label: "WARC" },
  { format: "wacz", label: "WACZ" },
] as const;

export function Mirror({ runId }: { runId: string }): ReactElement | null {
  const { data } = useQuery(mirrorQuery(runId));
  if (data === undefined || data.pages + data.files + data.assets === 0) return null;
  return (
    <div className="mirror">
      <span>
        Mirror of {number(data.pages)} pages, {number(data.files)} files and {number(data.assets)} parts of pages,{" "}
        {bytes(data.bytes)}
      </span>
      <span className="mirror-formats">
        {FORMATS.map(({ format, label }) => (
          <a key={format} className="button plain compact" href={`/api/runs/${runId}/mirror?format=${format}`} download>
            <Icon name="download" />
            {label}
          </a>
        ))}
      </span>
    </div>
  );
}
