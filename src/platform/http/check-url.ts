/** The network policy's verdict on a URL and on an address, without asking DNS. */
import { isIP } from "node:net";
import type { Problem, ProblemCode } from "../../vocabulary/problems.js";
import { type AddressKind, isInRanges, kindOfAddress } from "./addresses.js";
import { bareHost, fitsPattern, isHostName, localKind } from "./hosts.js";

/** What the safety policy says of the network. Absent lists: nothing blocked, nothing private, only declared hosts. */
export interface NetworkRules {
  allowed_hosts?: string[];
  blocked_hosts?: string[];
  /** CIDR ranges of private, loopback or link-local addresses that may be reached. */
  allowed_private?: string[];
}

export interface UrlProblem extends Problem {
  code: "url-invalid" | "host-not-allowed" | "address-not-allowed";
}
export type UrlVerdict = { ok: true } | { ok: false; problem: UrlProblem };

/** A host that passed: what to connect to, in one spelling. */
export interface CheckedHost {
  /** Without brackets and final dot. */
  host: string;
  isAddress: boolean;
  /** It is a declared one that stands on loopback or a private address: that address is implied. */
  implied: boolean;
}
export interface CheckedUrl extends CheckedHost {
  url: URL;
}
export type Examined = { ok: true; checked: CheckedUrl } | { ok: false; problem: UrlProblem };

const URL_MAX_CHARS = 8_000;
/** The URL parser repairs backslashes, blanks and missing slashes; what needs repair may be read differently elsewhere. */
const PLAIN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\\\s]/i;

const refuse = (code: UrlProblem["code"], message: string, hint?: string): { ok: false; problem: UrlProblem } => ({
  ok: false,
  problem: hint === undefined ? { code, at: "url", message } : { code, at: "url", message, hint },
});

/**
 * Whether the policy lets `url` be requested. `declared` are the URLs of the configured sources, targets and
 * channels: with no allow list their hosts are the only ones allowed, and one that stands on loopback or a private
 * address may be reached, for its own scheme, host and port alone. DNS is not asked: the guarded fetch does that.
 */
export function checkUrl(url: string, network: NetworkRules, declared: readonly string[] = []): UrlVerdict {
  const examined = examineUrl(url, network, declared);
  return examined.ok ? { ok: true } : examined;
}

/** The same verdict with what was read from the URL. `implies`: whether a declared URL implies its own address. */
export function examineUrl(text: string, network: NetworkRules, declared: readonly string[], implies = true): Examined {
  const read = readUrl(text);
  if (!read.ok) return read;
  const { url } = read;
  const host = bareHost(url);
  const isAddress = isIP(host) !== 0;
  if (!isAddress && !isHostName(host)) return refuse("url-invalid", "the URL's host must be a DNS name or an address");
  const unlisted = checkHost(host, isAddress, network, declared);
  if (unlisted !== undefined) return unlisted;
  const implied = implies && isDeclaredOrigin(url, declared) && standsOnPrivate(host, isAddress);
  const checked: CheckedUrl = { url, host, isAddress, implied };
  if (isAddress) {
    const problem = checkAddress(host, checked, network);
    if (problem !== undefined) return { ok: false, problem };
  } else if (!implied && !isLocalNameAllowed(host, network)) {
    return refuse(
      "address-not-allowed",
      `${host} names this machine, its network or a metadata service`,
      "add the address range to network.allowed_private in the safety policy",
    );
  }
  return { ok: true, checked };
}

