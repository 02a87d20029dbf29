/** The program that a kubeconfig names to sign in: started without a shell, told what kubectl tells it, ended with its group. */
import { dirname, isAbsolute, join } from "node:path";
import { redact } from "../../../core/redact.js";
import { programEnvironment } from "../../../platform/environment.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../define-tool.js";
import { runCommand } from "../../tools/kit/targets/run-command.js";

/** `users[].user.exec`, as far as it is used. */
export interface ExecSection {
  apiVersion?: unknown;
  command?: unknown;
  args?: unknown;
  env?: unknown;
  installHint?: unknown;
  interactiveMode?: unknown;
  provideClusterInfo?: unknown;
}
/** `clusters[].cluster`, for a program that wants to know it. */
export type ClusterSection = Record<string, unknown>;

export interface ExecCredentials {
  token?: string;
  cert?: string;
  key?: string;
}

const VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
/** Milliseconds: a program that asks somebody in a browser waits for ever. */
const EXEC_MAX_MS = 60_000;
/** Bytes of an answer: a token and a certificate are some kilobytes. */
const ANSWER_MAX_BYTES = 65_536;
const CLUSTER_KEYS = ["server", "tls-server-name", "certificate-authority-data", "disable-compression"];
const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

/** Asks the program once. Throws `config-invalid`, `file-not-found`, `timed-out`, `source-denied` or `source-answer-invalid`. */
export async function askProgram(
  name: string,
  exec: ExecSection,
  cluster: ClusterSection,
  kubeconfig: string,
  context: ToolContext,
): Promise<ExecCredentials> {
  const { argv, env, version } = readSection(name, exec, kubeconfig);
  const info = { apiVersion: version, kind: "ExecCredential", spec: specOf(exec, cluster) };
  const variables = programEnvironment({ ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) });
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(EXEC_MAX_MS)]);
  const result = await runCommand(argv, variables, signal, { maxOutputBytes: ANSWER_MAX_BYTES });
  const who = `the program ${argv[0]} that signs in to the cluster ${name}`;
  if (signal.aborted) {
    throw toolFailure("timed-out", `${who} did not answer in time and was ended`, {
      hint: "run it by hand to see why",
    });
  }
  if (!result.started) throw notStarted(who, result.fault, exec);
  if (result.overflowed) throw wrongAnswer(who, `more than ${ANSWER_MAX_BYTES} bytes`);
  if (result.exit !== 0) {
    const said = redact(result.stderr.trim().split("\n").at(-1) ?? "").slice(0, 200);
    const how = result.exit === null ? `was ended by ${result.endedBy}` : `ended with exit code ${result.exit}`;
    throw toolFailure("source-denied", `${who} ${how}${said === "" ? "" : `: ${said}`}`, {
      hint: "run it by hand to see why",
    });
  }
  return readAnswer(who, result.stdout, version);
}

function readSection(name: string, exec: ExecSection, kubeconfig: string) {
  const { apiVersion, command, args = [], env = [], interactiveMode } = exec;
  const invalid = (what: string, hint?: string) =>
    toolFailure("config-invalid", `users[].user.exec of ${kubeconfig} (cluster ${name}) ${what}`, {
      hint,
      retryable: false,
    });
  if (typeof command !== "string" || command === "") throw invalid("must name a command");
  if (typeof apiVersion !== "string" || !VERSIONS.includes(apiVersion)) {
    throw invalid(
      `must have an apiVersion of ${VERSIONS.join(" or ")}`,
      "update the program that wrote the kubeconfig",
    );
  }
  if (interactiveMode === "Always") {
    throw invalid("asks for a terminal (interactiveMode: Always), and a worker has none", "sign in with a token");
  }
  if (args !== null && (!Array.isArray(args) || !args.every((one) => typeof one === "string"))) {
    throw invalid("must have args as a list of text");
  }
  const pairs = Array.isArray(env) ? env : [];
  const variables = pairs.flatMap((pair) => {
    const { name: key, value } = (pair ?? {}) as { name?: unknown; value?: unknown };
    return typeof key === "string" && typeof value === "string" ? [[key, value]] : [];
  });
  // As kubectl has it: a path is relative to the kubeconfig, a bare name is looked for in PATH.
  const isPath = command.includes("/") && !isAbsolute(command);
  const program = isPath ? join(dirname(kubeconfig), command) : command;
  const argv = [program, ...((args ?? []) as string[])];
  return { argv, env: Object.fromEntries(variables) as Record<string, string>, version: apiVersion };
}

function specOf({ provideClusterInfo }: ExecSection, cluster: ClusterSection): object {
  if (provideClusterInfo !== true) return { interactive: false };
  const known = CLUSTER_KEYS.filter((key) => cluster[key] !== undefined).map((key) => [key, cluster[key]]);
  const extensions = Array.isArray(cluster.extensions) ? (cluster.extensions as Array<Record<string, unknown>>) : [];
  const config = extensions.find((one) => one?.name === EXEC_EXTENSION)?.extension;
  return { interactive: false, cluster: { ...Object.fromEntries(known), ...(config === undefined ? {} : { config }) } };
}

function notStarted(who: string, fault: string | undefined, { installHint }: ExecSection): ToolFailure {
  const hint = typeof installHint === "string" ? redact(installHint).replace(/\s+/g, " ").slice(0, 300) : undefined;
  if (fault === "ENOENT") {
    return toolFailure("file-not-found", `${who} is not there`, {
      hint: hint ?? "install it where the worker runs",
      retryable: false,
    });
  }
  if (fault === "EACCES") {
    return toolFailure("file-unreadable", `${who} cannot be started (EACCES)`, {
      hint: "chmod +x it",
      retryable: false,
    });
  }
  return toolFailure("source-denied", `${who} cannot be started (${fault ?? "unknown"})`, { hint, retryable: false });
}

function wrongAnswer(who: string, what: string): ToolFailure {
  return toolFailure(
    "source-answer-invalid",
    `${who} must answer with an ExecCredential as JSON, and answered with ${what}`,
    { hint: "run it by hand to see what it prints" },
  );
}

function readAnswer(who: string, text: string, version: string): ExecCredentials {
  if (text.trim() === "") throw wrongAnswer(who, "nothing");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The text itself may be a credential.
    throw wrongAnswer(who, "text that is no JSON");
  }
  const { apiVersion, kind, status } = (typeof value === "object" ? (value ?? {}) : {}) as Record<string, unknown>;
  if (kind !== "ExecCredential") throw wrongAnswer(who, "another kind of JSON");
  if (apiVersion !== version) {
    throw wrongAnswer(
      who,
      `the apiVersion ${JSON.stringify(apiVersion ?? null).slice(0, 80)} where ${version} was asked for`,
    );
  }
  const given = (typeof status === "object" ? (status ?? {}) : {}) as Record<string, unknown>;
  const textOf = (key: string) => (typeof given[key] === "string" && given[key] !== "" ? given[key] : undefined);
  const [token, cert, key] = [textOf("token"), textOf("clientCertificateData"), textOf("clientKeyData")];
  if ((cert === undefined) !== (key === undefined)) {
    throw wrongAnswer(
      who,
      `a client ${cert === undefined ? "key without its certificate" : "certificate without its key"}`,
    );
  }
  if (token === undefined && cert === undefined) throw wrongAnswer(who, "no token and no client certificate");
  return {
    token,
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}
