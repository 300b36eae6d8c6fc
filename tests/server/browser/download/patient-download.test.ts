import { describe, expect, test } from "vitest";
import type { DownloadedFile } from "../../../../apps/sdk/context.ts";
import { downloadPatiently } from "../../../../apps/server/browser/download/patient-download.ts";
import { BrowsingError } from "../../../../apps/server/core/browsing.ts";

const FILE: DownloadedFile = {
  name: "a.pdf",
  url: "http://x/a.pdf",
  sha256: "0".repeat(64),
  size: 1,
  type: "application/pdf",
  changed: true,
};
const GONE = new BrowsingError("not_found", "http://x/a.pdf is not there (404).", { retryable: false });
const BUSY = new BrowsingError("http_status", "http://x/a.pdf answered 503.", { retryable: true, status: 503 });

function download(answers: readonly (DownloadedFile | Error)[], required = false, brings = 0) {
  let kept = 0;
  const left = [...answers];
  const warnings: string[] = [];
  const result = downloadPatiently({
    ...{
      url: FILE.url,
      required,
      signal: new AbortController().signal,
      kept: () => kept,
      warn: (text: string) => void warnings.push(text),
    },
    async fetch() {
      const answer = left.shift();
      if (answer === undefined) throw new Error("asked once too often");
      kept += brings;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { result, warnings, left };
}

describe("a download that cannot be had", () => {
  test("is a warning that names it, and null", async () => {
    const { result, warnings } = download([GONE]);
    expect(await result).toBeNull();
    expect(warnings).toEqual(["http://x/a.pdf was not downloaded: http://x/a.pdf is not there (404)."]);
  });

  test("is gone on with for as long as each try brings something", async () => {
    const { result, left } = download([...Array.from({ length: 3 }, () => BUSY), FILE], false, 10);
    expect(await result).toBe(FILE);
    expect(left).toEqual([]);
  });

  test("is an error when it is required", async () => {
    await expect(download([GONE], true).result).rejects.toBe(GONE);
  });

  test("is asked for again only when that may help", async () => {
    const { result, left } = download([BUSY, FILE]);
    expect(await result).toBe(FILE);
    expect(left).toEqual([]);
  });

  test("is not asked for again when its host does not exist", async () => {
    const cause = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const { result, left } = download([new BrowsingError("network", "unknown name", { retryable: true, cause }), FILE]);
    expect(await result).toBeNull();
    expect(left).toEqual([FILE]);
  });

  test("is left to the task's own retry when the other side asks for much patience", async () => {
    const later = new BrowsingError("http_status", "busy", { retryable: true, retryAfter: 60_000 });
    await expect(download([later], true).result).rejects.toBe(later);
  });

  test("is an error whatever is asked when the fault is ours", async () => {
    const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });
    await expect(download([full]).result).rejects.toBe(full);
  });
});
