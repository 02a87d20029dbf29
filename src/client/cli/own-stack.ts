/** Sources given on the command line: written into config.yaml where there is none, never over one. */
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type FoundCluster, findCluster } from "../../app/find-cluster.js";
import { alertmanagerOf } from "../../app/find-stack.js";
import { loadLocal } from "../../app/local.js";
import { readEnvironment } from "../../platform/environment.js";
import { makeFolder } from "../../platform/folders.js";
import { isThere } from "../../platform/settings-file.js";
import { toYaml } from "../../schema/yaml-text.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Session } from "./session.js";

export interface SourceOptions {
  kubeconfig?: string;
  prometheus?: string;
  logs?: string[];
}

const LOGS_MAX = 60;

/** Undefined where all is well. */
export async function declareSources(session: Session, options: SourceOptions): Promise<Problem[] | undefined> {
  const { kubeconfig } = options;
  if (options.prometheus === undefined && kubeconfig === undefined && (options.logs ?? []).length === 0)
    return undefined;
  const own = readEnvironment(session.environment);
  if (!own.ok) return own.problems;
  const { environment } = own;
  const file = environment.config ?? join(environment.home, "config.yaml");
  if (await isThere(file)) {
    const message = `${file} is there already and is not written over`;
    return [{ code: "usage", at: file, message, hint: "declare the source in it, then: autoops discover" }];
  }
  const missing = await missingFolders(options.logs ?? []);
  if (missing.length > 0 && options.prometheus === undefined && kubeconfig === undefined) return missing;
  for (const { message } of missing) session.print.note(message);
  const logs = await logSources(options.logs ?? []);
  const cluster = kubeconfig === undefined ? undefined : await findCluster(environment.variables, kubeconfig);
  if (kubeconfig !== undefined && cluster === undefined) return [noKubeconfig(kubeconfig)];
  const alertmanager = await managerOf(session, options.prometheus);
  await writeConfig(file, {
    cluster,
    prometheus: options.prometheus,
    alertmanager,
    logs,
    roots: await rootsOf(options.logs ?? []),
  });
  session.print.note(`written: ${file}`);
  return undefined;
}

export function noKubeconfig(file: string): Problem {
  const message = `${file} is not a kubeconfig with a context that leads to an https server`;
  return { code: "usage", at: "--kubeconfig", message, hint: "look at it with: kubectl config view --minify" };
}

/** Folders that were named and are not there: with nothing else to look at, no configuration is written. */
export async function missingFolders(folders: readonly string[]): Promise<Problem[]> {
  const problems = await Promise.all(
    folders.map(async (folder): Promise<Problem[]> => {
      const isHere = await isThere(resolve(folder));
      return isHere ? [] : [{ code: "file-not-found", at: "--logs", message: `there is no folder ${folder}` }];
    }),
  );
  return problems.flat();
}

/** A policy that cannot be read keeps nobody from a configuration: what comes after tells of it. */
async function managerOf({ environment }: Session, prometheus: string | undefined): Promise<string | undefined> {
  const local = prometheus === undefined ? undefined : await loadLocal(environment);
  return local?.ok === true ? alertmanagerOf(local, prometheus) : undefined;
}

export interface LogFile {
  name: string;
  path: string;
  format: "json" | "text";
}

/** What was found or given, to be declared. */
interface Declarable {
  prometheus?: string;
  alertmanager?: string;
  jaeger?: string;
  loki?: string;
  journald?: boolean;
  git?: string;
  cluster?: FoundCluster;
  logs: readonly LogFile[];
  roots: readonly string[];
}

export async function writeConfig(
  file: string,
  { prometheus, alertmanager, jaeger, loki, journald, git, cluster, logs, roots }: Declarable,
): Promise<void> {
  const managed = alertmanager === undefined ? {} : { alertmanager };
  const sources = Object.fromEntries([
    ...(prometheus === undefined ? [] : [["prometheus", { kind: "prometheus", url: prometheus, ...managed }]]),
    ...(jaeger === undefined ? [] : [["jaeger", { kind: "jaeger", url: jaeger }]]),
    ...(loki === undefined ? [] : [["loki", { kind: "loki", url: loki, selector: '{service_name=~".+"}' }]]),
    ...(journald === true ? [["journal", { kind: "journald" }]] : []),
    ...(git === undefined ? [] : [["repository", { kind: "git", path: git }]]),
    ...logs.map(({ name, path, format }) => [name, { kind: "files", path, format }]),
  ]);
  const folders = [...roots, ...(git === undefined ? [] : [git])];
  const { name = "", ...reached } = cluster ?? {};
  const config = {
    version: "1.0",
    files: folders.length === 0 ? undefined : { roots: folders },
    clusters: cluster === undefined ? undefined : { [name]: reached },
    sources,
  };
  await makeFolder(dirname(file));
  await writeFile(file, `${HEAD}${toYaml(config)}${TAIL}`, { mode: 0o600 });
  await chmod(file, 0o600);
}

