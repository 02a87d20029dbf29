/** What is on this machine that a stack can be learned from: servers on their usual ports, and log folders of known programs. Reads only. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolFailure } from "../platform/failure.js";
import { createGuardedFetch } from "../platform/http/guarded-fetch.js";
import type { Local } from "./local.js";

const ASK_MS = 2_000;
/** Where Prometheus, VictoriaMetrics and their like listen unless told otherwise. */
const PROMETHEUS_URLS = ["http://127.0.0.1:9090", "http://127.0.0.1:8428", "http://127.0.0.1:9091"];
const JAEGER_URLS = ["http://127.0.0.1:16686"];
const LOG_HOME = "/var/log";
const LOG_FOLDERS =
  /^(?:nginx|apache2|httpd|haproxy|postgresql|mysql|mariadb|redis|rabbitmq|mongodb|elasticsearch|kafka|zookeeper|memcached|php\S*|app|apps|\w+-service)$/;

export interface FoundHere {
  prometheus?: string;
  jaeger?: string;
  logFolders: string[];
}

export async function findHere({ policy }: Local): Promise<FoundHere> {
  const answers = async (url: string, path: string): Promise<boolean> => {
    const guarded = createGuardedFetch({ network: policy.network, declaredUrls: [url], resolveSecret: () => "" });
    try {
      return (await guarded(`${url}${path}`, { timeoutMs: ASK_MS })).status === 200;
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      return false;
    }
  };
  const first = async (urls: readonly string[], path: string): Promise<string | undefined> => {
    for (const url of urls) if (await answers(url, path)) return url;
    return undefined;
  };
  const [prometheus, jaeger, logFolders] = await Promise.all([
    first(PROMETHEUS_URLS, "/api/v1/query?query=1"),
    first(JAEGER_URLS, "/api/services"),
    logsOf(),
  ]);
  return {
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(jaeger === undefined ? {} : { jaeger }),
    logFolders,
  };
}

async function logsOf(): Promise<string[]> {
  const entries = await readdir(LOG_HOME, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && LOG_FOLDERS.test(entry.name))
    .map(({ name }) => join(LOG_HOME, name))
    .sort();
}
