/** HTTP servers of a test on this machine, ended by the test; and a guarded fetch that reaches what is declared. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { ToolContext } from "../../src/activities/define-tool.js";
import { declaredUrls } from "../../src/app/declared-urls.js";
import { createGuardedFetch } from "../../src/platform/http/guarded-fetch.js";
import { createHostGuard } from "../../src/platform/http/host-guard.js";
import { createSecretResolver } from "../../src/platform/secrets.js";
import type { Config } from "../../src/schema/config.js";
import { contextOf } from "./tool-context.js";

export interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface LocalServer {
  url: string;
  received: Received[];
}

/** Starts a server for the running test. `answer` is called once the request has been read. */
export async function localServer(
  answer: (received: Received, response: ServerResponse, request: IncomingMessage) => void,
): Promise<LocalServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const entry = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    received.push(entry);
    answer(entry, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** A tool's context whose fetch is the real guarded one, with no policy but what `config` declares. */
export function reachingContext(
  config: Config,
  parts: Partial<ToolContext> = {},
  variables: Record<string, string> = {},
): ToolContext {
  const secret = createSecretResolver((name) => variables[name]);
  const reaching = { network: {}, declaredUrls: declaredUrls(config) };
  const fetch = createGuardedFetch({ ...reaching, resolveSecret: secret });
  return contextOf(config, { fetch, hosts: createHostGuard(reaching), secret, ...parts });
}
