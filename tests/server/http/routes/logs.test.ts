import { describe, expect, it } from "vitest";
import { makeServer, readEvents, type Script, type TestServer } from "../ports.ts";

const STREAM = { headers: { accept: "text/event-stream" } };

function say(host: Parameters<Script>[1], ...lines: string[]): void {
  for (const text of lines) host.log({ stream: "stdout", level: "info", time: 0, text });
}

function saying(...lines: string[]): Script {
  return async (_assignment, host) => {
    say(host, ...lines);
    return {};
  };
}

/** A task that says a line each time it is told to, and ends when told so. */
function makeTalker() {
  const heard = { say: (_text: string): void => undefined, end: (): void => undefined };
  const script: Script = (_assignment, host) =>
    new Promise((done) => {
      heard.say = (text) => say(host, text);
      heard.end = () => done({});
      say(host, "first");
    });
  return { heard, script };
}

async function startTalker(server: TestServer): Promise<string> {
  const { id } = await (await server.client.api.runs.$post({ json: { task: "talk" } })).json();
  await readEvents(await server.ask(`/api/runs/${id}/logs`, STREAM), (events) => events.length > 0);
  return id;
}

describe("The log of a run", () => {
  it("comes in pages whose `next` leads on", async () => {
    const server = await makeServer({ scripts: { talk: saying("a", "b", "c") } });
    const id = await server.run("talk");
    const read = async (cursor?: string) =>
      (
        await server.client.api.runs[":id"].logs.$get({
          param: { id },
          query: { limit: "2", ...(cursor ? { cursor } : {}) },
        })
      ).json();
    const first = await read();
    expect(first.items.map(({ text }) => text)).toEqual(["a", "b"]);
    const second = await read(first.next ?? "");
    expect(second.items.map(({ text }) => text)).toEqual(["c"]);
    expect(second.next).toBeNull();
  });

  it("is followed from the first line through live ones to the end, without gap or repetition", async () => {
    const { heard, script } = makeTalker();
    const server = await makeServer({ scripts: { talk: script } });
    const id = await startTalker(server);
    const lines = Array.from({ length: 450 }, (_, i) => `line ${i}`);
    const following = readEvents(await server.ask(`/api/runs/${id}/logs`, STREAM), (events) => {
      const next = lines[events.length - 1];
      if (next !== undefined) heard.say(next);
      else heard.end();
      return false;
    });
    const events = await following;
    expect(events.slice(0, -1).map(({ data }) => data.text)).toEqual(["first", ...lines]);
    expect(events.slice(0, -1).every(({ event, id: seq, data }) => event === "log" && seq === String(data.seq))).toBe(
      true,
    );
    expect(events.at(-1)).toMatchObject({ event: "end", data: { state: "succeeded" } });
  });

  it("of a run that has ended is told whole, then ends", async () => {
    const many = Array.from({ length: 1001 }, (_, i) => `line ${i}`);
    const server = await makeServer({ scripts: { talk: saying(...many) } });
    const id = await server.run("talk");
    const events = await readEvents(await server.ask(`/api/runs/${id}/logs`, STREAM));
    expect(events.map(({ data }) => data.text)).toEqual([...many, undefined]);
  });

  it("resumes after the line that `Last-Event-ID` names", async () => {
    const server = await makeServer({ scripts: { talk: saying("a", "b", "c") } });
    const id = await server.run("talk");
    const all = await readEvents(await server.ask(`/api/runs/${id}/logs`, STREAM));
    const headers = { ...STREAM.headers, "last-event-id": all[1]?.id ?? "" };
    const rest = await readEvents(await server.ask(`/api/runs/${id}/logs`, { headers }));
    expect(rest.map(({ data }) => data.text ?? data.state)).toEqual(["c", "succeeded"]);
  });

  it("of a run that is unknown is a problem, not a stream", async () => {
    const server = await makeServer();
    const response = await server.ask("/api/runs/00000000-0000-7000-8000-000000000000/logs", STREAM);
    expect(await response.json()).toMatchObject({ code: "unknown_run", status: 404 });
  });
});
