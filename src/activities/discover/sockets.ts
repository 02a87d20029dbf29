/**
 * Who calls whom among the processes of this machine, by the connections that they hold open, and where each listens. It tells
 * nothing of what runs elsewhere, in a container of its own, or as a user whose processes may not be read. Reads only.
 */
import type { FoundCall, FoundService } from "./found.js";
import { filesWrittenBy, holdersOf, type Process, type Socket, socketsOf } from "./proc-net.js";
import {
  isProbe,
  isWatched,
  kindOf,
  localPorts,
  type Owner,
  openOf,
  portsOf,
  roleOf,
  type Samples,
  STANDS_BY,
  settingsOf,
  WATCHERS,
} from "./programs.js";
import { addUnmonitored, type Known } from "./unmonitored.js";

const LOOK_FOR_MS = 2_500;
const PORTS_TOLD_MAX = 5;
const LOG_FILE = /\.(?:log|jsonl?|txt|out|err)$/;

export interface FoundSockets {
  calls: FoundCall[];
  /** Where services listen, by their names. */
  addresses: ReadonlyMap<string, string[]>;
  /** Whose each file is that processes hold open to write, where one service alone does. */
  files: ReadonlyMap<string, string>;
  /** What services and probes reach and no source shows. */
  unmonitored: FoundService[];
}

/** `lookForMs`: a process that connects for each call is seen only where it is looked at long enough. */
export async function discoverSockets(
  services: readonly FoundService[],
  proc = "/proc",
  lookForMs = LOOK_FOR_MS,
): Promise<FoundSockets> {
  const local = services.filter((one) => !isProbe(one) && localPorts(one).length > 0);
  if (local.length === 0) return { calls: [], addresses: new Map(), files: new Map(), unmonitored: [] };
  const first = await socketsOf(proc);
  const listeners = first.filter(({ state }) => state === "listens");
  const held = await holdersOf(proc, new Set(listeners.map(({ inode }) => inode)));
  const scraped = new Set(local.flatMap(localPorts));
  const inodes = new Set(listeners.filter(({ port }) => scraped.has(port)).map(({ inode }) => inode));
  const kinds = new Set(local.filter(isWatched).map(({ kinds: [main] }) => main));
  const isMeant = (one: Process) => [...one.inodes].some((inode) => inodes.has(inode)) || kinds.has(kindOf(one) ?? "");
  const processes = held.filter(isMeant);
  const looks = await openOf(proc, processes, first, lookForMs);
  // Of two of one kind nobody knows which is meant.
  const known: Known = {
    ...{ proc, lookForMs, first, free: held.filter((one) => !kinds.has(kindOf(one) ?? "")) },
    owners: ownersOf(local, processes, listeners, looks),
    looks: new Map(looks),
    told: new Map(),
    probed: new Set(services.filter(isProbe).flatMap(localPorts)),
  };
  known.told = new Map(await settingsOf(proc, known.owners));
  const unmonitored = await addUnmonitored(known, (one) => portsOf(one, listeners));
  const { owners, told } = known;
  const seen = callsBetween(owners, known.looks, "sockets");
  return {
    calls: [...seen, ...withoutCircles(callsBetween(owners, told, "settings"), seen)],
    addresses: addressesOf(owners),
    files: await filesOf(proc, owners),
    unmonitored,
  };
}

function ownersOf(
  services: readonly FoundService[],
  processes: readonly Process[],
  listeners: readonly Socket[],
  looks: Samples,
): Owner[] {
  const listening = (ports: ReadonlySet<number>) =>
    processes.filter((one) => portsOf(one, listeners).some((port) => ports.has(port)));
  return services.map((service) => {
    const scraped = listening(new Set(localPorts(service)));
    const own = isWatched(service) ? watchedBy(service, scraped, { services, processes, looks, listening }) : scraped;
    return { service, processes: own, scraped, ports: new Set(own.flatMap((one) => portsOf(one, listeners))) };
  });
}

interface Machine {
  services: readonly FoundService[];
  processes: readonly Process[];
  looks: Samples;
  listening(ports: ReadonlySet<number>): Process[];
}

/** The thing behind an exporter: what the exporter asks, else the one program of that kind, where one service is of it. */
function watchedBy(service: FoundService, exporters: readonly Process[], machine: Machine): Process[] {
  const { services, processes, looks, listening } = machine;
  const [main] = service.kinds;
  const isOfKind = (one: Process) => kindOf(one) === main;
  const asked = new Set(exporters.flatMap(({ pid }) => [...(looks.get(pid) ?? [])]));
  const direct = listening(asked).filter((one) => isOfKind(one) && !exporters.includes(one));
  if (direct.length > 0) return direct;
  if (services.filter(({ kinds: [other] }) => other === main).length > 1) return [];
  return processes.filter((one) => isOfKind(one) && !exporters.includes(one));
}

async function filesOf(proc: string, owners: readonly Owner[]): Promise<Map<string, string>> {
  const holders = new Map<string, Set<string>>();
  for (const { service, processes, scraped } of owners) {
    for (const { pid } of new Set([...processes, ...scraped])) {
      for (const path of await filesWrittenBy(proc, pid, LOG_FILE)) {
        holders.set(path, (holders.get(path) ?? new Set()).add(service.name));
      }
    }
  }
  return new Map(
    [...holders].flatMap(([path, [only, second]]) => (only && second === undefined ? [[path, only]] : [])),
  );
}

/** An own address that stands in the settings, as others reach it through a front, is no call of the front. */
function withoutCircles(told: readonly FoundCall[], seen: readonly FoundCall[]): FoundCall[] {
  const kept: FoundCall[] = [...seen];
  for (const call of told) {
    const reached = new Set([call.callee]);
    for (const name of reached) for (const { caller, callee } of kept) if (caller === name) reached.add(callee);
    if (!reached.has(call.caller)) kept.push(call);
  }
  return kept.slice(seen.length);
}

function callsBetween(owners: readonly Owner[], looks: Samples, from: "sockets" | "settings"): FoundCall[] {
  return owners.flatMap(({ service, processes }) => {
    if (WATCHERS.has(roleOf(service))) return [];
    const asked = new Set(processes.flatMap(({ pid }) => [...(looks.get(pid) ?? [])]));
    const callees = owners.filter(
      (other) =>
        other.service !== service &&
        (from === "sockets" || !STANDS_BY.has(roleOf(other.service))) &&
        [...other.ports].some((one) => asked.has(one)),
    );
    return callees.map((other) => ({ caller: service.name, callee: other.service.name, from }));
  });
}

function addressesOf(owners: readonly Owner[]): Map<string, string[]> {
  return new Map(
    owners.map(({ service, ports }) => [
      service.name,
      [...ports]
        .sort((a, b) => a - b)
        .slice(0, PORTS_TOLD_MAX)
        .map((port) => `127.0.0.1:${port}`),
    ]),
  );
}
