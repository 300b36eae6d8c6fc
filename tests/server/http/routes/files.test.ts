import { describe, expect, it } from "vitest";
import type { FileDraft } from "../../../../apps/server/core/execution.ts";
import { makeServer, type TestServer } from "../ports.ts";

/** A run that leaves one file. */
async function leave(
  text: string,
  draft: Partial<FileDraft> = {},
): Promise<{ server: TestServer; id: string; run: string }> {
  const made: { server?: TestServer } = {};
  const server = await makeServer({
    scripts: {
      leave: async () => {
        const blob = await made.server?.fileStore.put(new Blob([text]).stream());
        const file = {
          role: "output",
          name: "page.html",
          type: "text/html",
          url: null,
          sha256: "",
          size: 0,
          ...blob,
          ...draft,
        };
        return { files: [file as FileDraft] };
      },
    },
  });
  made.server = server;
  const run = await server.run("leave");
  const { items } = await (await server.client.api.runs[":id"].files.$get({ param: { id: run }, query: {} })).json();
  return { server, id: items[0]?.id ?? "", run };
}

describe("A file", () => {
  it("is listed with its run, its hash and the address of its bytes", async () => {
    const { server, id, run } = await leave("hello");
    const { items, next } = await (
      await server.client.api.runs[":id"].files.$get({ param: { id: run }, query: {} })
    ).json();
    expect(items).toMatchObject([{ id, run, name: "page.html", size: 5, role: "output", href: `/api/files/${id}` }]);
    expect(next).toBeNull();
  });

  it.each([
    ["text/html", "text/plain; charset=utf-8"],
    ["application/xhtml+xml", "text/plain; charset=utf-8"],
    ["image/svg+xml", "text/plain; charset=utf-8"],
    ["text/javascript", "text/plain; charset=utf-8"],
    ["TEXT/HTML; charset=x", "text/plain; charset=utf-8"],
    ["image/png", "image/png"],
    ["application/pdf", "application/pdf"],
    ["x\r\nset-cookie: a=b", "application/octet-stream"],
    ["", "application/octet-stream"],
  ])("of type %j is sent as %s, to be saved and never run", async (type, sent) => {
    const { server, id } = await leave("<script>alert(1)</script>", { type });
    const response = await server.ask(`/api/files/${id}`);
    expect(response.headers.get("content-type")).toBe(sent);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).toBe("<script>alert(1)</script>");
  });

  it.each(['a"b\r\nx.pdf', "Jahresbericht – 2026.pdf", "..\\..\\x", "'*.txt"])(
    "called %j has a name that no header breaks",
    async (name) => {
      const { server, id } = await leave("x", { name });
      const header = (await server.ask(`/api/files/${id}`)).headers.get("content-disposition") ?? "";
      expect(header).toMatch(/^attachment; filename="[\w .()+,=@-]+"; filename\*=UTF-8''[\w%.!~-]+$/);
    },
  );

  it("is sent in parts, or not at all when the copy is still right", async () => {
    const { server, id } = await leave("0123456789");
    const part = await server.ask(`/api/files/${id}`, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([206, "bytes 2-4/10", "234"]);
    const outside = await server.ask(`/api/files/${id}`, { headers: { range: "bytes=10-" } });
    expect(await outside.json()).toMatchObject({ code: "invalid_range", status: 416 });
    const etag = part.headers.get("etag") ?? "";
    expect((await server.ask(`/api/files/${id}`, { headers: { "if-none-match": etag } })).status).toBe(304);
    const head = await server.ask(`/api/files/${id}`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
  });

  it("without bytes is sent as it is", async () => {
    const { server, id } = await leave("");
    const response = await server.ask(`/api/files/${id}`);
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it.each(["../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "00000000-0000-7000-8000-000000000000", "x"])(
    "is found by its id only: %s is unknown",
    async (id) => {
      const { server } = await leave("x");
      const response = await server.ask(`/api/files/${id}`);
      expect(response.status).toBe(404);
    },
  );
});
