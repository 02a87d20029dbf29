/** Host names: their one spelling, the patterns of the network policy, and the names that mean this machine. */
import { domainToASCII } from "node:url";
import { isSameAddress } from "./addresses.js";

const LABEL = /^[a-z0-9_-]{1,63}$/;
const NAME_MAX_CHARS = 253;

/** Names that mean this machine or the network around it, whatever DNS says. */
const LOOPBACK_NAMES = new Set([
  "localhost",
  "localhost4",
  "localhost6",
  "ip6-localhost",
  "ip6-loopback",
  "loopback",
  "broadcasthost",
]);
const LOCAL_NAMES = new Set([
  "ip6-localnet",
  "ip6-mcastprefix",
  "ip6-allnodes",
  "ip6-allrouters",
  "ip6-allhosts",
  "kubernetes",
  "kubernetes.default",
]);
const LOCAL_SUFFIXES = [".local", ".localdomain", ".internal", ".svc", ".home.arpa"];
/** Names under which clouds hand out credentials, beside those that end in `.internal`. */
const METADATA_NAMES = new Set([
  "metadata",
  "instance-data",
  "rancher-metadata",
  "metadata.goog",
  "metadata.tencentyun.com",
  "metadata.packet.net",
  "metadata.platformequinix.com",
]);

/** `loopback`, `local` (a private network's) or `metadata`; undefined for a name like any other. */
export function localKind(host: string): "loopback" | "local" | "metadata" | undefined {
  if (LOOPBACK_NAMES.has(host) || host.endsWith(".localhost")) return "loopback";
  if (/^(localhost|ip6-localhost|localhost[46])\.localdomain[46]?$/.test(host)) return "loopback";
  if (METADATA_NAMES.has(host) || /^(metadata|instance-data)\..*internal$/.test(host)) return "metadata";
  if (LOCAL_NAMES.has(host) || LOCAL_SUFFIXES.some((suffix) => host.endsWith(suffix))) return "local";
  return undefined;
}

/** Whether the text, in the URL parser's spelling and without a final dot, is a possible DNS name. */
export function isHostName(host: string): boolean {
  return host.length <= NAME_MAX_CHARS && host.split(".").every((label) => LABEL.test(label));
}

/** The host of a URL as it is compared and connected to: no brackets, no final dot. */
export function bareHost(url: URL): string {
  const host = url.hostname;
  if (host.startsWith("[")) return host.slice(1, -1);
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

function canonicalPattern(pattern: string): string {
  const text = pattern
    .trim()
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^\[(.*)\]$/, "$1");
  return text.includes("*") ? text : domainToASCII(text) || text;
}

/**
 * Whether `host` fits a pattern of the policy. `*` fits everything; `*.x.com` fits every name below x.com and not
 * x.com itself; another `*` stands for characters within one label. An address fits only itself and `*`.
 */
export function fitsPattern(host: string, isAddress: boolean, pattern: string): boolean {
  const text = canonicalPattern(pattern);
  if (text === "*") return true;
  if (isAddress) return isSameAddress(host, text);
  const below = text.startsWith("*.");
  const wanted = (below ? text.slice(2) : text).split(".");
  const labels = host.split(".");
  if (below ? labels.length <= wanted.length : labels.length !== wanted.length) return false;
  const tail = labels.slice(labels.length - wanted.length);
  return tail.every((label, index) => fitsLabel(label, wanted[index] ?? ""));
}

/** Stars within a label, matched without a regular expression: linear, whatever the policy holds. */
function fitsLabel(label: string, pattern: string): boolean {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return label === first;
  const last = pieces[pieces.length - 1] ?? "";
  if (!label.startsWith(first) || !label.endsWith(last) || label.length < first.length + last.length) return false;
  let from = first.length;
  const end = label.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = label.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
