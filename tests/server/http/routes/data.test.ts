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
    expect(text.split("\r\n")[0]).toBe("title,price,note,shop,sold,_id,_key,_run,_createdAt,_updatedAt");
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example"")",-3,"line\nbreak",,,`);
    expect(text).toContain('"Foo, the first",5,,"{""name"":""A""}",,');
    expect(text.split("\r\n")).toHaveLength(6);
  });
});

it("Collections are listed with their number of records", async () => {
  const { server } = await makeData();
  const { items } = await (await server.client.api.data.$get()).json();
  expect(items).toEqual([{ collection: "shop items", records: 4, updatedAt: "2026-03-01T12:00:00.000Z" }]);
});
