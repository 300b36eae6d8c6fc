/** Makes the mirror room's port. What exports needs to be loaded is loaded with the first one: few servers ever make any. */
import type { FileStore } from "../core/files.ts";
import type { Mirrors } from "../core/mirror.ts";
import type { CaptureReader } from "../core/ports.ts";

export interface MirrorParts {
  readonly captures: CaptureReader;
  readonly files: Pick<FileStore, "open">;
  readonly clock: () => number;
}

export function createMirrors({ captures, files, clock }: MirrorParts): Mirrors {
  return {
    counts: (runId) => captures.counts(runId),
    async open(run, format) {
      const first = captures.each(run.id);
      const { done } = await first.next();
      await first.return();
      if (done) return null;
      const { exportMirror } = await import("./export.ts");
      return exportMirror({ captures, files, now: clock() }, run, format);
    },
  };
}
