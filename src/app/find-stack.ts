/** What is on this machine that a stack can be learned from: servers on their usual ports or named by the environment, kube contexts, journald, a Git repository, log folders. Reads only. */
import { access, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ToolFailure } from "../platform/failure.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import { type FoundCluster, findCluster } from "./find-cluster.js";
import { findLogs } from "./find-logs.js";
import type { Local } from "./local.js";

const ASK_MS = 2_000;
/** Where each listens unless told otherwise, after the variables that name it. */
const SERVERS = {
  prometheus: {
    variables: ["PROMETHEUS_URL"],
    // Prometheus, VictoriaMetrics and their like.
    urls: ["http://127.0.0.1:9090", "http://127.0.0.1:8428", "http://127.0.0.1:9091"],
    path: "/api/v1/query?query=1",
  },
  alertmanager: { variables: ["ALERTMANAGER_URL"], urls: ["http://127.0.0.1:9093"], path: "/api/v2/status" },
  jaeger: {
    variables: ["JAEGER_QUERY_URL", "JAEGER_URL"],
    urls: ["http://127.0.0.1:16686"],
    path: "/api/services",
  },
  loki: { variables: ["LOKI_URL", "LOKI_ADDR"], urls: ["http://127.0.0.1:3100"], path: "/loki/api/v1/labels" },
} as const;
type Server = keyof typeof SERVERS;

const JOURNALS = ["/var/log/journal", "/run/log/journal"];
/** Folders above the working one in which a repository is looked for. */
const REPOSITORY_DEPTH = 6;

export interface FoundLocally {
  prometheus?: string;
  alertmanager?: string;
  jaeger?: string;
  loki?: string;
  journald: boolean;
  /** The repository that the working folder belongs to. */
  git?: string;
  cluster?: FoundCluster;
  /** Folders, and single files. */
  logFolders: string[];
}

/** `folder`: the working one. `kubeconfig`: as it was given. */
export async function findLocally(local: Local, folder: string, kubeconfig?: string): Promise<FoundLocally> {
  const find = async (server: Server) => {
    const url = namedServer(local, server) ?? (await usualServer(local, server));
    return url === undefined ? {} : { [server]: url };
  };
  const [prometheus, jaeger, loki, logFolders, journald, git, cluster] = await Promise.all([
    find("prometheus"),
    find("jaeger"),
    find("loki"),
    findLogs({ own: local.environment.home }),
    hasJournal(),
    repositoryOf(folder),
    findCluster(local.environment.variables, kubeconfig),
  ]);
  const alertmanager = await alertmanagerOf(local, prometheus.prometheus);
  return {
    ...{ ...prometheus, ...jaeger, ...loki },
    ...(alertmanager === undefined ? {} : { alertmanager }),
    journald,
    logFolders,
    ...(git === undefined ? {} : { git }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

/** What somebody named is taken as it is: whether it answers, doctor says. */
function namedServer({ environment }: Local, server: Server): string | undefined {
  return SERVERS[server].variables.flatMap((name) => urlOf(environment.variables[name]) ?? [])[0];
}

async function usualServer(local: Local, server: Server): Promise<string | undefined> {
  const { urls, path } = SERVERS[server];
  for (const url of urls) if ((await textAt(local, url, path)) !== undefined) return url;
  return undefined;
}

/** The one that the environment names, else the one that Prometheus itself sends its alerts to, else the one on its usual port. */
export async function alertmanagerOf(local: Local, prometheus: string | undefined): Promise<string | undefined> {
  return (
    namedServer(local, "alertmanager") ??
    (prometheus === undefined ? undefined : await managerBehind(local, prometheus)) ??
    (await usualServer(local, "alertmanager"))
  );
}

/** Undefined where it does not answer, or not with 200. */
async function textAt({ policy }: Local, url: string, path: string): Promise<string | undefined> {
  const guarded = createGuardedFetch({ network: policy.network, declaredUrls: [url], resolveSecret: () => "" });
  try {
    const { status, text } = await guarded(`${url}${path}`, { timeoutMs: ASK_MS });
    return status === 200 ? text : undefined;
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    return undefined;
  }
}

const managersSchema = z.object({
  data: z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }),
});
/** Those that are asked whether they answer from here. */
const MANAGERS_MAX = 3;

/** Prometheus may know it by an address that leads nowhere from here. */
async function managerBehind(local: Local, prometheus: string): Promise<string | undefined> {
  const base = prometheus.replace(/\/+$/, "");
  const told = await textAt(local, base, "/api/v1/alertmanagers");
  const parsed = managersSchema.safeParse(told === undefined ? undefined : parsedJson(told));
  if (!parsed.success) return undefined;
  for (const { url } of parsed.data.data.activeAlertmanagers.slice(0, MANAGERS_MAX)) {
    const manager = urlOf(url.replace(/\/api\/v\d+\/alerts\/*$/, ""));
    if (manager === undefined) continue;
    if ((await textAt(local, manager, SERVERS.alertmanager.path)) !== undefined) return manager;
  }
  return undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^https?:\/\//i.test(text)) return undefined;
  return URL.canParse(text) ? text.replace(/\/+$/, "") : undefined;
}

/** A journal that is kept, and the program that reads it. */
async function hasJournal(): Promise<boolean> {
  const isThere = (path: string) => access(path).then(...yesOrNo);
  const kept = await Promise.all(
    JOURNALS.map((path) =>
      readdir(path)
        .then((all) => all.length > 0)
        .catch(() => false),
    ),
  );
  const programs = await Promise.all(["/usr/bin/journalctl", "/bin/journalctl"].map(isThere));
  return kept.some(Boolean) && programs.some(Boolean);
}

const yesOrNo = [() => true, () => false] as const;

/** Not that of this product itself: its commits change nobody's stack. */
async function repositoryOf(folder: string): Promise<string | undefined> {
  let at = folder;
  for (let depth = 0; depth < REPOSITORY_DEPTH; depth++) {
    const isRepository = await access(join(at, ".git")).then(...yesOrNo);
    if (isRepository) {
      const own = await readFile(join(at, "package.json"), "utf8").catch(() => "");
      return /"name":\s*"autoops-architect"/.test(own) ? undefined : at;
    }
    if (dirname(at) === at) return undefined;
    at = dirname(at);
  }
  return undefined;
}
