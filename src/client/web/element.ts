/** Makes the elements of the page: every text comes through here, and none has a character that nobody sees. */
import { h, type VNode } from "preact";
import { visible } from "../../vocabulary/visible.js";

export type Make = (type: unknown, props: Record<string, unknown> | null, ...children: unknown[]) => VNode;

/** Attributes whose text people read or hear. What they type in stays as it is. */
const READ_ALOUD = ["title", "aria-label", "placeholder"];

const shown = (child: unknown): unknown => {
  if (typeof child === "string") return visible(child);
  return Array.isArray(child) ? child.map(shown) : child;
};

export const element: Make = (type, props, ...children) => {
  const read = READ_ALOUD.flatMap((name) => (typeof props?.[name] === "string" ? [[name, visible(props[name])]] : []));
  const given = read.length === 0 ? props : { ...props, ...Object.fromEntries(read) };
  return (h as Make)(type, given, ...children.map(shown));
};
