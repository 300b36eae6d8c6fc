import { describe, expect, it } from "vitest";
import { makeServer, type TestServer } from "../ports.ts";

const ITEMS = [
  { title: "Foo, the first", price: 5, shop: { name: "A" } },
  { title: "Bar", price: 15, shop: { name: "B" } },
  { title: "food", price: 25, sold: true },
  { title: '=HYPERLINK("http://evil.example")', price: -3, note: "line\nbreak" },
];

async function makeData(items: readonly object[] = ITEMS): Promise<{ server: TestServer; run: string }> {
  const records = items.map((data) => ({ collection: "shop items", key: null, data: data as Record<string, never> }));
  const server = await makeServer({ scripts: { save: async () => ({ records }) } });
  return { server, run: await server.run("save") };
}

const COLLECTION = { collection: "shop%20items" };

function query(server: TestServer, search: Record<string, string>): Promise<Response> {
  return server.ask(`/api/data/shop%20items?${new URLSearchParams(search)}`);
}

async function prices(response: Response): Promise<unknown[]> {
  const { items } = (await response.json()) as { items: { data: { price: number } }[] };
  return items.map(({ data }) => data.price);
}

describe("Records", () => {
  it.each([
    [{ where: "price>10" }, [15, 25]],
    [{ where: "title~foo", order: "-price" }, [25, 5]],
    [{ where: "shop.name=B" }, [15]],
    [{ where: 'title="Foo, the first"' }, [5]],
    [{ where: "sold=true" }, [25]],
    [{ where: "price>=5,price<25", order: "price:desc" }, [15, 5]],
    [{ where: "shop=null", order: "price" }, [-3, 25]],
    [{ where: "title='; DROP TABLE records; --" }, []],
  ])("are found by %j", async (search, expected) => {
    const { server } = await makeData();
    expect(await prices(await query(server, search as Record<string, string>))).toEqual(expected);
  });

  it("come in pages, and carry the run that saved them", async () => {
    const { server, run } = await makeData();
    const first = (await (await query(server, { limit: "3" })).json()) as { items: { run: string }[]; next: string };
    expect(first.items.map((item) => item.run)).toEqual([run, run, run]);
    expect(await prices(await query(server, { limit: "3", cursor: first.next }))).toEqual([-3]);
  });

  it("of a run are listed with the run", async () => {
    const { server, run } = await makeData();
    const page = await (await server.client.api.runs[":id"].data.$get({ param: { id: run }, query: {} })).json();
    expect(page.items.map(({ collection }) => collection)).toEqual(Array(4).fill("shop items"));
  });

  it("of an unknown collection are a problem; of a known one without matches an empty list", async () => {
    const { server } = await makeData();
    expect(await (await server.ask("/api/data/nothing")).json()).toMatchObject({ code: "unknown_collection" });
    expect(await prices(await query(server, { where: "price>1000" }))).toEqual([]);
  });

  it("cannot be asked for in a language that is not ours", async () => {
    const { server } = await makeData();
    for (const search of [
      { where: "price >" },
      { where: "1; x" },
      { order: "price; DROP TABLE runs" },
      { format: "xml" },
      { sql: "1" },
    ]) {
      expect(await (await query(server, search as Record<string, string>)).json()).toMatchObject({
        code: "invalid_query",
        status: 422,
      });
    }
  });
});

describe("An export", () => {
  it("as one JSON document has the shape of a list", async () => {
    const { server } = await makeData(Array.from({ length: 600 }, (_, price) => ({ price })));
    const response = await query(server, { limit: "all", order: "-price", where: "price>=10" });
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="shop_items.json"');
    expect(await prices(response)).toEqual(Array.from({ length: 590 }, (_, i) => 599 - i));
  });

  it("as JSON lines holds every record, however many pages that takes", async () => {
    const { server } = await makeData(Array.from({ length: 1203 }, (_, price) => ({ price })));
    const response = await query(server, { format: "jsonl" });
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="shop_items.jsonl"');
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).data.price)).toEqual(Array.from({ length: 1203 }, (_, price) => price));
  });

  it("as CSV has a column for every field, and no spreadsheet takes a cell for a formula", async () => {
    const { server } = await makeData();
    const response = await query(server, { format: "csv", order: "price" });
    expect(response.headers.get("content-type")).toContain("text/csv");
    const text = await response.text();
    expect(text.split("\r\n")[0]).toBe("title,price,shop,sold,note,_id,_key,_run,_createdAt,_updatedAt,_version");
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example"")",-3,,,"line\nbreak",`);
    expect(text).toContain('"Foo, the first",5,"{""name"":""A""}",,,');
    expect(text.split("\r\n")).toHaveLength(6);
  });
});

