/** The application: routes, data from an API, links that change the address without loading a page. */
import { createElement as h, type MouseEvent, type ReactElement, type ReactNode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

interface Item {
  readonly id: number;
  readonly next: number;
  readonly section: number;
  readonly text: string;
}

function App(): ReactElement {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = (): void => setPath(location.pathname);
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, []);
  const [, kind, id] = path.split("/");
  if (kind === "section") return h(Section, { id: Number(id), key: path });
  if (kind === "item") return h(ItemPage, { id: Number(id), key: path });
  return h(Home);
}

function Home(): ReactElement {
  const sections = useData<{ id: number; name: string }[]>("/api/sections.json");
  const list = sections?.map(({ id, name }) => h("li", { key: id }, h(Link, { to: `/section/${id}` }, name)));
  return h("main", null, h("h1", null, "Shop"), h(Link, { to: "/" }, "Home"), h("ul", null, list ?? "Loading…"));
}

function Section({ id }: { id: number }): ReactElement {
  const section = useData<{ items: number[] }>(`/api/section/${id}.json`);
  const list = section?.items.map((item) => h("li", { key: item }, h(Link, { to: `/item/${item}` }, `Item ${item}`)));
  return h(
    "main",
    null,
    h("h1", null, `Section ${id}`),
    h(Link, { to: "/" }, "Home"),
    h("ul", null, list ?? "Loading…"),
  );
}

function ItemPage({ id }: { id: number }): ReactElement {
  const item = useData<Item>(`/api/item/${id}.json`);
  if (item === null) return h("p", null, "Loading…");
  return h(
    "main",
    null,
    h("h1", null, `Item ${id}`),
    h("p", null, item.text),
    h(Link, { to: "/" }, "Home"),
    h(Link, { to: `/section/${item.section}` }, "Its section"),
    h(Link, { to: `/item/${item.next}` }, "Next"),
  );
}

function Link({ to, children }: { to: string; children?: ReactNode }): ReactElement {
  const go = (event: MouseEvent): void => {
    event.preventDefault();
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  return h("a", { href: to, onClick: go }, children);
}

function useData<T>(path: string): T | null {
  const [data, setData] = useState<T | null>(null);
  useEffect(() => {
    void fetch(path)
      .then((answer) => answer.json())
      .then((found: T) => {
        document.title = path;
        setData(found);
      });
  }, [path]);
  return data;
}

const root = document.getElementById("root");
if (root) createRoot(root).render(h(App));