function readUrl(text: string): { ok: true; url: URL } | { ok: false; problem: UrlProblem } {
  const invalid = (message: string, hint?: string) => refuse("url-invalid", message, hint);
  if (text.length > URL_MAX_CHARS) return invalid(`the URL must have at most ${URL_MAX_CHARS} characters`);
  if (/[\x00-\x20\x7f\\]/.test(text)) {
    return invalid("the URL must hold no blanks, control characters or backslashes", "percent-encode them");
  }
  if (!PLAIN_URL.test(text) || !URL.canParse(text))
    return invalid("the URL must be absolute, such as https://host/path");
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return invalid(`the URL must be http or https, got ${url.protocol.slice(0, 20)}`);
  }
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/?#]*@/.test(text)) {
    return invalid("the URL must hold no user name or password", "put them into a header as env:NAME");
  }
  if (url.port === "0") return invalid("the URL's port must be from 1 to 65535, got 0");
  url.hash = "";
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  return { ok: true, url };
}

/** The verdict of the policy's lists on a host, whatever addresses it has. */
export function checkHost(
  host: string,
  isAddress: boolean,
  network: NetworkRules,
  declared: readonly string[],
): { ok: false; problem: UrlProblem } | undefined {
  const fits = (pattern: string) => fitsPattern(host, isAddress, pattern);
  if ((network.blocked_hosts ?? []).some(fits)) {
    return refuse("host-not-allowed", `network.blocked_hosts of the safety policy names the host ${host}`);
  }
  if (network.allowed_hosts !== undefined) {
    if (network.allowed_hosts.some(fits)) return undefined;
    const message = `network.allowed_hosts of the safety policy does not name the host ${host}`;
    return refuse("host-not-allowed", message, `add ${host} to it`);
  }
  if (declared.some((url) => hostOf(url) === host)) return undefined;
  const message = `the host ${host} belongs to no source, target or channel of config.yaml`;
  return refuse("host-not-allowed", message, "declare it there, or name it in network.allowed_hosts");
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? bareHost(new URL(url)) : undefined;
}

const originOf = (url: URL): string => `${url.protocol}//${bareHost(url)}:${url.port}`;

function isDeclaredOrigin(url: URL, declared: readonly string[]): boolean {
  return declared.some((text) => URL.canParse(text) && originOf(new URL(text)) === originOf(url));
}

/** A name in DNS can be pointed anywhere, so only an address, or the name of this machine, stands on loopback. */
function standsOnPrivate(host: string, isAddress: boolean): boolean {
  return isAddress ? isPrivateKind(kindOfAddress(host)) : localKind(host) === "loopback";
}
const isPrivateKind = (kind: AddressKind): boolean => kind === "loopback" || kind === "private";

function isLocalNameAllowed(host: string, network: NetworkRules): boolean {
  const kind = localKind(host);
  if (kind === undefined) return true;
  const ranges = network.allowed_private ?? [];
  if (kind === "loopback") return isInRanges("127.0.0.1", ranges) || isInRanges("::1", ranges);
  if (kind === "metadata") return isInRanges("169.254.169.254", ranges);
  return ranges.length > 0;
}

/** The verdict on an address that a URL names or that DNS answered with. */
export function checkAddress(address: string, checked: CheckedHost, network: NetworkRules): UrlProblem | undefined {
  const shown = checked.isAddress ? address : `${address}, which ${checked.host} resolves to,`;
  if ((network.blocked_hosts ?? []).some((pattern) => pattern !== "*" && fitsPattern(address, true, pattern))) {
    return problem("host-not-allowed", `network.blocked_hosts of the safety policy names ${shown.replace(/,$/, "")}`);
  }
  const kind = kindOfAddress(address);
  if (kind === "public" || isInRanges(address, network.allowed_private ?? [])) return undefined;
  if (checked.implied && (checked.isAddress ? isPrivateKind(kind) : kind === "loopback")) return undefined;
  const message = `the address ${shown} is ${kind === "special" ? "reserved for a special purpose" : kind}`;
  return problem(
    "address-not-allowed",
    message,
    "add its range to network.allowed_private in the safety policy, if it is meant",
  );
}

const problem = (code: Extract<ProblemCode, UrlProblem["code"]>, message: string, hint?: string): UrlProblem =>
  refuse(code, message, hint).problem;
