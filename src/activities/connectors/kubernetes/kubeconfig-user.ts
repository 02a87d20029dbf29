/** What a kubeconfig says of its user: every way to sign in is read or refused, and none falls back to an anonymous request. */
import { toolFailure } from "../../define-tool.js";
import type { ClusterSection, ExecSection } from "./exec-plugin.js";

export interface UserSection {
  /** Absolute. */
  tokenFile?: string;
  exec?: ExecSection;
  /** The file names a user and gives it nothing to sign in with: it means an anonymous request. */
  isAnonymous: boolean;
  cluster: ClusterSection;
}

type Section = Record<string, unknown>;
const sectionsOf = (value: unknown): Section[] => (Array.isArray(value) ? (value as Section[]) : []);
const named = (list: unknown, name: unknown, key: string): Section =>
  (sectionsOf(list).find((one) => one?.name === name)?.[key] as Section | undefined) ?? {};

/** Keys that say more than this client can send: ignored, they would change who asks. */
const NOT_SENT = ["as-uid", "as-groups", "as-user-extra"];
const has = (user: Section, ...keys: string[]): boolean =>
  keys.some((key) => user[key] !== undefined && user[key] !== null && user[key] !== "");

/** Reads the user and the cluster of a context. `absolute` makes a path of the file absolute. */
export function readUser(
  document: unknown,
  context: string,
  where: string,
  absolute: (path: string) => string,
): UserSection {
  const file = (document ?? {}) as Section;
  const { user: userName, cluster: clusterName } = named(file.contexts, context, "context");
  const user = named(file.users, userName, "user");
  const invalid = (what: string, hint?: string) =>
    toolFailure("config-invalid", `${where} ${what}`, { hint, retryable: false });
  const isThere = (...keys: string[]) => has(user, ...keys);
  const cert = isThere("client-certificate", "client-certificate-data");
  const key = isThere("client-key", "client-key-data");
  if (cert !== key) {
    throw invalid(
      cert ? "has a client certificate without its key" : "has a client key without its certificate",
      cert ? "add client-key or client-key-data" : "add client-certificate or client-certificate-data",
    );
  }
  if (isThere("username") !== isThere("password")) throw invalid("must have username and password together");
  const notSent = NOT_SENT.find((one) => isThere(one));
  if (notSent !== undefined) throw invalid(`names ${notSent}, which is not supported`, "sign in as that user");
  for (const path of ["tokenFile", "token"]) {
    if (Object.hasOwn(user, path) && typeof user[path] !== "string") throw invalid(`must have ${path} as text`);
  }
  const signsIn = cert || isThere("tokenFile", "token", "token-file", "exec", "auth-provider", "username");
  const isEmpty = Object.values(user).every((value) => value === null || value === undefined);
  if (!signsIn && !isEmpty) {
    throw invalid(`has a user with nothing to sign in with (${Object.keys(user).join(", ").slice(0, 100)})`);
  }
  return {
    tokenFile: isThere("tokenFile") ? absolute(String(user.tokenFile)) : undefined,
    exec: isThere("exec") ? (user.exec as ExecSection) : undefined,
    isAnonymous: !signsIn,
    cluster: named(file.clusters, clusterName, "cluster"),
  };
}
