/** How the proxy of a browser refuses what it does not let through. */
import type { ServerResponse } from "node:http";
import type { ProblemCode } from "../../vocabulary/problems.js";

/** On answers of the proxy itself, with the code of what stood in the way; taken off what comes from outside. */
export const REFUSED_HEADER = "x-autoops-refused";

/** What the browser is told; the reason stands in `refused`. */
export class Refusal extends Error {
  constructor(readonly code: ProblemCode | "sign-in") {
    super(code);
  }
}
export const statusLine = (error: unknown): string => {
  if (!(error instanceof Refusal)) return "502 Bad Gateway";
  return error.code === "sign-in" ? "407 Proxy Authentication Required" : "403 Forbidden";
};
const headersOf = (error: unknown): Record<string, string> => {
  if (!(error instanceof Refusal)) return { [REFUSED_HEADER]: "source-unreachable" };
  return error.code === "sign-in"
    ? { "proxy-authenticate": 'Basic realm="autoops"' }
    : { [REFUSED_HEADER]: error.code };
};
export const headerLines = (error: unknown): string =>
  Object.entries(headersOf(error))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

export function answer(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const headers = { ...headersOf(error), "cache-control": "no-store", "content-type": "text/plain" };
  response.writeHead(Number(statusLine(error).slice(0, 3)), headers);
  // A browser takes an error without a body for one of its own, and shows no header of it.
  response.end("not reached\n");
}
