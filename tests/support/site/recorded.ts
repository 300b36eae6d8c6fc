/** A shop for recorded flows: a form, a list that grows, shadow roots, a frame, windows, and what a pointer and keys can do. */
import type { Routes } from "../site.ts";

const SHOP = `<!doctype html><title>Shop</title>
<style>body { margin: 0 } #box { width: 120px; height: 60px; background: #ddd } #tall { height: 3000px } #list { height: 50px; overflow: auto }</style>
<form action="/shop/order">
  <label>Name <input name="name" id="name"></label>
  <label>Size <select name="size" id="size"><option value="s">Small</option><option value="l">Large</option></select></label>
  <label>Born <input type="date" name="born" id="born"></label>
  <label>How much <input type="range" name="much" id="much" min="0" max="10" value="1"></label>
  <label><input type="checkbox" name="gift" id="gift"> Gift</label>
  <div id="note" contenteditable="true" aria-label="Note"></div>
  <button id="buy">Buy now (today)</button>
</form>
<div id="box" aria-label="Box"></div><p id="said"></p><button id="gone" hidden>Gone</button>
<shop-menu id="menu"></shop-menu><button class="deep">Outside</button>
<iframe id="outer" srcdoc='<p>outer</p><iframe srcdoc="&lt;button&gt;In the frame&lt;/button&gt;"></iframe>'></iframe>
<svg id="ring" width="60" height="60" onclick="say('ring')"><path d="M0,0h60v60h-60z M10,10v40h40v-40z" fill-rule="evenodd"></path></svg>
<div id="list"><p id="tall">tall</p></div>
<a href="/shop/help" target="_blank" rel="opener" id="help">Help</a>
<script>
  const said = document.getElementById("said");
  const say = (text) => said.append(text + ";");
  const box = document.getElementById("box");
  for (const type of ["click", "dblclick", "auxclick", "contextmenu", "mouseover"])
    box.addEventListener(type, (event) => { event.preventDefault(); say([type, event.button, event.pointerType ?? "", event.offsetX, event.offsetY].join(" ")); });
  box.addEventListener("pointerdown", (event) => say("down " + event.button + " " + event.pointerType));
  addEventListener("keydown", (event) => say("key " + event.key));
  addEventListener("scroll", () => { document.body.dataset.scrolled = scrollY; });
  const root = document.getElementById("menu").attachShadow({ mode: "open" });
  root.innerHTML = '<button class="deep">Inside</button><shop-inner></shop-inner>';
  root.querySelector("button").onclick = () => say("inside");
  const inner = root.querySelector("shop-inner").attachShadow({ mode: "open" });
  inner.innerHTML = '<button id="deepest">Deepest</button>';
  inner.querySelector("button").onclick = () => say("deepest");
  setTimeout(() => { for (let i = 0; i < 3; i++) document.body.append(Object.assign(document.createElement("b"), { className: "late", title: "t" + i })); }, 150);
</script><div style="height: 4000px"></div>`;

export function addShop(site: Routes): void {
  site.route("/shop/", SHOP);
  site.route("/shop/order", (_request, response, url) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<title>Thank you</title><pre id="order">${url.search.replaceAll("&", "&amp;")}</pre>`);
  });
  site.route(
    "/shop/help",
    `<title>Help</title><button onclick="document.title = 'Helped'; opener.document.title = 'Helped by the window'">Thanks</button>`,
  );
}
