/** `autoops mcp`: the declared MCP servers, asked as the worker on this machine would, and what a person accepts of them. */
import { type PinVerdict, pinVerdict } from "../activities/connectors/mcp/pinned.js";
import { withServer } from "../activities/connectors/mcp/session.js";
import { digestOf } from "../platform/digest.js";
import type { Environment, Variables } from "../platform/environment.js";
import { ToolFailure } from "../platform/failure.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import { readPins, writePins } from "../platform/mcp-pins.js";
import { createSecretResolver, secretValues, withoutSecrets } from "../platform/secrets.js";
import type { McpServer } from "../schema/config/mcp.js";
import type { Config } from "../schema/config.js";
import type { McpPins } from "../schema/mcp-pins.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import { declaredUrls } from "./declared-urls.js";
import { type Local, loadLocal } from "./local.js";

export interface Inspected {
  name: string;
  transport: McpServer["transport"];
  /** Declared tools, in the order of their names. */
  tools: PinVerdict[];
  /** Names that the server lists and config.yaml does not declare: they are refused. */
  undeclared: string[];
  /** Of all declared tools as they are listed now: what `accept` is told, so that it takes in what was read. */
  digest: string;
  problem?: Problem;
}

type Inspection = { ok: true; servers: Inspected[]; environment: Environment } | Refused;

/** Every declared server, or the named one; one after the other, in the order of their names. */
export async function inspectMcp(
  variables: Variables,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Inspection> {
  const local = await loadLocal(variables);
  if (!local.ok) return local;
  const declared = Object.entries(local.config.mcp?.servers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = declared.filter(([known]) => name === undefined || known === name);
  if (name !== undefined && wanted.length === 0) {
    const message = `config.yaml declares no MCP server ${JSON.stringify(name.slice(0, 63))}`;
    const hint = `declared servers: ${declared.map(([known]) => known).join(", ") || "none"}`;
    return { ok: false, problems: [{ code: "source-not-configured", at: "mcp_servers", message, hint }] };
  }
  const servers: Inspected[] = [];
  for (const [known, server] of wanted) servers.push(await inspect(known, server, local, signal));
  return { ok: true, servers, environment: local.environment };
}

async function inspect(name: string, server: McpServer, local: Local, signal: AbortSignal): Promise<Inspected> {
  const none = { name, transport: server.transport, tools: [], undeclared: [], digest: "" };
  const read = await readPins(local.config.mcp?.pins ?? "", name);
  // A broken file of pins keeps nobody from reading the server's tools, and from accepting them anew.
  const pins = read.ok ? read.pins : undefined;
  try {
    const listed = await withServer(name, server, meansOf(local, signal), (session) => session.list());
    const secrets = secretValues(local.config, (variable) => local.environment.secretFrom(variable));
    const actions = Object.keys(server.tools).sort();
    const tools = actions.map((action) => withoutTelling(pinVerdict(action, listed, pins), secrets));
    const names = listed.map((tool) => withoutSecrets(tool.name, secrets));
    const undeclared = names.filter((own) => !Object.hasOwn(server.tools, own));
    const digest = digestOf(tools.map(({ action, digest: own = "" }) => [action, own]));
    return { ...none, tools, undeclared, digest, problem: read.ok ? undefined : read.problem };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message, hint } = error;
    return { ...none, problem: { code, at: `mcp_servers.${name}`, message, hint } };
  }
}

/** A server that was told a secret may repeat it: what does so is neither shown nor kept. */
function withoutTelling(verdict: PinVerdict, secrets: readonly string[]): PinVerdict {
  const text = JSON.stringify(verdict.listed ?? null);
  if (withoutSecrets(text, secrets) === text) return verdict;
  return { action: verdict.action, state: "unclear", why: "its description repeats a secret that the server was told" };
}

function meansOf({ config, policy, environment }: Local, signal: AbortSignal) {
  const read = (name: string) => environment.secretFrom(name);
  const secret = createSecretResolver(read);
  const fetch = createGuardedFetch({
    network: policy.network,
    declaredUrls: declaredUrls(config),
    resolveSecret: secret,
  });
  return { fetch, secret, signal };
}

/** Takes in every declared tool as it was just listed; earlier pins of the server are replaced. */
export async function acceptMcp(
  { name, tools }: Inspected,
  subject: string,
  variables: Variables,
): Promise<{ ok: true; file: string } | Refused> {
  const local = await loadLocal(variables);
  if (!local.ok) return local;
  const pinned: McpPins["tools"] = {};
  for (const { action, listed, digest } of tools) {
    if (listed !== undefined && digest !== undefined) pinned[action] = { digest, tool: listed };
  }
  const stamp = { accepted_at: new Date().toISOString(), accepted_by: subject };
  const file = await writePins(directoryOf(local.config), { version: "1.0", server: name, ...stamp, tools: pinned });
  return { ok: true, file };
}

const directoryOf = (config: Config): string => config.mcp?.pins ?? "";
