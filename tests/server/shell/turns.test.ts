import { expect, test } from "vitest";
import { Turns } from "../../../apps/server/shell/turns.ts";

test("as many work at a time as there are turns, and whoever fails makes room for the next", async () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  const works = new Map(["a", "b", "c", "d"].map((name) => [name, Promise.withResolvers<string>()]));
  const ends = [...works].map(([name, work]) =>
    turns.take(() => {
      begun.push(name);
      return work.promise;
    }),
  );
  expect(begun).toEqual(["a", "b"]);
  works.get("b")?.reject(new Error("b failed"));
  await expect(ends[1]).rejects.toThrow("b failed");
  expect(begun).toEqual(["a", "b", "c"]);
  works.get("c")?.resolve("c");
  expect(await ends[2]).toBe("c");
  expect(begun).toEqual(["a", "b", "c", "d"]);
  for (const [name, work] of works) work.resolve(name);
  expect(await Promise.all([ends[0], ends[3]])).toEqual(["a", "d"]);
});
