/** Templates for the page. Values are always text or elements; nothing is ever read as HTML, and nothing hides. */
import htm from "htm";
import type { VNode } from "preact";
import { element } from "./element.js";

// htm calls it with whatever stands in the template; it has no types for that.
export const html = htm.bind(element) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;
