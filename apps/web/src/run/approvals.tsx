/** What a run waits for that a person must say. */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import type { Run } from "../api.ts";
import { Question } from "../components/question.tsx";
import { approvalsQuery } from "../queries.ts";

export function Approvals({ run }: { run: Run }): ReactElement | null {
  const { data } = useQuery({ ...approvalsQuery, enabled: run.counts.waiting > 0 });
  const own = (data?.items ?? []).filter((approval) => approval.run === run.id);
  if (own.length === 0 || run.counts.waiting === 0) return null;
  return (
    <>
      {own.map((approval) => (
        <Question key={approval.id} approval={approval} />
      ))}
    </>
  );
}
