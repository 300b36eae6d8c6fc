/** Brings the guide of a page to life. */
import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { Guide } from "./guide.ts";

const root = document.getElementById("guide");
const { number, text } = root?.dataset ?? {};
if (root && text !== undefined) hydrateRoot(root, createElement(Guide, { number: Number(number), text }));
