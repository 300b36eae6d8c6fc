/** The files of a run or of one task run; screenshots are shown where they are listed. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Empty, Loaded } from "../components/feedback.tsx";
import { Icon } from "../components/icon.tsx";
import { LoadMore } from "../components/load-more.tsx";
import { SafeLink } from "../components/safe-link.tsx";
import { bytes } from "../format.ts";
import { filesQuery } from "../queries.ts";
import { Mirror } from "./mirror.tsx";
import { type CountedFile, sameOnce } from "./same-once.ts";

interface Props {
  readonly runId: string;
  /** Id of a task run; undefined: all of the run. */
  readonly task: string | undefined;
}

export function Files({ runId, task }: Props): ReactElement {
  const query = useInfiniteQuery(filesQuery(runId, task));
  return (
    <>
      {task === undefined && <Mirror runId={runId} />}
      <Loaded query={query} what="files">
        {({ pages }) => {
          const files = pages.flatMap((page) => page.items);
          if (files.length === 0)
            return (
              <Empty title="No file">{task === undefined && <p>What tasks download or save appears here.</p>}</Empty>
            );
          return (
            <>
              <FileTable files={sameOnce(files)} />
              <LoadMore query={query} what="files" />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** What a page looked like when the task failed. */
export function Screenshots({ runId, task }: { runId: string; task: string }): ReactElement | null {
  const { data } = useInfiniteQuery(filesQuery(runId, task));
  const shots = data?.pages.flatMap((page) => page.items).filter((file) => file.role === "screenshot") ?? [];
  if (shots.length === 0) return null;
  return (
    <section className="section">
      <h3>Screenshot</h3>
      <div className="shots">
        {shots.map((file) => (
          <figure key={file.id}>
            <a href={file.href} target="_blank" rel="noopener">
              <img src={file.href} alt={`Screenshot ${file.name}`} loading="lazy" />
            </a>
            <figcaption>
              {file.name}, attempt {file.attempt}
            </figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

function FileTable({ files }: { files: readonly CountedFile[] }): ReactElement {
  return (
    <div className="scroll-x">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="end">
              Size
            </th>
            <th scope="col">Type</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ file, count }) => (
            <FileRow key={file.id} file={file} count={count} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Spelled out, for it may hold what turns the text round or ends it. */
function titleOf({ sha256, originalName }: CountedFile["file"]): string {
  const called = originalName === null ? "" : `called ${JSON.stringify(originalName)} where it came from, `;
  return `${called}sha256 ${sha256}`;
}

function FileRow({ file, count }: CountedFile): ReactElement {
  return (
    <tr>
      <td>
        <a className="file-link" href={file.href} download={file.name} title={titleOf(file)}>
          <Icon name="download" />
          {file.name}
        </a>{" "}
        {count > 1 && (
          <span className="tag" title={`This same file was left ${count} times`}>
            {count} times
          </span>
        )}
        {file.url !== null && (
          <span className="source small" title={file.url}>
            from <SafeLink text={file.url} />
          </span>
        )}
      </td>
      <td className="end nowrap number">{bytes(file.size)}</td>
      <td className="nowrap">
        <span className="muted">{file.type}</span>{" "}
        {file.role !== "download" && <span className="tag">{file.role}</span>}
      </td>
    </tr>
  );
}
