/** A real OpenSearch for a test file: the minimal build of one node, fetched from Maven Central once into the cache. */
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";
import { freePort } from "./services.js";

const VERSION = "2.19.1";
const NOBODY = 65_534;
const runs = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0;

const isRoot = process.getuid?.() === 0;
/** Without these it cannot be fetched or started. */
export const hasOpenSearchTools =
  runs("java", "-version") && runs("mvn", "-v") && runs("unzip", "-v") && (!isRoot || runs("setpriv", "--version"));

export interface OpenSearch {
  url: string;
  /** A call of its own interface, with JSON; throws for another status than 200 and 201. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startOpenSearch(): Promise<OpenSearch> {
  const folder = mkdtempSync(join(tmpdir(), "opensearch-"));
  const home = join(folder, "home");
  // It writes beside its program, and refuses to run as root: a copy that belongs to who runs it.
  cpSync(provided(), home, { recursive: true });
  const [port, transport] = await Promise.all([freePort(), freePort()]);
  const settings = [
    "cluster.name: test",
    "node.name: one",
    "network.host: 127.0.0.1",
    `http.port: ${port}`,
    `transport.port: ${transport}`,
    "discovery.type: single-node",
    "cluster.routing.allocation.disk.threshold_enabled: false",
  ];
  writeFileSync(join(home, "config/opensearch.yml"), `${settings.join("\n")}\n`);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    OPENSEARCH_JAVA_HOME: javaHome(),
    OPENSEARCH_JAVA_OPTS: "-Xms384m -Xmx384m -XX:TieredStopAtLevel=1",
  };
  const program = join(home, "bin/opensearch");
  if (isRoot) {
    chmodSync(folder, 0o755);
    spawnSync("chown", ["-R", `${NOBODY}:${NOBODY}`, folder]);
  }
  const drop = ["--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups", program];
  const child = isRoot
    ? spawn("setpriv", drop, { env, cwd: folder, stdio: "ignore", detached: true })
    : spawn(program, [], { env, cwd: folder, stdio: "ignore", detached: true });
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: text }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  await vi.waitFor(() => ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s"), {
    timeout: 150_000,
    interval: 300,
  });
  return {
    url,
    ask,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      // The script's own process group: the program may be its child.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The folder of the program in the cache. */
function provided(): string {
  const cache = cacheDirectory(process.env);
  if (cache === undefined) throw new Error("neither AUTOOPS_CACHE_DIR, XDG_CACHE_HOME nor HOME names a folder");
  const services = join(cache, "services");
  const home = join(services, `opensearch-${VERSION}`);
  if (existsSync(home)) return home;
  mkdirSync(services, { recursive: true });
  const artifact = `org.opensearch.distribution.integ-test-zip:opensearch:${VERSION}:zip`;
  const got = spawnSync("mvn", ["-q", "-B", "dependency:get", `-Dartifact=${artifact}`, "-Dtransitive=false"], {
    encoding: "utf8",
  });
  if (got.status !== 0) throw new Error(`OpenSearch could not be fetched: ${got.stdout.slice(-500)}`);
  const zip = `org/opensearch/distribution/integ-test-zip/opensearch/${VERSION}/opensearch-${VERSION}.zip`;
  const partial = mkdtempSync(join(services, "opensearch-partial-"));
  const unpacked = spawnSync("unzip", ["-q", join(repository(), zip), "-d", partial], { encoding: "utf8" });
  if (unpacked.status !== 0) throw new Error(`OpenSearch could not be unpacked: ${unpacked.stderr.slice(-500)}`);
  // Another file's test may have been faster.
  if (!existsSync(home)) renameSync(join(partial, `opensearch-${VERSION}`), home);
  rmSync(partial, { recursive: true, force: true });
  return home;
}

/** Maven's own store, which a settings file may have moved. */
function repository(): string {
  const settings = join(homedir(), ".m2/settings.xml");
  const named = existsSync(settings)
    ? /<localRepository>([^<]+)</.exec(readFileSync(settings, "utf8"))?.[1]
    : undefined;
  return named?.trim() ?? join(homedir(), ".m2/repository");
}

function javaHome(): string {
  const told = spawnSync("java", ["-XshowSettings:properties", "-version"], { encoding: "utf8" }).stderr;
  const home = /java\.home = (.+)/.exec(told)?.[1];
  if (home === undefined) throw new Error("java does not say where its home is");
  return home.trim();
}
