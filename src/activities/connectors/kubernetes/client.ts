/**
 * The Kubernetes API of a declared cluster, over the guarded fetch. Owns `@kubernetes/client-node`, loaded on first use.
 *
 * To read something:
 *
 *     const cluster = await clusterNamed(source.cluster, context);
 *     const core = cluster.api((k8s) => k8s.CoreV1Api);
 *     const { items } = await core.listNamespacedPod({ namespace, labelSelector, limit: 500 });
 *     const log = await core.readNamespacedPodLog({ name, namespace, container, previous: true, limitBytes: 1_000_000 });
 *
 * An answer that is no success is thrown as `KubernetesFailure` (`permission-missing` names verb, resource and
 * namespace; `status` is that of HTTP). Lists are bounded by the bytes of one answer: give `limit` and go on with
 * `_continue: metadata._continue`. The classes drop fields that they do not know: what is to be written back as it
 * was, a pod template for instance, is read by `call`.
 */
import type { Configuration, RequestContext } from "@kubernetes/client-node";
import type { HttpRequest } from "../../../platform/http/contract.js";
import type { Json } from "../../../schema/json.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { refusalOf } from "./answers.js";
import { type SignIn, signInTo } from "./sign-in.js";

type Package = typeof import("@kubernetes/client-node");

export interface KubernetesClient {
  /** As config.yaml names it. */
  name: string;
  /** Without a slash at its end. */
  server: string;
  /** A generated API class of the package, such as `k8s.AppsV1Api`. */
  api<T>(type: (k8s: Package) => new (configuration: Configuration) => T): T;
  /** The JSON answer of one call as it is. `path` is below the server, such as `/apis/apps/v1/…`. */
  call(method: "GET" | "PATCH" | "POST", path: string, options?: CallOptions): Promise<Json>;
}
interface CallOptions {
  query?: Record<string, string>;
  body?: Json;
  /** Default: JSON; of a patch: the strategic merge patch. */
  contentType?: string;
}

/** The client of a declared cluster. Throws `config-invalid` or `file-…` where its declaration cannot be used. */
export async function clusterNamed(name: string, context: ToolContext): Promise<KubernetesClient> {
  const clusters = context.config.clusters ?? {};
  const cluster = Object.hasOwn(clusters, name) ? clusters[name] : undefined;
  if (cluster === undefined) {
    const known = Object.keys(clusters).sort().join(", ") || "none";
    throw toolFailure("config-invalid", `config.yaml declares no cluster ${name}`, {
      hint: `it declares ${known}`,
      retryable: false,
    });
  }
  if (cluster.dumps !== undefined)
    throw toolFailure("source-refused", `the cluster ${name} is a folder of dumps: it cannot be asked or changed`, {
      hint: "look into it with kubernetes_state, or autoops investigate --cluster NAME",
      retryable: false,
    });
  const k8s = await import("@kubernetes/client-node");
  const server = cluster.server.replace(/\/+$/, "");
  const send = sender(name, await signInTo(name, cluster, context, k8s), context);
  const configuration = k8s.createConfiguration({
    baseServer: new k8s.ServerConfiguration(server, {}),
    httpApi: k8s.wrapHttpLibrary({ send: (request) => sendGenerated(request, send, k8s) }),
  });
  return {
    name,
    server,
    api: (type) => new (type(k8s))(configuration),
    async call(method, path, { query = {}, body, contentType } = {}) {
      const url = new URL(`${server}${path}`);
      for (const [key, value] of Object.entries(query)) url.searchParams.append(key, value);
      const type = contentType ?? (method === "PATCH" ? k8s.PatchStrategy.StrategicMergePatch : "application/json");
      const text = await send(url.href, {
        method,
        headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": type }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return jsonOf(name, text.text);
    },
  };
}

type Sender = (url: string, request: HttpRequest) => ReturnType<ToolContext["fetch"]>;

function sender(name: string, signIn: SignIn, context: ToolContext): Sender {
  return async (url, request) => {
    const { headers, tls } = await signIn();
    const answer = await context.fetch(url, {
      ...request,
      headers: { ...request.headers, ...headers },
      tls,
      signal: context.signal,
      // The API never redirects; what does is not the API, and the credentials are not for it.
      redirect: "refuse",
    });
    if (answer.status < 200 || answer.status > 299) throw refusalOf(name, answer);
    return answer;
  };
}

async function sendGenerated(request: RequestContext, send: Sender, k8s: Package) {
  const body = request.getBody();
  if (body !== undefined && typeof body !== "string") {
    throw toolFailure("source-refused", "the Kubernetes client sends only text", { retryable: false });
  }
  const answer = await send(request.getUrl(), {
    method: request.getHttpMethod() as HttpRequest["method"],
    headers: request.getHeaders(),
    ...(body === undefined ? {} : { body }),
  });
  return new k8s.ResponseContext(answer.status, answer.headers, {
    text: () => Promise.resolve(answer.text),
    binary: () => Promise.resolve(Buffer.from(answer.text)),
  });
}

function jsonOf(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const message = `the server of the cluster ${name} did not answer with JSON`;
    throw toolFailure("source-answer-invalid", message, {
      hint: "check that clusters.NAME.server leads to an API server",
    });
  }
}
