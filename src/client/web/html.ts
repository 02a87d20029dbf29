/** Templates for the page. Values are always text or elements; nothing is ever read as HTML. */
import htm from "htm";
import { h, type VNode } from "preact";

// htm calls `h` with whatever stands in the template; it has no types for that.
export const html = htm.bind(h as (type: unknown, props: Record<string, unknown>, ...children: unknown[]) => VNode) as (
  strings: TemplateStringsArray,
  ...values: unknown[]
) => VNode;
