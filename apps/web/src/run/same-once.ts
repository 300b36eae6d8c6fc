/** Many task runs of a crawl find the same file; a list tells it once, with how often. */
import type { StoredFile } from "../api.ts";

export interface CountedFile {
  readonly file: StoredFile;
  readonly count: number;
}

/** Files of the same name, content and source become one, at the place of the first. */
export function sameOnce(files: readonly StoredFile[]): readonly CountedFile[] {
  const counted = new Map<string, CountedFile>();
  for (const file of files) {
    const key = JSON.stringify([file.role, file.name, file.sha256, file.url]);
    const earlier = counted.get(key);
    counted.set(key, { file: earlier?.file ?? file, count: (earlier?.count ?? 0) + 1 });
  }
  return [...counted.values()];
}
