/** What runs on every page of the mixed site but the plainest: decoration everywhere, and more where a page has a place for it. */

interface Product {
  readonly price: string;
  readonly related: readonly string[];
}

function add<Name extends keyof HTMLElementTagNameMap>(
  to: Element,
  name: Name,
  text: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  to.append(element);
  return element;
}

for (const heading of document.querySelectorAll("h2[id]")) add(heading, "a", "¶").href = `#${heading.id}`;
for (const code of document.querySelectorAll("pre")) add(code, "button", "Copy");
add(document.body, "button", "Dark mode");
add(document.body, "small", `Seen at ${new Date().toISOString()}`);

const price = document.querySelector<HTMLElement>("[data-sku]");
const related = document.getElementById("related");
if (price && related) {
  const answer = await fetch(`/api/products/${price.dataset.sku}.json`);
  const product = (await answer.json()) as Product;
  price.textContent = product.price;
  for (const path of product.related) add(add(related, "li", ""), "a", `Offer ${path}`).href = path;
}
