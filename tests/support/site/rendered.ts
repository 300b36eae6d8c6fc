/** Pages that scripts build in a browser, and some that misbehave there. */
import type { Routes } from "../site.ts";

/** Paths that an application with three views links to, once its script has run. */
const APPLICATION = `<!doctype html><html><head><title>Loading</title></head><body><div id="root"></div>
<noscript>You need to enable JavaScript to run this app.</noscript>
<script>
  const views = { "/app/": "Home", "/app/teas": "Teas", "/app/milks": "Milks" };
  fetch("/app/data.json").then((answer) => answer.json()).then((data) => {
    document.title = views[location.pathname];
    const root = document.getElementById("root");
    root.append(Object.assign(document.createElement("h1"), { textContent: views[location.pathname] }));
    root.append(Object.assign(document.createElement("p"), { textContent: data.greeting }));
    for (const path of Object.keys(views)) {
      root.append(Object.assign(document.createElement("a"), { href: path, textContent: views[path] }));
    }
    root.append(Object.assign(document.createElement("a"), { href: "/docs/files/prices.csv", textContent: "Prices" }));
    console.log("rendered", location.pathname);
  });
</script></body></html>`;

const SHADOW = `<!doctype html><title>Shadow</title><p>Outside</p><my-menu></my-menu>
<script>
  const root = document.querySelector("my-menu").attachShadow({ mode: "open" });
  root.innerHTML = '<a href="/docs/">Inside the shadow</a><my-inner></my-inner>';
  root.querySelector("my-inner").attachShadow({ mode: "open" }).innerHTML = '<a href="/docs/install.html">Deeper</a>';
</script>`;

export function addRenderedPages(site: Routes): void {
  for (const path of ["/app/", "/app/teas", "/app/milks"]) site.route(path, APPLICATION);
  site.route("/app/data.json", (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"greeting":"Rendered from data"}');
  });
  site.route("/shadow", SHADOW);
  site.route(
    "/dialogs",
    `<title>Dialogs</title><p id="said"></p><script>document.title = String(confirm("Really?"))</script>`,
  );
  site.route("/popups", `<title>Popups</title><script>for (let i = 0; i < 20; i++) window.open("/docs/")</script>`);
  site.route(
    "/console",
    `<title>Console</title><script>console.error("it went wrong"); setTimeout(() => { throw new Error("uncaught") })</script>`,
  );
  site.route("/busy", `<title>Busy</title><script>setTimeout(() => { for (;;); }, 20)</script>`);
  site.route("/script-loop", `<title>Loop</title><script>location.href = "/script-loop?" + Math.random()</script>`);
}
