/** The record database on a libSQL server: the same statements through the official client, over HTTP. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseGroup, parseMeasures, parseOrder } from "../../../apps/server/http/where.ts";
import { FENCE, FenceError } from "../../../apps/server/store/database.ts";
import { startLibsqlServer } from "../../support/libsql-server.ts";
import { gather, saveRecords } from "../../support/records.ts";
import { makeFolder, startServer } from "../../support/server.ts";
import { makeStore } from "../../support/store.ts";

const ITEMS = [
  { n: 1, title: "Crème brûlée", price: 7.5, shop: { city: "Paris" } },
  { n: 2, title: "Blue chair", price: 120, shop: { city: "Oslo" } },
  { n: 3, title: "Chairs and tables", price: 80, shop: { city: "Oslo" } },
];

async function remoteStore() {
  const store = await makeStore("boot-1", true);
  const records = ITEMS.map((data) => ({ collection: "items", key: String(data.n), data }));
  await saveRecords(store, "run-1", records);
  return store;
}

describe("A record database on a libSQL server", () => {
  test("is searched, also for what was saved after the index was built", async () => {
    const store = await remoteStore();
    const found = async (search: string) => (await store.records.list("items", { search })).items.map(({ key }) => key);
    expect(await found("creme")).toEqual(["1"]);
    expect((await found("chair* -table*")).toSorted()).toEqual(["2"]);
    await saveRecords(store, "run-2", [{ collection: "items", key: "3", data: { title: "Lamp" } }]);
    expect([await found("lamp"), await found("tables")]).toEqual([["3"], []]);
  });

  test("is summed up by group, and exported in an order", async () => {
    const { records } = await remoteStore();
    const rows = await records.aggregate("items", {
      measures: parseMeasures("count,sum(price)"),
      group: parseGroup("shop.city"),
    });
    expect(rows).toEqual([
      { group: { "shop.city": "Paris" }, values: { count: 1, "sum(price)": 7.5 } },
      { group: { "shop.city": "Oslo" }, values: { count: 2, "sum(price)": 200 } },
    ]);
    const all = await gather(records.every("items", { order: parseOrder("-price") }));
    expect(all).toMatchObject([{ n: 2 }, { n: 3 }, { n: 1 }]);
  });

  test("undoes a whole group of writes whose fence does not hold", async () => {
    const { database } = await remoteStore();
    const change = "UPDATE runs SET summary = 'changed' WHERE id = ";
    await expect(database.write([`${change}'run-1'`, FENCE, `${change}'nobody'`, FENCE])).rejects.toThrow(FenceError);
    expect((await database.read("SELECT summary FROM runs", [])).rows.map(({ summary }) => summary)).not.toContain(
      "changed",
    );
  });

  test("is all that a server needs to go on after it was killed", async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "tasks"));
    writeFileSync(
      join(folder, "tasks/ask.yaml"),
      "flow: ask; done\ntasks: { ask: { approval: Go on? }, done: { shell: echo done } }\n",
    );
    const remote = await startLibsqlServer(join(folder, "remote.db"));
    onTestFinished(() => remote.close());
    const options = {
      data: join(folder, "data"),
      tasks: join(folder, "tasks"),
      env: { ULTRAVISOR_DATABASE: remote.url },
    };
    const first = await startServer(options);
    const { id } = await first.post<{ id: string }>("/runs", { operation: "ask" });
    const asked = async () => (await first.get<{ items: { id: string }[] }>("/approvals")).items;
    await expect.poll(asked, { timeout: 20_000 }).toHaveLength(1);
    const [question] = await asked();
    await first.kill("SIGKILL");
    const second = await startServer(options);
    await second.post(`/approvals/${question?.id}/approve`);
    expect(await second.finished(id)).toMatchObject({ state: "succeeded", counts: { succeeded: 2 } });
  });
});
