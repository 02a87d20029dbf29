/**
 * Who calls whom among the processes of this machine, by the connections that they hold open, and where each listens. It tells
 * nothing of what runs elsewhere, in a container of its own, or as a user whose processes may not be read. Reads only.
 */
import { hostname, networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { healthOf } from "../tools/kit/investigation/health-rules.js";
import { kindOfWords } from "../tools/kit/investigation/who.js";
import type { FoundCall, FoundService } from "./found.js";
import { filesWrittenBy, holdersOf, inodesOf, type Process, type Socket, socketsOf } from "./proc-net.js";
import { portsToldTo } from "./settings.js";

/** Connections that last for milliseconds are seen by looking more than once; a busy machine is looked at less often. */
const LOOKS_MAX = 60;
const LOOK_EVERY_MS = 40;
const LOOK_FOR_MS = 2_500;
const PORTS_TOLD_MAX = 5;
const LOG_FILE = /\.(?:log|jsonl?|txt|out|err)$/;
/** What they call, they watch. */
const WATCHERS = new Set(["monitor", "host", "platform"]);
const STANDS_BY = new Set([...WATCHERS, "probe"]);

export interface FoundSockets {
  calls: FoundCall[];
  /** Where services listen, by their names. */
  addresses: ReadonlyMap<string, string[]>;
  /** Whose each file is that processes hold open to write, where one service alone does. */
  files: ReadonlyMap<string, string>;
}

/** Processes of one service, and the ports on which others reach it. */
interface Owner {
  service: FoundService;
  processes: Process[];
  /** Those that Prometheus asks: exporters, or the same. */
  scraped: Process[];
  ports: Set<number>;
}

/** `lookForMs`: a process that connects for each call is seen only where it is looked at long enough. */
export async function discoverSockets(
  services: readonly FoundService[],
  proc = "/proc",
  lookForMs = LOOK_FOR_MS,
): Promise<FoundSockets> {
  const local = services.filter((one) => localPorts(one).length > 0);
  if (local.length === 0) return { calls: [], addresses: new Map(), files: new Map() };
  const first = await socketsOf(proc);
  const listeners = first.filter(({ state }) => state === "listens");
  const held = await holdersOf(proc, new Set(listeners.map(({ inode }) => inode)));
  const scraped = new Set(local.flatMap(localPorts));
  const inodes = new Set(listeners.filter(({ port }) => scraped.has(port)).map(({ inode }) => inode));
  const kinds = new Set(local.filter(isWatched).map(({ kinds: [main] }) => main));
  const isMeant = (one: Process) => [...one.inodes].some((inode) => inodes.has(inode)) || kinds.has(kindOf(one) ?? "");
  const processes = held.filter(isMeant);
  const looks = await openOf(proc, processes, first, lookForMs);
  const owners = ownersOf(local, processes, listeners, looks);
  const seen = callsBetween(owners, looks, "sockets");
  const told = callsBetween(owners, await settingsOf(proc, owners), "settings");
  return {
    calls: [...seen, ...withoutCircles(told, seen)],
    addresses: addressesOf(owners),
    files: await filesOf(proc, owners),
  };
}

/** The other ends of what each process holds open, in all looks. */
type Samples = ReadonlyMap<string, ReadonlySet<number>>;

async function openOf(
  proc: string,
  processes: readonly Process[],
  first: readonly Socket[],
  lookForMs: number,
): Promise<Samples> {
  const own = ownAddresses();
  const found = new Map(processes.map(({ pid }) => [pid, new Set<number>()]));
  const until = performance.now() + lookForMs;
  for (let look = 0; look < LOOKS_MAX && (look < 2 || performance.now() < until); look++) {
    if (look > 0) await pause(LOOK_EVERY_MS);
    const sockets = look === 0 ? first : await socketsOf(proc);
    const open = sockets.filter(({ state, remote }) => state === "open" && own.has(remote));
    await Promise.all(
      processes.map(async ({ pid, inodes }) => {
        const held = look === 0 ? inodes : await inodesOf(proc, pid);
        for (const { inode, remotePort } of open) if (held.has(inode)) found.get(pid)?.add(remotePort);
      }),
    );
  }
  return found;
}

function ownersOf(
  services: readonly FoundService[],
  processes: readonly Process[],
  listeners: readonly Socket[],
  looks: Samples,
): Owner[] {
  const portsOf = (process: Process) =>
    listeners.filter(({ inode }) => process.inodes.has(inode)).map(({ port }) => port);
  const listening = (ports: ReadonlySet<number>) =>
    processes.filter((one) => portsOf(one).some((port) => ports.has(port)));
  return services.map((service) => {
    const scraped = listening(new Set(localPorts(service)));
    const own = isWatched(service) ? watchedBy(service, scraped, { services, processes, looks, listening }) : scraped;
    return { service, processes: own, scraped, ports: new Set(own.flatMap(portsOf)) };
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

/** By the first word of the program's name that stands for a thing: `redis-server`, `mysqld`. A machine is no program. */
function kindOf({ name }: Process): string | undefined {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const kinds = words.flatMap((word) => kindOfWords([word]) ?? kindOfWords([word.replace(/d$/, "")]) ?? []);
  return kinds.find((kind) => !STANDS_BY.has(healthOf(kind)?.role ?? ""));
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

/** Ports that each process is told of. */
async function settingsOf(proc: string, owners: readonly Owner[]): Promise<Samples> {
  const own = new Set(["localhost", hostname(), ...localAddresses()]);
  const pids = [...new Set(owners.flatMap(({ processes }) => processes.map(({ pid }) => pid)))];
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await portsToldTo(proc, pid, own)] as const)));
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

const roleOf = ({ kinds: [main] }: FoundService): string => healthOf(main ?? "")?.role ?? "app";
const isWatched = ({ kinds: [main] }: FoundService): boolean => healthOf(main ?? "")?.seen === "exporter";

/** Ports of its instances that are on this machine. */
function localPorts({ instances }: FoundService): number[] {
  const hosts = new Set(["localhost", hostname(), ...localAddresses()]);
  return instances.flatMap((instance) => {
    const [, host = "", port = ""] = /^\[?([^\]/]+?)\]?:(\d{1,5})$/.exec(instance) ?? [];
    return hosts.has(host) ? [Number(port)] : [];
  });
}

const localAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));

/** This machine's addresses in the form of the kernel's tables; of IPv6 its loopback and what maps to IPv4. */
function ownAddresses(): Set<string> {
  const four = ["127.0.0.1", ...localAddresses()].filter((address) => /^[\d.]+$/.test(address)).map(hexOf);
  const mapped = four.map((hex) => `0000000000000000FFFF0000${hex}`);
  return new Set([...four, ...mapped, "00000000000000000000000001000000"]);
}

const hexOf = (address: string): string =>
  address
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase())
    .join("");
