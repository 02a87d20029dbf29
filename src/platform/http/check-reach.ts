/** The network policy's verdict on hosts that are spoken to in another protocol than HTTP, and on names in DNS. */
import { isIP, isIPv6 } from "node:net";
import {
  type CheckedHost,
  checkHost,
  checkUrl,
  examineUrl,
  type NetworkRules,
  type UrlProblem,
  type UrlVerdict,
} from "./check-url.js";
import { bareHost, isHostName } from "./hosts.js";

/** Ports of declared URLs that name none. */
const PORTS: Record<string, string> = { "http:": "80", "https:": "443", "smtp:": "25", "smtps:": "465", "dns:": "53" };
const HOST_MAX_CHARS = 260;
const PORT_MAX = 65_535;

export type ExaminedHost = { ok: true; checked: CheckedHost & { port: number } } | { ok: false; problem: UrlProblem };

const invalid = (message: string, hint?: string): { ok: false; problem: UrlProblem } => ({
  ok: false,
  problem: { code: "url-invalid", at: "host", message, hint },
});

/**
 * The rules of `checkUrl` for a host and a port, whatever is spoken there. A declared place on loopback or a private
 * address is implied for its own host and port, unless `implies` is false. DNS is not asked.
 */
export function examineHost(
  host: string,
  port: number,
  network: NetworkRules,
  declared: readonly string[],
  implies = true,
): ExaminedHost {
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) return invalid(`the port must be from 1 to ${PORT_MAX}`);
  const url = asUrl(host, port);
  if (url === undefined) return invalid("the host must be a DNS name or an address, without scheme, port or path");
  const places = declared.flatMap((text) => placeOf(text) ?? []);
  const examined = examineUrl(url, network, places, implies);
  if (!examined.ok) return { ok: false, problem: { ...examined.problem, at: "host" } };
  const { host: name, isAddress, implied } = examined.checked;
  return { ok: true, checked: { host: name, isAddress, implied, port } };
}

/** The verdict on a name that is only asked of DNS: the policy's lists alone, for nothing is connected to. */
export function checkName(name: string, network: NetworkRules, declared: readonly string[]): UrlVerdict {
  const host = name.toLowerCase().replace(/\.$/, "");
  if (isIP(host) !== 0 || !isHostName(host))
    return invalid("the name must be a DNS name", "write it in its ASCII form");
  return checkHost(host, false, network, declared) ?? { ok: true };
}

/** The verdict on what a tool says that it would reach: a URL, `tcp://host:port`, or `dns:name` for a name alone. */
export function checkReach(reached: string, network: NetworkRules, declared: readonly string[] = []): UrlVerdict {
  if (reached.startsWith("dns:")) return checkName(reached.slice("dns:".length), network, declared);
  if (!reached.startsWith("tcp://")) return checkUrl(reached, network, declared);
  const colon = reached.lastIndexOf(":");
  const examined = examineHost(
    reached.slice("tcp://".length, colon),
    Number(reached.slice(colon + 1)),
    network,
    declared,
  );
  return examined.ok ? { ok: true } : examined;
}

/** As a URL, so that one reader brings every spelling of a name and of an address into one. */
function asUrl(host: string, port: number): string | undefined {
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1];
  const bare = bracketed ?? host;
  if (bare.length > HOST_MAX_CHARS) return undefined;
  if (isIPv6(bare)) return bare.includes("%") ? undefined : `http://[${bare}]:${port}/`;
  const isPlain = bracketed === undefined && bare !== "" && !/[\s\x00-\x20\x7f/\\?#@:%[\]]/.test(bare);
  return isPlain ? `http://${bare}:${port}/` : undefined;
}

/** Host and port of a declared URL, whatever its scheme. */
function placeOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const port = url.port || PORTS[url.protocol];
  return port === undefined ? undefined : asUrl(bareHost(url), Number(port));
}
