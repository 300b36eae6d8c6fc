import { describe, expect, test } from "vitest";
import { startSite } from "../../support/site.ts";
import { makeProber } from "./probe.ts";

describe("A web address", () => {
  test("is asked for its status; no answer is 0", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    site.route("/broken", (_request, response) => response.writeHead(503).end());
    expect(await look({ http: `${site.url}/broken`, statusNot: 200 })).toEqual({ value: 503 });
    expect(await look({ http: "http://127.0.0.1:9/", statusNot: 200 })).toEqual({ value: 0 });
  });

  test("is searched for a text", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    site.route("/shop", "<p>In stock</p>");
    expect(await look({ http: `${site.url}/shop`, contains: "In stock" })).toEqual({ value: true });
    expect(await look({ http: `${site.url}/shop`, lacks: "Sold out" })).toEqual({ value: false });
  });

  test("gives one value of its JSON, or none", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    site.route("/api", (_request, response) => response.end('{"queue":[{"length":7}],"__proto__":1}'));
    expect(await look({ http: `${site.url}/api`, json: "$.queue[0].length", above: 5 })).toEqual({ value: 7 });
    expect(await look({ http: `${site.url}/api`, json: "$.queue[1].length", above: 5 })).toEqual({ value: null });
    expect(await look({ http: `${site.url}/api`, json: "$.constructor", above: 5 })).toEqual({ value: null });
  });

  test("changes with its body, or with its ETag", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    const answer = (tag: string, body: string) =>
      site.route("/page", (_request, response) => response.writeHead(200, { etag: tag }).end(body));
    answer('"1"', "a");
    const body = await look({ http: `${site.url}/page`, changed: true });
    const etag = await look({ http: `${site.url}/page`, changed: "etag" });
    expect(etag).toEqual({ value: '"1"' });
    answer('"2"', "a");
    expect(await look({ http: `${site.url}/page`, changed: true })).toEqual(body);
    expect(await look({ http: `${site.url}/page`, changed: "etag" })).toEqual({ value: '"2"' });
    answer('"2"', "b");
    expect(await look({ http: `${site.url}/page`, changed: true })).not.toEqual(body);
  });

  test("that fails tells nothing about its body", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    expect(await look({ http: `${site.url}/nothing-here`, changed: true })).toMatchObject({
      problem: expect.stringMatching(/answered 404/),
    });
    site.route("/text", "no JSON");
    expect(await look({ http: `${site.url}/text`, json: "$.a", above: 5 })).toMatchObject({
      problem: expect.stringMatching(/JSON/),
    });
  });
});

describe("A command", () => {
  test("is asked for its exit code", async () => {
    const { look } = await makeProber();
    expect(await look({ shell: "exit 0" })).toEqual({ value: 0 });
    expect(await look({ shell: "exit 7" })).toEqual({ value: 7 });
  });

  test("that takes too long could not be told, and is stopped", async () => {
    const { look } = await makeProber();
    expect(await look({ shell: "sleep 60", timeout: "200ms" })).toMatchObject({ problem: expect.stringMatching(/./) });
  });
});

describe("State", () => {
  test("is a key with dots, or a value inside a key", async () => {
    const { look, store } = await makeProber();
    await store.state.set("global", "house", { rooms: { hall: 21 } }, "api");
    expect(await look({ state: "house.rooms.hall", above: 24 })).toEqual({ value: 21 });
    await store.state.set("global", "house.rooms.hall", 25, "api");
    expect(await look({ state: "house.rooms.hall", above: 24 })).toEqual({ value: 25 });
    expect(await look({ state: "house.rooms.hall", above: 24, scope: "node" })).toEqual({ value: null });
  });
});

describe("A page in a browser", () => {
  const PAGE =
    '<p class="price">£1,234.50 each</p><b id="late"></b><script>document.querySelector("#late").innerHTML = "<i>ready</i>"</script>';

  test("is asked for a selector's presence, text or number", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    site.route("/shop", PAGE);
    const page = `${site.url}/shop`;
    expect(await look({ page, selector: ".price", below: 2000 })).toEqual({ value: 1234.5 });
    expect(await look({ page, selector: ".price", equals: "free" })).toEqual({ value: "£1,234.50 each" });
    expect(await look({ page, selector: ".price", contains: "each" })).toEqual({ value: true });
    expect(await look({ page, selector: ".sold-out" })).toEqual({ value: false });
    expect(await look({ page, selector: ".sold-out", above: 1 })).toMatchObject({
      problem: expect.stringMatching(/no element .* matches/),
    });
  });

  test("is rendered when what is asked for is not in what came over HTTP", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    site.route("/late", PAGE);
    expect(await look({ page: `${site.url}/late`, selector: "#late i", equals: "ready" })).toEqual({ value: "ready" });
  });

  test("that is not there could not be told", async () => {
    const [{ look }, site] = [await makeProber(), await startSite()];
    expect(await look({ page: `${site.url}/gone`, selector: "p" })).toMatchObject({
      problem: expect.stringMatching(/404/),
    });
  });
});

test("A look that is broken off ends", async () => {
  const { look } = await makeProber();
  const abort = new AbortController();
  const finding = look({ shell: "sleep 60" }, abort.signal);
  abort.abort();
  expect(await finding).toEqual({ problem: "the look was broken off" });
});
