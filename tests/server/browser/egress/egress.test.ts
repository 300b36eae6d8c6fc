import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { lookup as systemLookup } from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createEgress } from "../../../../apps/server/browser/egress/egress.ts";
import type { BrowsingSession } from "../../../../apps/server/core/browsing.ts";
import { namedHosts } from "../../../../apps/server/core/egress.ts";
import { type Handler, type Site, startSite } from "../../../support/site.ts";
import { type Started, start } from "../start.ts";

const PRIVATE = new Set(["inner.test", "metadata.google.internal", "both.test"]);
/** `inner.test` and its kin are names of this machine. */
const lookup: LookupFunction = (hostname, options, callback) => {
  if (!PRIVATE.has(hostname)) return (systemLookup as LookupFunction)(hostname, options, callback);
  const address = hostname === "inner.test" ? "127.0.0.1" : "169.254.169.254";
  if (options.all) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
};

let started: Started;
let hidden: Site;
let session: BrowsingSession;
/** Where nobody named it: by number, and by a name that resolves to it. */
let port: string;

beforeAll(async () => {
  started = await start({ lookup });
});

beforeEach(async () => {
  hidden = await startSite();
  port = new URL(hidden.url).port;
  // Else the way out of Chromium would not be asked: robots.txt cannot be had either.
  session = await started.open({ robots: "ignore", allowHosts: [new URL(started.site.url).host] });
});

afterEach(async () => {
  await session.close();
  await hidden.close();
});

afterAll(() => started.close());

const DENIED = { name: "BrowsingError", code: "egress_denied", reason: "error", retryable: false };
const TIERS = ["never", "always"] as const;
const visit = (url: string, render: "never" | "always") => session.fixtures.visit(url, { render });

describe.each(TIERS)("a visit (render: %s)", (render) => {
  test.each([
    "http://127.1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "http://10.0.0.1/",
    "http://127。0。0。1/",
    "http://169.254.169.254:8888\\@example.com/",
    "http://metadata.google.internal/",
    "http://localhost/",
  ])("to %s is denied, and the message tells no address behind it", async (url) => {
    const error = await visit(url, render).catch((reason: unknown) => reason);
    expect(error).toMatchObject(DENIED);
    const hostname = new URL(url).hostname.replace(/^\[|\]$/g, "");
    expect(String(error).replaceAll(hostname, "")).not.toMatch(/127\.0|169\.254|::1/);
  });

  test.each([
    "unix:/var/run/docker.sock",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
    "http://user@127.0.0.1/",
  ])("to %s is refused before anything is opened", async (url) => {
    await expect(visit(url, render)).rejects.toMatchObject({ code: "invalid_url" });
  });

  test("that is denied is told with what to name", async () => {
    await expect(visit(`${hidden.url}/docs/`, render)).rejects.toThrow(`add "127.0.0.1:${port}" to the task's option`);
  });

  test("to another port of a named host, or to a name that resolves to it, is denied without a connection", async () => {
    for (const host of ["127.0.0.1", "inner.test", "localhost"])
      await expect(visit(`http://${host}:${port}/docs/`, render)).rejects.toMatchObject(DENIED);
    expect(hidden.connections()).toBe(0);
  });

  test("is denied where a page sends it: by redirect, by a chain of them, by refreshing, by script", async () => {
    const target = `http://inner.test:${port}/docs/`;
    const redirect =
      (location: string): Handler =>
      (_request, response) =>
        void response.writeHead(302, { location }).end();
    started.site.route("/r1", redirect(target));
    started.site.route("/r2", redirect("/r1"));
    started.site.route("/r3", `<meta http-equiv="refresh" content="0; url=${target}"><p>Moved</p>`);
    for (const path of ["/r1", "/r2", "/r3"])
      await expect(visit(started.site.url + path, render)).rejects.toMatchObject(DENIED);
    expect(hidden.connections()).toBe(0);
  });

  test("reaches what is named, also by a name that is private, and not what another session named", async () => {
    const own = await started.open({ allowHosts: [`inner.test:${port}`] });
    const page = await own.fixtures.visit(`http://inner.test:${port}/docs/`, { render });
    expect(page).toMatchObject({ title: "Manual", status: 200 });
    await own.close();
    // The connection that is open still is not lent.
    await expect(visit(`http://inner.test:${port}/docs/`, render)).rejects.toMatchObject(DENIED);
  });
});

test("a download from a host that nobody named is denied, also behind a redirect", async () => {
  started.site.route("/file", (_request, response) => {
    response.writeHead(302, { location: `${hidden.url}/docs/files/manual.pdf` }).end();
  });
  for (const url of [`${hidden.url}/docs/files/manual.pdf`, `${started.site.url}/file`])
    await expect(session.fixtures.download(url, { required: true })).rejects.toMatchObject(DENIED);
  expect(hidden.connections()).toBe(0);
});

