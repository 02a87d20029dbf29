/**
 * The service that runs act on, in the test's own process: a real http server that counts its effects, can keep a
 * request back before or after it acts, and so is the signal on which a test kills.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HeldRequest {
  /** Resolves when the request is here; before or after its effect, as asked for. */
  reached: Promise<void>;
  /** Acts and answers now, whether or not anybody listens. */
  act(): void;
  /** Closes the connection; what was not done is never done. */
  drop(): void;
}

export interface Service {
  url: string;
  /** Requests and effects so far by `<METHOD> <path>`. An effect is what happened, whoever was told. */
  requests(request: string): number;
  effects(request: string): number;
  /** Distinct idempotency keys that came with it. */
  keys(request: string): string[];
  /** Keeps back the next such request. */
  hold(request: string, when: "before" | "after"): HeldRequest;
  close(): Promise<void>;
}

interface Counted {
  requests: number;
  effects: number;
  keys: Set<string>;
}

interface Holding {
  when: "before" | "after";
  came(act: () => void, drop: () => void): void;
}

/** Acts whenever it is asked, but once for one idempotency key; `GET /<run>/state` tells the version that came of it. */
export async function startService(): Promise<Service> {
  const counts = new Map<string, Counted>();
  const holdings = new Map<string, Holding>();
  const countOf = (request: string): Counted => {
    const known = counts.get(request) ?? { requests: 0, effects: 0, keys: new Set<string>() };
    counts.set(request, known);
    return known;
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    // Questions to people go to one channel: the run that asks stands in the message.
    const path = request.url === "/people" ? `/${(JSON.parse(body) as { run: string }).run}/people` : request.url;
    const name = `${request.method} ${path}`;
    const count = countOf(name);
    count.requests++;
    const act = () => {
      const key = request.headers["idempotency-key"];
      const isKnown = typeof key === "string" && count.keys.has(key);
      if (typeof key === "string") count.keys.add(key);
      if (!isKnown) count.effects++;
    };
    const reply = () => response.writeHead(200, { "content-type": "application/json" }).end(bodyOf(name, countOf));
    const holding = holdings.get(name);
    holdings.delete(name);
    if (holding?.when === "after") act();
    if (holding === undefined) {
      act();
      return void reply();
    }
    const finish = () => {
      if (holding.when === "before") act();
      reply();
    };
    holding.came(finish, () => response.destroy());
  }

  const server = createServer(
    (request, response) => void handle(request, response).catch(() => response.destroy()),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: (request) => countOf(request).requests,
    effects: (request) => countOf(request).effects,
    keys: (request) => [...countOf(request).keys],
    hold: (request, when) => holdIn(holdings, request, when),
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function holdIn(holdings: Map<string, Holding>, request: string, when: "before" | "after"): HeldRequest {
  let finish = (): void => undefined;
  let end = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    holdings.set(request, {
      when,
      came(act, drop) {
        finish = act;
        end = drop;
        resolve();
      },
    });
  });
  return { reached, act: () => finish(), drop: () => end() };
}

/** One answer fits all who ask: a version for the state, a record of deployments, text for everybody else. */
function bodyOf(name: string, countOf: (request: string) => Counted): string {
  const [, run = ""] = /^\w+ \/([^/]+)\//.exec(name) ?? [];
  const version = countOf(`POST /${run}/rollback`).effects > 0 ? "1" : "2";
  const deployments = [
    { version: "2", deployed_at: "2026-01-02T00:00:00Z" },
    { version: "1", deployed_at: "2026-01-01T00:00:00Z" },
  ];
  return JSON.stringify({ version, deployments });
}