describe("A record", () => {
  it("is shown with what it was before, and deleted", async () => {
    const shop = { collection: "shop items", key: "k" };
    const server = await makeServer({
      scripts: { save: async ({ input }) => ({ records: [{ ...shop, data: input }] }) },
    });
    const first = await server.run("save", { price: 1 });
    const second = await server.run("save", { price: 2 });
    const { items } = await (await server.client.api.data[":collection"].$get({ param: COLLECTION, query: {} })).json();
    const path = `/api/data/shop%20items/${items[0]?.id}`;
    expect(await (await server.ask(path)).json()).toMatchObject({
      ...{ firstRun: first, run: second, version: 2, data: { price: 2 } },
      versions: [{ version: 1, run: first, data: { price: 1 } }],
    });
    expect((await server.ask(path, { method: "DELETE" })).status).toBe(204);
    for (const method of ["GET", "DELETE"])
      expect(await (await server.ask(path, { method })).json()).toMatchObject({ code: "unknown_record", status: 404 });
  });

  it("of another collection is none of this one", async () => {
    const { server } = await makeData();
    const { items } = await (await server.client.api.data[":collection"].$get({ param: COLLECTION, query: {} })).json();
    expect((await server.ask(`/api/data/other/${items[0]?.id}`)).status).toBe(404);
  });
});

describe("Deleting records", () => {
  it.each([
    ["where=price>10", 2],
    ["search=food", 1],
    ["all=true", 4],
  ])("with %s deletes what fits", async (search, deleted) => {
    const { server } = await makeData();
    const answer = await server.ask(`/api/data/shop%20items?${search}`, { method: "DELETE" });
    expect(await answer.json()).toEqual({ deleted });
  });

  it("of a whole collection has to be said", async () => {
    const { server } = await makeData();
    const answer = await server.ask("/api/data/shop%20items", { method: "DELETE" });
    expect([answer.status, await prices(await query(server, {}))]).toEqual([422, [5, 15, 25, -3]]);
  });
});

describe("An aggregate", () => {
  const ask = async (server: TestServer, search: Record<string, string>) =>
    (await server.ask(`/api/data/shop%20items/aggregate?${new URLSearchParams(search)}`)).json();

  it("is the number of records unless more is asked for", async () => {
    const { server } = await makeData();
    expect(await ask(server, {})).toEqual({ items: [{ group: {}, values: { count: 4 } }], next: null, total: 1 });
  });

  it("by group comes with the largest first value first, or in the order asked for", async () => {
    const { server } = await makeData();
    const asked = { values: "sum( price ),count", group: "shop.name", search: "Foo OR Bar", limit: "1" };
    const of = (name: string, sum: number) => ({
      group: { "shop.name": name },
      values: { "sum(price)": sum, count: 1 },
    });
    expect(await ask(server, asked)).toEqual({ items: [of("B", 15)], next: null, total: 2 });
    expect(await ask(server, { ...asked, order: "shop.name" })).toMatchObject({ items: [of("A", 5)] });
    expect(await ask(server, { ...asked, order: "colour" })).toMatchObject({ code: "invalid_query" });
  });

  it.each([{ values: "median(price)" }, { values: "sum()" }, { values: "count;" }, { group: "a b" }, { order: "x" }])(
    "cannot be %j",
    async (search) => {
      const { server } = await makeData();
      expect(await ask(server, search as Record<string, string>)).toMatchObject({ code: "invalid_query" });
    },
  );
});

describe("Collections", () => {
  it("are listed with their number of records, those that are only declared too", async () => {
    const { server } = await makeData();
    const { items } = await (await server.client.api.data.$get()).json();
    expect(items).toEqual([
      { collection: "shop items", records: 4, updatedAt: "2026-03-01T12:00:00.000Z", declared: false },
      { collection: "declared", records: 0, updatedAt: null, declared: true },
    ]);
    expect(await (await server.ask("/api/data/declared")).json()).toEqual({ items: [], next: null });
  });

  it("that a task file declares have a JSON Schema", async () => {
    const { server } = await makeData();
    expect(await (await server.ask("/api/data/declared/schema")).json()).toMatchObject({ type: "object" });
    expect((await server.ask("/api/data/shop%20items/schema")).status).toBe(404);
  });
});
