/** Which container a log file of a dump is of: by its folders and its name, against the pods that are known. */
import type { Pod } from "../../../../schema/kubernetes/pod.js";
import type { DumpFile } from "./folder.js";

export interface LogPlace {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
}

const LOG_NAME = /(?:\.log|\.logs|logs?\.txt|_logs?)$|(?:^|\/)logs?\//i;
const PREVIOUS = /(?:^|[^a-z])(?:prev|previous|before|last|p)(?=$|[^a-z])/i;

export const isLogName = (path: string): boolean => LOG_NAME.test(path);

/** `shop/web-1/logs.txt`, `web-1_server_previous.log`, `pods/web-1/server/server/logs/current.log`. */
export function placeOfLog(path: string, pods: readonly Pod[]): LogPlace | undefined {
  const named = pods
    .filter(({ metadata }) => hasWord(path, metadata.name))
    .sort((a, b) => b.metadata.name.length - a.metadata.name.length);
  // A file may be named after the workload alone.
  const pod =
    named[0] ??
    pods.find(({ metadata, spec }) => {
      const stem = metadata.name.replace(/(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$|-\d+$/, "");
      return stem !== metadata.name && hasWord(path, stem) && spec.containers.length > 0;
    });
  if (pod === undefined) return undefined;
  const rest = path.split(pod.metadata.name).at(-1) ?? "";
  const containers = [...pod.spec.containers, ...pod.spec.initContainers];
  const container = containers.find(({ name }) => hasWord(rest, name)) ?? containers[0];
  if (container === undefined) return undefined;
  return {
    namespace: pod.metadata.namespace ?? "",
    pod: pod.metadata.name,
    container: container.name,
    previous: PREVIOUS.test(rest),
  };
}

const START = /^==== START logs for container (\S+) of pod (\S+)\/(\S+) ====$/;
const END = /^==== END logs for /;

/** Logs that stand in a file among other things, each as a file of its own; `rest` is the file without them. */
export function logsWithin({ path, text, modifiedMs }: DumpFile): { rest: string; logs: DumpFile[] } {
  if (!text.includes("==== START logs for container ")) return { rest: text, logs: [] };
  const rest: string[] = [];
  const logs = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const line of text.replaceAll("\r", "").split("\n")) {
    const [, container, namespace, pod] = START.exec(line) ?? [];
    if (container !== undefined) {
      open = [];
      logs.set(`${path}/${namespace}/${pod}/${container}.log`, open);
    } else if (END.test(line)) open = undefined;
    else (open ?? rest).push(line);
  }
  return {
    rest: rest.join("\n"),
    logs: [...logs].map(([name, lines]) => ({ path: name, text: lines.join("\n"), modifiedMs })),
  };
}

/** Between marks that a name cannot have, or that part names in files. */
function hasWord(path: string, word: string): boolean {
  for (let at = path.indexOf(word); at !== -1; at = path.indexOf(word, at + 1)) {
    const [before, after] = [path[at - 1] ?? "/", path[at + word.length] ?? "/"];
    if (!/[a-z0-9-]/i.test(before) && !/[a-z0-9]/i.test(after)) return true;
  }
  return false;
}