const HEAD = `# Where AutoOps looks. All of it is read only; secrets stand here as references (env:NAME) alone. docs/config.md tells of every key.
`;
const TAIL = `# Who calls whom, where nothing else shows it; \`autoops discover\` puts it on the map.
# dependencies:
#   shop: [postgres, redis]
`;

/** Folders that may be read; of a single file, the one that it lies in. What lies within another is not named. */
export async function rootsOf(places: readonly string[]): Promise<string[]> {
  const folders = await Promise.all(
    places.map(async (one) => {
      const path = resolve(one);
      const isFile = await stat(path).then(
        (info) => info.isFile(),
        () => false,
      );
      return isFile ? dirname(path) : path;
    }),
  );
  const distinct = [...new Set(folders)].sort();
  return distinct.filter(
    (one) => !distinct.some((other) => one.startsWith(other.replace(/\/?$/, "/")) && other !== one),
  );
}

/** Log files of folders, one source each; which format they have by their first lines. */
export async function logSources(folders: readonly string[]): Promise<LogFile[]> {
  const found: LogFile[] = [];
  for (const folder of folders) {
    for (const path of await logFilesIn(resolve(folder))) {
      const name = uniqueName(basename(path), dirname(path), found);
      found.push({ name, path, format: await formatOf(path) });
      if (found.length >= LOGS_MAX) return found;
    }
  }
  return found;
}

/** Of the folder and those in it; what a rotation made belongs to its file. */
async function logFilesIn(path: string, depth = 0): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return [];
  if (info.isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile() && /\.(?:log|json|txt|out|err|jsonl)$/.test(entry.name))
    .map(({ name }) => join(path, name));
  const folders = depth >= 2 ? [] : entries.filter((entry) => entry.isDirectory());
  const inner = await Promise.all(folders.map(({ name }) => logFilesIn(join(path, name), depth + 1)));
  return [...(await withoutLeftovers(files)), ...inner.flat()].sort();
}

/** Empty files whose names differ in their numbers alone are left over from earlier processes: the newest stands for them. */
async function withoutLeftovers(files: readonly string[]): Promise<string[]> {
  const told = await Promise.all(files.map(async (path) => ({ path, info: await stat(path).catch(() => undefined) })));
  const shapeOf = (path: string) => path.replace(/\d+/g, "0");
  const isLeftover = ({ path, info }: (typeof told)[number]) =>
    info?.size === 0 &&
    told.some((other) => {
      const isLater = (other.info?.mtimeMs ?? 0) - info.mtimeMs || (other.path > path ? 1 : -1);
      return other.path !== path && shapeOf(other.path) === shapeOf(path) && isLater > 0;
    });
  return told.filter((one) => !isLeftover(one)).map(({ path }) => path);
}

function uniqueName(file: string, folder: string, taken: readonly LogFile[]): string {
  const clean = (text: string) =>
    text
      .replace(/[^a-zA-Z0-9_.-]+/g, "-")
      .replace(/^[^a-zA-Z0-9]+/, "")
      .slice(0, 50) || "log";
  const stem = clean(file.replace(/\.(?:log|json|txt|out|err|jsonl)$/, ""));
  const names = [
    `${stem}-log`,
    `${clean(basename(folder))}-${stem}-log`.slice(0, 63),
    ...Array.from({ length: 98 }, (_, n) => `${stem}-log-${n + 2}`),
  ];
  return names.find((name) => taken.every((one) => one.name !== name)) ?? `${stem}-${taken.length}`;
}

async function formatOf(path: string): Promise<"json" | "text"> {
  const { open } = await import("node:fs/promises");
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return "text";
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const lines = buffer
      .toString("utf8", 0, bytesRead)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(0, 5);
    return lines.length > 0 && lines.filter((line) => line.startsWith("{")).length * 2 > lines.length ? "json" : "text";
  } finally {
    await handle.close();
  }
}
