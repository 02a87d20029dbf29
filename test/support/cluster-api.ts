/** The Kubernetes API over a world: lists page by page, logs, refusals. What a tool's `fetch` is in a test without a control plane. */

import { listsOf } from "../../src/activities/connectors/kubernetes/state/kinds.js";
import type { ToolContext } from "../../src/activities/define-tool.js";
import type { HttpAnswer } from "../../src/platform/http/contract.js";
import type { FactKind } from "../../src/schema/kubernetes/facts.js";
import type { World } from "./cluster-world.js";
import { configOf, contextOf } from "./tool-context.js";

export const SERVER = "https://cluster.example";
const KIND_OF = new Map<string, FactKind>(
  listsOf(undefined, []).map(({ path, kind }) => [path.replace("/namespaces/kube-node-lease", ""), kind]),
);

export interface FakeApi {
  context: ToolContext;
  /** Paths that were asked for. */
  asked: string[];
}

/** `forbidden`: kinds that the account may not list. */
/** `groups`: of other makers, which `/apis` lists beside Kubernetes' own. */
export function apiOf(
  world: World,
  { forbidden = [] as string[], now = 0, pageMax = 500, groups = [] as string[] } = {},
): FakeApi {
  const asked: string[] = [];
  const fetch: ToolContext["fetch"] = (url) => {
    const { pathname, searchParams } = new URL(url);
    asked.push(pathname);
    if (pathname === "/apis")
      return Promise.resolve(answer(200, JSON.stringify({ kind: "APIGroupList", groups: groups.map(groupOf) })));
    return Promise.resolve(answerTo(world, pathname, searchParams, forbidden, pageMax));
  };
  const config = configOf({ clusters: { prod: { server: SERVER, allow_exec: false, token: "env:TOKEN" } } as never });
  return { asked, context: contextOf(config, { fetch, now: () => now, secret: () => "t" }) };
}

const answer = (status: number, text: string): HttpAnswer =>
  ({
    status,
    text,
    headers: { "content-type": text.startsWith("{") ? "application/json" : "text/plain" },
  }) as unknown as HttpAnswer;
const groupOf = (name: string) => ({ name, preferredVersion: { groupVersion: `${name}/v1x`, version: "v1x" } });
const refusal = (status: number, message: string): HttpAnswer =>
  answer(status, JSON.stringify({ kind: "Status", message }));

function answerTo(
  world: World,
  path: string,
  query: URLSearchParams,
  forbidden: readonly string[],
  pageMax: number,
): HttpAnswer {
  const log = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/.exec(path);
  if (log !== null) {
    const found = world.logs.find(
      (one) =>
        one.pod === log[2] &&
        one.container === query.get("container") &&
        String(one.previous) === (query.get("previous") ?? "false"),
    );
    return found === undefined
      ? refusal(400, "previous terminated container not found")
      : answer(200, found.lines.join("\n"));
  }
  const other = /^\/apis\/[^/]+\/v1x\/(?:namespaces\/[^/]+\/)?(\w+)$/.exec(path)?.[1];
  const customs = (world.items.Custom ?? []).filter(({ kind: own }) =>
    [own.toLowerCase(), `${own.toLowerCase()}s`].includes(other),
  );
  if (customs.length > 0) return answer(200, JSON.stringify({ metadata: {}, items: customs }));
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  const kind = KIND_OF.get(path.replace(/\/namespaces\/[^/]+(?=\/)/, ""));
  if (kind === undefined) return refusal(404, "the server could not find the requested resource");
  if (forbidden.includes(kind))
    return refusal(
      403,
      `${kind} is forbidden: User "viewer" cannot list resource "${kind.toLowerCase()}s" in API group "" in the namespace "${namespace}"`,
    );
  const all = (world.items[kind] ?? []).filter(
    (item) => namespace === undefined || item.metadata.namespace === namespace || kind === "Node",
  );
  const wanted =
    query.get("fieldSelector") === "involvedObject.kind=Node"
      ? all.filter((item) => item.involvedObject.kind === "Node")
      : all;
  const from = Number(query.get("continue") ?? 0);
  const size = Math.min(Number(query.get("limit") ?? pageMax), pageMax);
  const next = from + size < wanted.length ? String(from + size) : "";
  return answer(200, JSON.stringify({ metadata: { continue: next }, items: wanted.slice(from, from + size) }));
}
