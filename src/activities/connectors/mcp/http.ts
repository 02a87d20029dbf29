/** The guarded fetch in the form that the official MCP client takes. Nothing of it goes out another way. */
import type { GuardedFetch, HttpRequest } from "../../../platform/http/contract.js";
import { isSecretHeader } from "../../../platform/secrets.js";
import type { McpHttpServer } from "../../../schema/config/mcp.js";
import { NODE_TIMEOUT_MAX_SECONDS } from "../../../vocabulary/limits.js";
import { toolFailure } from "../../define-tool.js";

const METHODS = ["POST", "DELETE"] as const;
/** Statuses whose answers have no body. */
const EMPTY = [204, 205, 304];

/** Told of each failure, since the client may wrap it or keep it to itself. */
export type OnFailure = (error: unknown) => void;

/**
 * A fetch for the server's one URL. A stream of events is not opened (405, as servers without one answer); redirects
 * are handed back as they are, and the client takes them for failures.
 */
export function mcpFetch(server: McpHttpServer, guarded: GuardedFetch, signal: AbortSignal, onFailure: OnFailure) {
  const endpoint = new URL(server.url).href;
  return async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const method = METHODS.find((known) => known === init.method);
    if (method === undefined) return new Response(null, { status: 405 });
    try {
      if (String(url) !== endpoint) {
        throw toolFailure("host-not-allowed", "an MCP server may be asked at its own URL alone", { retryable: false });
      }
      const request: HttpRequest = {
        method,
        headers: { ...headersOf(init), ...server.headers },
        body: typeof init.body === "string" ? init.body : undefined,
        timeoutMs: NODE_TIMEOUT_MAX_SECONDS * 1_000,
        signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
        redirect: "refuse",
      };
      const { status, headers, text } = await guarded(endpoint, request);
      // The text is decoded already, and its length may differ.
      const { "content-length": _length, "content-encoding": _encoding, ...kept } = headers;
      return new Response(EMPTY.includes(status) ? null : text, { status, headers: kept });
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
}

/**
 * The client's own headers. The guarded fetch resolves references to secrets wherever they stand: only config.yaml may
 * put one into a header, and not a session id that a server thought up, or an argument that is mirrored into one.
 */
function headersOf(init: RequestInit): Record<string, string> {
  const headers = Object.fromEntries(new Headers(init.headers).entries());
  for (const [name, value] of Object.entries(headers)) {
    if (!isSecretHeader(value)) continue;
    const message = `the header ${name} must not hold a reference to a secret: it does not come from config.yaml`;
    throw toolFailure("source-answer-invalid", message, { hint: "do not trust this server", retryable: false });
  }
  return headers;
}
