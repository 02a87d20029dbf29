/** What the proxy of a browser knows of places (host and port, whatever the scheme) and of headers. */
import type { IncomingMessage } from "node:http";
import { type ToolFailure, toolFailure } from "../failure.js";

export const bare = (host: string): string => (host.startsWith("[") ? host.slice(1, -1) : host);

export const placeOf = (host: string, port: number): string => `${host.toLowerCase()}:${port}`;
export function placeOfOrigin(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return placeOf(bare(hostname), port === "" ? (protocol === "https:" ? 443 : 80) : Number(port));
}

export const confinedFailure = (host: string, port: number): ToolFailure =>
  toolFailure(
    "host-not-allowed",
    `${host.slice(0, 253)}:${port} may not be asked any more: a secret of another origin was typed in this browser`,
    { hint: "do it in a node of its own, before or after; or name its origin with the secret, if it may be told it" },
  );

/** Headers that hold for one connection alone. */
const HOP_HEADERS = ["proxy-authorization", "proxy-connection", "connection", "keep-alive", "te", "trailer", "upgrade"];

export function withoutHops(headers: IncomingMessage["headers"]): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_HEADERS.includes(name)) kept[name] = value;
  }
  return kept;
}
