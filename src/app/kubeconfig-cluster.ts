/** The cluster of a kubeconfig that a person names, or that kubectl would take, as config.yaml would declare it. */
import { join, resolve } from "node:path";
import { readEnvironment, type Variables } from "../platform/environment.js";
import { readTrustedFile } from "../platform/trusted-file.js";
import { type Cluster, clusterSchema } from "../schema/config/clusters.js";
import { parseDocumentText } from "../schema/document.js";
import type { Json } from "../schema/json.js";
import { parseWith } from "../schema/problems.js";
import type { Problem } from "../vocabulary/problems.js";

export interface KubeconfigAsked {
  kubeconfig?: string;
  context?: string;
  allowExec?: boolean;
}

export interface FoundCluster {
  ok: true;
  /** As plans call it. */
  name: string;
  cluster: Cluster;
  /** What the context says; absent where it says nothing. */
  namespace?: string;
}

const FILE_MAX_BYTES = 2_000_000;
const NAME_MAX_CHARS = 63;

export async function clusterOfKubeconfig(
  { kubeconfig, context, allowExec = false }: KubeconfigAsked,
  variables: Variables,
): Promise<FoundCluster | { ok: false; problems: Problem[] }> {
  const path = resolve(kubeconfig ?? usualPath(variables));
  const read = await readTrustedFile(path, FILE_MAX_BYTES);
  if (!read.ok) {
    const hint = "name one with --kubeconfig FILE, or declare the cluster under clusters in config.yaml";
    return { ok: false, problems: [{ ...read.problem, hint: read.problem.hint ?? hint }] };
  }
  const parsed = parseDocumentText(read.text, path);
  // What the parser says may show the line, and a line may be a key.
  if (!parsed.ok) return refused(path, `${path} is not a kubeconfig`, "check it with kubectl --kubeconfig");
  const chosen = chosenIn(parsed.value, context);
  if (typeof chosen === "string") return refused(path, `${path} ${chosen}`, "name another with --context NAME");
  const declared = { server: chosen.server, kubeconfig: path, context: chosen.context, allow_exec: allowExec };
  const checked = parseWith(clusterSchema, declared, { at: path });
  if (!checked.ok) return { ok: false, problems: checked.problems };
  const { namespace } = chosen;
  return {
    ok: true,
    name: nameOf(chosen.context),
    cluster: checked.value,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

const refused = (at: string, message: string, hint: string): { ok: false; problems: Problem[] } => ({
  ok: false,
  problems: [{ code: "config-invalid", at, message, hint }],
});

/** The first file that kubectl would read. */
function usualPath(variables: Variables): string {
  const [first = ""] = (variables.KUBECONFIG ?? "").split(":").filter((part) => part !== "");
  if (first !== "") return first;
  const read = readEnvironment(variables);
  const home = variables.HOME ?? (read.ok ? join(read.environment.home, "..") : "");
  return join(home, ".kube", "config");
}

type Chosen = { context: string; server: string; namespace: string | undefined };

function chosenIn(file: Json, wanted: string | undefined): Chosen | string {
  const context = wanted ?? textOf(file, "current-context") ?? "";
  if (context === "") return "has no current context";
  const found = sectionOf(file, "contexts", context, "context");
  if (found === undefined) return `has no context ${JSON.stringify(context.slice(0, 100))}`;
  const server = textOf(sectionOf(file, "clusters", textOf(found, "cluster") ?? "", "cluster"), "server");
  if (server === undefined) return `names no server for the context ${JSON.stringify(context.slice(0, 100))}`;
  return { context, server, namespace: textOf(found, "namespace") };
}

function sectionOf(file: Json, list: string, name: string, key: string): Json | undefined {
  const items = fieldOf(file, list);
  const item = Array.isArray(items) ? items.find((one) => textOf(one, "name") === name) : undefined;
  return fieldOf(item, key);
}

const fieldOf = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? value[key]
    : undefined;

function textOf(value: Json | undefined, key: string): string | undefined {
  const text = fieldOf(value, key);
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** `arn:aws:eks:eu-west-1:1:cluster/prod` is `prod`. */
function nameOf(context: string): string {
  const last = context.split("/").at(-1) ?? "";
  const clean = last.replace(/[^a-zA-Z0-9_.-]+/g, "-").replace(/^[^a-zA-Z0-9]+/, "");
  return clean.slice(0, NAME_MAX_CHARS) || "cluster";
}
