/** Where a program listens, as a setting gives it: a port of this machine alone, or an address that is named. */
import { isIP, isIPv6 } from "node:net";

export interface ListenAddress {
  /** An IP address, without brackets. */
  host: string;
  port: number;
}

const LOOPBACK = "127.0.0.1";
const PATTERN = /^(?:(localhost|[\d.]+|\[[\da-fA-F:.]+\]):)?([1-9]\d{0,4})$/;

/**
 * Reads `PORT`, `ADDRESS:PORT` or `[IPv6]:PORT`. A port alone is one of 127.0.0.1: nothing listens for the network unless an
 * address says so. Undefined for anything else; a name but `localhost` is refused, for what it means may change.
 */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, named, digits] = PATTERN.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  if (named === undefined || named === "localhost") return { host: LOOPBACK, port };
  const host = named.replace(/^\[|\]$/g, "");
  const isBracketed = host !== named;
  return isIP(host) !== 0 && isIPv6(host) === isBracketed ? { host, port } : undefined;
}

/** As `parseListenAddress` reads it. */
export function listenAddressText({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
