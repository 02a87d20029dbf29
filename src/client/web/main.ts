/** The page's entry. */
import { render } from "preact";
import { App } from "./app.js";
import { html } from "./html.js";

const root = document.getElementById("page");
if (root !== null) {
  root.replaceChildren();
  render(html`<${App} />`, root);
}
