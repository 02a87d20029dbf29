/** How a declared cluster is reached: what a kubeconfig, a pod's service account or a token gives for a request. */

import { dirname, isAbsolute, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { TlsFiles } from "../../../platform/http/contract.js";
import { readTrustedFile } from "../../../platform/trusted-file.js";
import type { Cluster } from "../../../schema/config/clusters.js";
import type { ToolContext } from "../../define-tool.js";
import { ToolFailure, toolFailure } from "../../define-tool.js";
import { askProgram } from "./exec-plugin.js";
import { readUser, type UserSection } from "./kubeconfig-user.js";

/** What goes with each request to the cluster. */
export interface Credentials {
  headers: Record<string, string>;
  tls: TlsFiles;
}
/** Gives the credentials; they are asked for again when they may have become old. */
export type SignIn = () => Promise<Credentials>;

/** A kubeconfig with many contexts and certificates in it is some hundred kilobytes. */
const FILE_MAX_BYTES = 2_000_000;
/** Tokens in files are replaced while they still hold for a while; programs keep theirs themselves. */
const KEPT_MS = 60_000;

type Package = typeof import("@kubernetes/client-node");

/** Reads what the declaration names. Throws `config-invalid`, `file-…` or `secret-missing`. */
export async function signInTo(name: string, cluster: Cluster, context: ToolContext, k8s: Package): Promise<SignIn> {
  if (cluster.token !== undefined) {
    const ca = cluster.ca === undefined ? {} : { ca: await trusted(name, cluster.ca) };
    const credentials = { headers: { authorization: `Bearer ${cluster.token}` }, tls: ca };
    return () => Promise.resolve(credentials);
  }
  const config = new k8s.KubeConfig();
  if (cluster.kubeconfig === undefined) {
    await loadPod(name, cluster, config);
    return kept(() => credentialsOf(name, config, context), context);
  }
  const path = cluster.kubeconfig;
  const user = await loadFile(name, cluster, path, config, k8s);
  return kept(() => credentialsOfUser(name, config, user, path, context), context);
}

/** The ways that the package does not know, or does not end well: a file of a token, and a program. */
async function credentialsOfUser(
  name: string,
  config: KubeConfig,
  { tokenFile, exec, isAnonymous, cluster }: UserSection,
  path: string,
  context: ToolContext,
): Promise<Credentials> {
  const { headers, tls } = await credentialsOf(name, config, context);
  if (tokenFile !== undefined) {
    const token = (await trusted(name, tokenFile)).trim();
    if (token === "") throw invalid(`the token file ${tokenFile} of the cluster ${name} is empty`);
    return { headers: { ...headers, authorization: `Bearer ${token}` }, tls };
  }
  if (exec !== undefined) {
    const { token, cert, key } = await askProgram(name, exec, cluster, path, context);
    const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const pair = cert === undefined || key === undefined ? {} : { cert, key };
    return { headers: { ...headers, ...authorization }, tls: { ...tls, ...pair } };
  }
  if (headers.authorization === undefined && tls.cert === undefined && !isAnonymous) {
    throw invalid(`${path} gave nothing to sign in to the cluster ${name} with`, "check the user of its context");
  }
  return { headers, tls };
}

async function loadPod(name: string, { server }: Cluster, config: KubeConfig): Promise<void> {
  config.loadFromCluster();
  // The package takes the address from the environment, which nobody declared.
  const clusters = config.getClusters().map((found) => ({ ...found, server }));
  config.loadFromOptions({
    clusters,
    users: config.getUsers(),
    contexts: config.getContexts(),
    currentContext: config.getCurrentContext(),
  });
  await checkFiles(name, config);
}

async function loadFile(
  name: string,
  cluster: Cluster,
  path: string,
  config: KubeConfig,
  k8s: Package,
): Promise<UserSection> {
  const text = await trusted(name, path);
  let document: unknown;
  try {
    config.loadFromString(text);
    document = k8s.loadYaml(text);
  } catch {
    // What the parser says may show the line, and a line may be a key.
    throw invalid(`the kubeconfig ${path} of the cluster ${name} is not one`, "check it with kubectl --kubeconfig");
  }
  config.makePathsAbsolute(path.replace(/[^/]*$/, ""));
  choose(name, cluster, path, config);
  const current = config.getCurrentContext();
  const absolute = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  const user = readUser(document, current, `the context ${JSON.stringify(current)} of ${path}`, absolute);
  if (user.tokenFile !== undefined) await trusted(name, user.tokenFile);
  await checkFiles(name, config);
  const known = config.getCurrentUser() as { exec?: unknown; token?: unknown } | null;
  // What is asked of us is not asked of the package, too.
  if (known !== null && user.exec !== undefined) known.exec = undefined;
  return user;
}

/** Sets the context, and refuses what would go round the network policy or start a program that nobody allowed. */
function choose(name: string, cluster: Cluster, path: string, config: KubeConfig): void {
  const context = cluster.context ?? config.getCurrentContext();
  const where = `the context ${JSON.stringify(context ?? "")} of ${path}`;
  if (config.getContextObject(context) === null) {
    const known = config.getContexts().map(({ name: other }) => other);
    throw invalid(`${path} has no context ${JSON.stringify(context ?? "")}`, `it has ${known.join(", ") || "none"}`);
  }
  config.setCurrentContext(context);
  const found = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (found === null) throw invalid(`${where} names a cluster that the file does not have`);
  if (user === null) throw invalid(`${where} names a user that the file does not have`);
  if (!URL.canParse(found.server) || plain(found.server) !== plain(cluster.server)) {
    const message = `${where} must lead to the server that config.yaml declares for ${name}, ${cluster.server}`;
    throw invalid(`${message}; it leads to ${found.server}`, "correct clusters.NAME.server or context");
  }
  if (found.skipTLSVerify) {
    throw invalid(`${where} must verify the server's certificate`, "give it certificate-authority in its place");
  }
  if (found.proxyUrl !== undefined) {
    throw invalid(`${where} must not name a proxy: the network policy would not hold behind it`, "remove proxy-url");
  }
  if (user.exec !== undefined && user.exec !== null) {
    if (cluster.allow_exec) return;
    const message = `${where} signs in by starting a program (${String(user.exec.command).slice(0, 60)})`;
    throw invalid(
      `${message}, which config.yaml does not allow`,
      "set allow_exec: true for the cluster if it is meant",
    );
  }
  const provider = user.authProvider;
  if (provider !== undefined && provider !== null && provider.config?.tokenFile === undefined) {
    const message = `${where} signs in by the provider ${String(provider.name).slice(0, 60)}, which kubectl dropped too`;
    throw invalid(message, "use a token, a client certificate, or exec with allow_exec: true");
  }
}

const plain = (url: string): string => new URL(url).href.replace(/\/+$/, "");

async function checkFiles(name: string, config: KubeConfig): Promise<void> {
  const user = config.getCurrentUser();
  const files = [
    config.getCurrentCluster()?.caFile,
    user?.certFile,
    user?.keyFile,
    user?.authProvider?.config?.tokenFile,
  ];
  for (const file of files) if (file !== undefined) await trusted(name, file);
}

async function trusted(name: string, path: string): Promise<string> {
  const read = await readTrustedFile(path, FILE_MAX_BYTES);
  if (read.ok) return read.text;
  const { code, message, hint } = read.problem;
  throw toolFailure(code, `the cluster ${name}: ${message}`, { hint, retryable: false });
}

async function credentialsOf(name: string, config: KubeConfig, context: ToolContext): Promise<Credentials> {
  const found: Found = {};
  try {
    await abortable(config.applyToHTTPSOptions(found as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]), context);
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    const said = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : "";
    throw toolFailure("source-denied", `signing in to the cluster ${name} failed: ${said.slice(0, 200)}`);
  }
  const { ca, cert, key, auth, servername } = found;
  const headers = Object.entries(found.headers ?? {}).map(([header, value]) => [header.toLowerCase(), String(value)]);
  if (auth !== undefined) headers.push(["authorization", `Basic ${Buffer.from(auth).toString("base64")}`]);
  return {
    headers: Object.fromEntries(headers),
    tls: {
      ca: ca === undefined ? undefined : String(ca),
      cert: cert === undefined ? undefined : String(cert),
      key: key === undefined ? undefined : String(key),
      serverName: servername,
    },
  };
}

/** What the package fills in; its own type is that of Node's options with everything they may hold. */
interface Found {
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  auth?: string;
  servername?: string;
  headers?: Record<string, unknown>;
}

function abortable<T>(work: Promise<T>, { signal }: ToolContext): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(toolFailure("timed-out", "signing in to the cluster took too long"));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Asks once for what many requests of one call need. */
function kept(ask: SignIn, context: ToolContext): SignIn {
  let last: { atMs: number; credentials: Promise<Credentials> } | undefined;
  return () => {
    if (last === undefined || context.now() - last.atMs > KEPT_MS) {
      const credentials = ask();
      last = { atMs: context.now(), credentials };
      credentials.catch(() => {
        last = undefined;
      });
    }
    return last.credentials;
  };
}

const invalid = (message: string, hint?: string): ToolFailure =>
  toolFailure("config-invalid", message, { hint, retryable: false });
