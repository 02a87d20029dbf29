/** Processes of this machine as parts of services: what kind of thing each is, where it listens, whom it is connected to. */
import { hostname, networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { healthOf } from "../tools/kit/investigation/health-rules.js";
import { kindOfWords } from "../tools/kit/investigation/who.js";
import type { FoundService } from "./found.js";
import { inodesOf, type Process, type Socket, socketsOf } from "./proc-net.js";
import { portsToldTo } from "./settings.js";

/** Connections that last for milliseconds are seen by looking more than once; a busy machine is looked at less often. */
const LOOKS_MAX = 60;
const LOOK_EVERY_MS = 40;
/** What they call, they watch. */
export const WATCHERS = new Set(["monitor", "host", "platform"]);
export const STANDS_BY = new Set([...WATCHERS, "probe"]);

/** Processes of one service, and the ports on which others reach it. */
export interface Owner {
  service: FoundService;
  processes: Process[];
  /** Those that Prometheus asks: exporters, or the same. */
  scraped: Process[];
  ports: Set<number>;
}

/** The other ends of what each process holds open, in all looks. */
export type Samples = ReadonlyMap<string, ReadonlySet<number>>;

export async function openOf(
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

/** Ports that each process is told of. */
export async function settingsOf(proc: string, owners: readonly Owner[]): Promise<Samples> {
  const own = new Set(["localhost", hostname(), ...localAddresses()]);
  const pids = [...new Set(owners.flatMap(({ processes }) => processes.map(({ pid }) => pid)))];
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await portsToldTo(proc, pid, own)] as const)));
}

/** By the first word of the program's name that stands for a thing: `redis-server`, `mysqld`. A machine is no program. */
export function kindOf({ name }: Process): string | undefined {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const kinds = words.flatMap((word) => kindOfWords([word]) ?? kindOfWords([word.replace(/d$/, "")]) ?? []);
  return kinds.find((kind) => !STANDS_BY.has(healthOf(kind)?.role ?? ""));
}

export const portsOf = (process: Process, listeners: readonly Socket[]): number[] =>
  listeners.filter(({ inode }) => process.inodes.has(inode)).map(({ port }) => port);

export const roleOf = ({ kinds: [main] }: FoundService): string => healthOf(main ?? "")?.role ?? "app";
export const isProbe = (service: FoundService): boolean => roleOf(service) === "probe";
export const isWatched = ({ kinds: [main] }: FoundService): boolean => healthOf(main ?? "")?.seen === "exporter";

/** Ports of its instances that are on this machine. */
export function localPorts({ instances }: FoundService): number[] {
  const hosts = new Set(["localhost", hostname(), ...localAddresses()]);
  return instances.flatMap((instance) => {
    const [, host = "", port = ""] = /^(?:[a-z]+:\/\/)?\[?([^\]/]+?)\]?:(\d{1,5})(?:\/.*)?$/.exec(instance) ?? [];
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