describe("a page in Chromium", () => {
  test("reaches nothing private by frames, pictures, scripts, fetch, beacons, forms, WebSockets and server-sent events", async () => {
    const inner = `inner.test:${port}`;
    const ends = Promise.withResolvers<void>();
    started.site.route("/done", (_request, response) => {
      response.writeHead(204).end();
      ends.resolve();
    });
    started.site.route(
      "/attack",
      `<title>Attack</title><iframe src="http://${inner}/docs/"></iframe><img src="http://127.0.0.1:${port}/a.png">
      <link rel="stylesheet" href="http://${inner}/a.css"><script src="http://localhost:${port}/a.js"></script>
      <form action="http://${inner}/form" method="post" target="f"></form><iframe name="f"></iframe>
      <script>
        document.forms[0].submit();
        navigator.sendBeacon("http://${inner}/beacon", "x");
        new EventSource("http://${inner}/events");
        const socket = new Promise((resolve) => { new WebSocket("ws://${inner}/socket").onclose = resolve; });
        const asked = ["http://${inner}/x", "http://[::ffff:127.0.0.1]:${port}/x", "https://${inner}/x"]
          .map((url) => fetch(url, { mode: "no-cors" }).catch(() => {}));
        Promise.all([socket, ...asked]).then(() => fetch("/done"));
      </script>`,
    );
    expect(await visit(`${started.site.url}/attack`, "always")).toMatchObject({ title: "Attack" });
    await ends.promise;
    expect(hidden.connections()).toBe(0);
  });

  test("that a script drives is told why it got no answer", async () => {
    const own = await started.open({ fixtures: ["page"], allowHosts: [] });
    const answer = await own.fixtures.page?.goto(`${hidden.url}/docs/`);
    expect(answer?.status()).toBe(403);
    expect(await answer?.text()).toContain("allowHosts");
    await own.close();
    expect(hidden.connections()).toBe(0);
  });

  test("talks to named hosts as if nothing were between: bodies, cookies, and WebSockets", async () => {
    const server = createServer((request, response) => {
      request.pipe(response.writeHead(200, { "set-cookie": ["a=1", "b=2"], "access-control-allow-origin": "*" }));
    });
    server.on("upgrade", (request, socket) => {
      const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash("sha1").update(key).digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = `inner.test:${(server.address() as AddressInfo).port}`;
    const own = await started.open({ fixtures: ["page"], allowHosts: [host] });
    const { page } = own.fixtures;
    await page?.goto(`http://${host}/`);
    const said = await page?.evaluate(async (name) => {
      const socket = new WebSocket(`ws://${name}/`);
      const heard = await new Promise((resolve) => {
        socket.onmessage = (event) => resolve(event.data);
        socket.onerror = () => resolve("failed");
      });
      const echoed = await fetch("/echo", { method: "POST", body: "x".repeat(300_000) }).then((answer) =>
        answer.text(),
      );
      return { heard, echoed: echoed.length, cookies: document.cookie };
    }, host);
    expect(said).toEqual({ heard: "hello", echoed: 300_000, cookies: "a=1; b=2" });
    await own.close();
    server.closeAllConnections();
    server.close();
  });

  test("sends nothing by UDP, as WebRTC would", async () => {
    const udp = createSocket("udp4");
    let packets = 0;
    udp.on("message", () => {
      packets += 1;
    });
    await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
    const own = await started.open({ fixtures: ["page"] });
    await own.fixtures.page?.goto(started.site.documentation.start);
    const state = await own.fixtures.page?.evaluate(async (stunPort) => {
      const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${stunPort}` }] });
      peer.createDataChannel("x");
      const gathered = new Promise((resolve) => {
        peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve("complete");
      });
      await peer.setLocalDescription(await peer.createOffer());
      return gathered;
    }, udp.address().port);
    expect(state).toBe("complete");
    expect(packets).toBe(0);
    await own.close();
    udp.close();
  });
});

describe("a name that means one address when it is checked and another when it is used", () => {
  test("is resolved once a connection, and every connection is judged anew", async () => {
    const answers = ["192.0.1.1", "127.0.0.1"];
    const stop = new AbortController();
    const egress = createEgress((_hostname, options, callback) => {
      const address = answers.shift() ?? "";
      // Before it is connected to: nothing leaves this machine.
      stop.abort();
      setImmediate(() => (options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)));
    });
    const nobody = namedHosts([]);
    const first = egress.connect(nobody, "rebind.test", Number(port), stop.signal);
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(answers).toEqual(["127.0.0.1"]);
    const second = egress.connect(nobody, "rebind.test", Number(port));
    await expect(second).rejects.toMatchObject({ name: "DeniedError" });
    expect(hidden.connections()).toBe(0);
    await egress.close();
  });
});
