/** What went wrong with an MCP server, in the words and codes of the product. */
import { redact } from "../../../core/redact.js";
import type { McpServer } from "../../../schema/config/mcp.js";
import { ToolFailure, toolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";
import type { StdioTransport } from "./stdio.js";

interface Where {
  name: string;
  server: McpServer;
  stdio: Pick<StdioTransport, "fault" | "said"> | undefined;
}

/** `error` is the official client's, or a failure of our own on the way. */
export function failureOf(error: unknown, { name, server, stdio }: Where): ToolFailure {
  if (error instanceof ToolFailure) return error;
  const who = `the MCP server ${name}`;
  const fault = stdio?.fault();
  if (fault !== undefined && server.transport === "stdio") {
    const why = fault === "ENOENT" ? "there is no such program" : `it failed with ${fault}`;
    const message = `the program ${server.argv[0]} of ${who} could not be started: ${why}`;
    return toolFailure("config-invalid", message, {
      hint: `check mcp_servers.${name}.argv in config.yaml`,
      retryable: false,
    });
  }
  const { code, status, said } = readError(error);
  if (status === 401 || status === 403) {
    const hint = "check the secret that its headers refer to; sign-in by OAuth is not followed";
    return toolFailure("source-denied", `${who} answered with status ${status}`, { hint });
  }
  if (status !== undefined) {
    const kind = status >= 500 || status === 429 ? "source-error" : "source-refused";
    return toolFailure(kind, `${who} answered with status ${status}`);
  }
  if (code === "REQUEST_TIMEOUT") return toolFailure("timed-out", `${who} did not answer in time`);
  if (code === "CONNECTION_CLOSED" || code === "NOT_CONNECTED" || code === "SEND_FAILED") {
    const last = excerpt(redact(stdio?.said().trimEnd().slice(-400) ?? ""));
    return toolFailure("source-unreachable", `${who} closed the connection${last === "" ? "" : `: ${last}`}`);
  }
  if (typeof code === "number") return toolFailure("source-error", `${who} answered with error ${code}: ${said}`);
  return toolFailure("source-answer-invalid", `${who} does not answer as it must: ${said}`);
}

/** The client's classes are loaded late, so its errors are told by what they carry. */
function readError(error: unknown): { code?: unknown; status?: number; said: string } {
  if (!(error instanceof Error)) return { said: "it failed" };
  const { code, data, name } = error as Error & { code?: unknown; data?: { status?: unknown } };
  const said = excerpt(error.message);
  if (typeof data?.status === "number") return { code, status: data.status, said };
  // A 403 that asks for more scope, and a 401, come as errors of their own.
  if (name === "InsufficientScopeError") return { code, status: 403, said };
  if (name === "UnauthorizedError") return { code, status: 401, said };
  return { code, said };
}

/** Whether the server itself said no: a JSON-RPC error that answers the call. */
export const isServersNo = (error: unknown): boolean =>
  error instanceof Error && typeof (error as { code?: unknown }).code === "number";
