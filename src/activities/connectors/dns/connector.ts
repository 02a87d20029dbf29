/** Sources of kind `dns`: a resolver. */
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { askDns } from "../../tools/kit/probes/dns-query.js";
import type { Named, SourceConnector } from "../contract.js";
import { serverOf } from "./server.js";

export const dns: SourceConnector<"dns"> = {
  kind: "dns",
  urls: ({ server, port }) => [`dns://${server.includes(":") ? `[${server}]` : server}:${port}`],
  check,
  sample: { kind: "dns", server: "192.0.2.1", port: 53 },
};

/** The root has name servers wherever DNS works; a resolver of inner names alone may say no, and has answered. */
async function check({ name, server }: Named<"dns">, context: ToolContext): Promise<string> {
  const place = await serverOf(name, context);
  const { status, ms } = await askDns({
    name: ".",
    type: "NS",
    server: place,
    timeoutMs: 5_000,
    signal: context.signal,
  });
  const who = `the resolver ${server} of the source ${name}`;
  if (status === "timed-out") throw toolFailure("timed-out", `${who} did not answer within 3 s`);
  if (status === "unreachable") throw toolFailure("source-unreachable", `nothing listens at ${who}`);
  if (status === "malformed") throw toolFailure("source-answer-invalid", `${who} did not answer as DNS does`);
  return `it answered in ${ms} ms${status === "answered" ? "" : ` (${status} for the root)`}`;
}
