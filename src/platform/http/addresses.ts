/** Which addresses may be connected to: public unicast, and nothing that has a special meaning. Owns `ipaddr.js`. */
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What an address is: `public`, or the reason why it is special. */
export type AddressKind = "public" | "loopback" | "private" | "special";

/** Public-looking addresses that clouds answer with credentials on (Azure's host, beside those in special ranges). */
const METADATA_ADDRESSES = new Set(["168.63.129.16"]);

const GLOBAL_UNICAST = ipaddr.parseCIDR("2000::/3");
const NAT64 = ipaddr.parseCIDR("64:ff9b::/96");
const PRIVATE_RANGES = new Set(["private", "carrierGradeNat", "uniqueLocal"]);

/** Reads an address as DNS or a URL gives it; an IPv4 address wrapped in IPv6 is unwrapped. */
function parse(text: string): Address | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  return unwrap(ipaddr.parse(text));
}

function unwrap(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function lastFour(address: ipaddr.IPv6): ipaddr.IPv4 {
  return ipaddr.fromByteArray(address.toByteArray().slice(12)) as ipaddr.IPv4;
}

function kindOfV4(address: ipaddr.IPv4): AddressKind {
  const range = address.range();
  if (range === "loopback") return "loopback";
  if (PRIVATE_RANGES.has(range)) return "private";
  if (range !== "unicast" || METADATA_ADDRESSES.has(address.toString())) return "special";
  return "public";
}

function kindOfV6(address: ipaddr.IPv6): AddressKind {
  const range = address.range();
  if (range === "loopback") return "loopback";
  if (PRIVATE_RANGES.has(range)) return "private";
  // The translator connects to the address inside, so that one counts.
  if (address.match(NAT64)) return kindOfV4(lastFour(address)) === "public" ? "public" : "special";
  if (range !== "unicast" || !address.match(GLOBAL_UNICAST)) return "special";
  const [, , , , high, low] = address.parts;
  const isIsatap = low === 0x5efe && (high === 0 || high === 0x200);
  return isIsatap && kindOfV4(lastFour(address)) !== "public" ? "special" : "public";
}

/** What `text` is; anything that is no address counts as special. */
export function kindOfAddress(text: string): AddressKind {
  const address = parse(text);
  if (address === undefined) return "special";
  return address instanceof ipaddr.IPv4 ? kindOfV4(address) : kindOfV6(address);
}

/** Whether one of the CIDR `ranges` holds the address. A range that cannot be read holds nothing. */
export function isInRanges(text: string, ranges: readonly string[]): boolean {
  const address = parse(text);
  if (address === undefined) return false;
  return ranges.some((range) => {
    if (!ipaddr.isValidCIDR(range)) return false;
    const [base, bits] = ipaddr.parseCIDR(range);
    return base.kind() === address.kind() && (address as ipaddr.IPv4).match(base as ipaddr.IPv4, bits);
  });
}

/** Whether two texts mean the same address. */
export function isSameAddress(a: string, b: string): boolean {
  const left = parse(a);
  return left !== undefined && left.toString() === parse(b)?.toString();
}
