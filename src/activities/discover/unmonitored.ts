/**
 * Programs of this machine that nobody watches: services or probes reach them, and no metrics tell of them (a cache, a queue, a pooler
 * without an exporter). They are put on the map by the program's name, so that what is said of their address has a place.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { withoutEnds } from "../../vocabulary/without-ends.js";
import type { FoundService } from "./found.js";
import type { Process, Socket } from "./proc-net.js";
import { kindOf, type Owner, openOf, roleOf, settingsOf, WATCHERS } from "./programs.js";

/** What runs a program of another name. */
const RUNS_OTHERS =
  /^(?:node|nodejs|bun|deno|python[\d.]*|ruby[\d.]*|perl|php[\d.]*|java|dotnet|beam\.smp|gunicorn|uwsgi|uvicorn|puma)$/;
/** A file that is called so is its folder's. */
const SAYS_NOTHING =
  /^(?:main|index|server|app|start|run|manage|cli|wsgi|asgi|application|program|__main__|bin|dist|src|build|lib|out)$/i;
const UNMONITORED_MAX = 30;
const NAME_MAX = 60;

/** What gathers from others is no part of the stack. */
const isWatcher = (program: string): boolean =>
  /^(?:prometheus|alertmanager|grafana|otelcol|vector|fluent|filebeat|promtail|loki|jaeger|tempo|node_export)/.test(
    program,
  );
/** A pooler behind a service, and what stands behind the pooler. */
const UNMONITORED_STEPS = 2;

/** What is known so far; it grows with what is found. */
export interface Known {
  proc: string;
  lookForMs: number;
  first: readonly Socket[];
  free: readonly Process[];
  owners: Owner[];
  looks: Map<string, ReadonlySet<number>>;
  told: Map<string, ReadonlySet<number>>;
  probed: ReadonlySet<number>;
}

export async function addUnmonitored(known: Known, portsOf: (process: Process) => number[]): Promise<FoundService[]> {
  const { proc, first, owners, looks, told, probed } = known;
  const found: FoundService[] = [];
  for (let step = 0; step < UNMONITORED_STEPS; step++) {
    const asking = owners.filter(({ service }) => !WATCHERS.has(roleOf(service))).flatMap((one) => one.processes);
    const reached = new Set([
      ...(step === 0 ? probed : []),
      ...asking.flatMap(({ pid }) => [...(looks.get(pid) ?? []), ...(told.get(pid) ?? [])]),
    ]);
    const taken = new Set(owners.flatMap((one) => [...one.processes, ...one.scraped]).map(({ pid }) => pid));
    const free = known.free.filter(({ pid, name }) => !taken.has(pid) && !isWatcher(name));
    const unmonitored = await unmonitoredAt(reached, free, portsOf, proc);
    if (unmonitored.length === 0) break;
    const more = unmonitored.flatMap(({ processes }) => processes);
    for (const [pid, ports] of await openOf(proc, more, first, known.lookForMs / 2)) looks.set(pid, ports);
    const added = unmonitored.map(({ service, processes }) => {
      return { service, processes, scraped: [], ports: new Set(processes.flatMap(portsOf)) };
    });
    for (const [pid, ports] of await settingsOf(proc, added)) told.set(pid, ports);
    owners.push(...added);
    found.push(...unmonitored.map(({ service }) => service));
  }
  return found;
}

interface Unmonitored {
  service: FoundService;
  processes: Process[];
}

/** `reached`: ports on which services or probes reach somebody. `free`: processes that belong to no service. */
async function unmonitoredAt(
  reached: ReadonlySet<number>,
  free: readonly Process[],
  portsOf: (process: Process) => number[],
  proc: string,
): Promise<Unmonitored[]> {
  const groups = new Map<string, Process[]>();
  for (const one of free) {
    const [port] = portsOf(one)
      .filter((each) => reached.has(each))
      .sort((a, b) => a - b);
    // Workers of one server hold the same socket.
    if (port !== undefined) groups.set(`${port}`, [...(groups.get(`${port}`) ?? []), one]);
  }
  const found = await Promise.all(
    [...groups].slice(0, UNMONITORED_MAX).map(async ([port, processes]) => {
      const [first] = processes;
      const name = first === undefined ? undefined : await nameOf(first, kindOf(first), proc);
      return first === undefined || name === undefined ? [] : [{ name, port, kind: kindOf(first), processes }];
    }),
  );
  const all = found.flat();
  return all.map(({ name, port, kind, processes }) => {
    const isOnly = all.filter((other) => other.name === name).length === 1;
    const also = [...new Set(processes.flatMap(portsOf))].sort((a, b) => a - b).map((each) => `127.0.0.1:${each}`);
    const kinds = kind === undefined ? [] : [kind];
    const empty = { labels: {}, instances: [], signals: {}, metrics: [] };
    return { service: { name: isOnly ? name : `${name}-${port}`, kinds, also: also.slice(0, 5), ...empty }, processes };
  });
}

/** The program's; of what is run by an interpreter the file that it runs. Undefined where that says nothing. */
async function nameOf(process: Process, kind: string | undefined, proc: string): Promise<string | undefined> {
  if (kind !== undefined || !RUNS_OTHERS.test(process.name)) return plain(process.name);
  const text = await readFile(join(proc, process.pid, "cmdline"), "utf8").catch(() => "");
  const words = text.split("\0").slice(1);
  const named = words.find((word, at) => isProgram(word) || /^-(?:m|jar)$/.test(words[at - 1] ?? ""));
  if (named === undefined) return undefined;
  const file = basename(named, extname(named));
  return plain(SAYS_NOTHING.test(file) ? basename(dirname(named)) : file);
}

const isProgram = (word: string): boolean => /^[^-].*\.(?:[cm]?[jt]s|py|rb|pl|php|jar|dll)$/.test(word);

function plain(text: string): string | undefined {
  const name = withoutEnds(text.replace(/[^\w.-]+/g, "-"), /[-.]/);
  return name === "" || SAYS_NOTHING.test(name) ? undefined : name.slice(0, NAME_MAX);
}
