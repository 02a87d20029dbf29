/** What a handshake means: whether the server is to be trusted and why not, and what will soon be wrong with it. */
import { finding, type ToolFinding } from "../finding.js";
import type { Certificate } from "./certificate.js";
import type { Handshake } from "./tls-handshake.js";

type Done = Extract<Handshake, { status: "done" }>;

export interface Seen {
  place: string;
  warnDays: number;
  status: "trusted" | "untrusted" | "handshake-failed" | "unreachable" | "timed-out";
  reason: string | null;
  chain?: Certificate[];
  protocol?: string;
  cipher?: string;
}

const DISTRUST: Record<string, string> = {
  CERT_HAS_EXPIRED: "a certificate of its chain has expired",
  CERT_NOT_YET_VALID: "a certificate of its chain is not valid yet",
  CERT_REVOKED: "its certificate was revoked",
  CERT_UNTRUSTED: "its root is not trusted for servers",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its chain ends in a root that this machine does not trust",
  UNABLE_TO_GET_ISSUER_CERT: "its chain is not complete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its chain is not complete, or ends in a root that this machine does not trust",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate that signed it was not sent, or is not trusted here",
  INVALID_PURPOSE: "its certificate is not meant for servers",
  HOSTNAME_MISMATCH: "its certificate names another host",
};

/** The chain is judged first: what it says of a name counts only then. Both are told. */
export function verdictOf(
  shaken: Done,
  chain: readonly Certificate[],
): { status: "trusted" | "untrusted"; reason: string | null } {
  const reasons: string[] = [];
  const { distrust } = shaken;
  if (distrust !== undefined) reasons.push(DISTRUST[distrust] ?? `it cannot be verified (${distrust.slice(0, 60)})`);
  if (shaken.mismatch !== undefined) {
    const names = chain[0]?.names ?? [];
    const shown = names.length === 0 ? "none" : names.slice(0, 5).join(", ");
    reasons.push(`its certificate does not name the server asked for (it names: ${shown})`);
  }
  return reasons.length === 0
    ? { status: "trusted", reason: null }
    : { status: "untrusted", reason: reasons.join("; ") };
}

/** The first says how it stands; the others what to look after. */
export function findingsOf(seen: Seen): ToolFinding[] {
  const { place, status, reason, chain = [], protocol, cipher, warnDays } = seen;
  const [leaf] = chain;
  const about = leaf === undefined ? [] : [`${leaf.subject}, issued by ${leaf.issuer}, until ${leaf.valid_to}`];
  const spoken = protocol === undefined ? [] : [`${protocol}, ${cipher ?? "unknown cipher"}`];
  const found = [
    finding(`${place}: ${statementOf(seen)}`, [...(reason === null ? [] : [reason]), ...about, ...spoken]),
  ];
  if (status === "trusted" || status === "untrusted") {
    const ending = [...chain].sort((a, b) => a.days_left - b.days_left)[0];
    if (ending !== undefined && ending.days_left < warnDays) found.push(finding(`${place}: ${endOf(ending)}`, about));
    if (/^(?:SSLv|TLSv1$|TLSv1\.[01]$)/.test(protocol ?? ""))
      found.push(finding(`${place}: it speaks ${protocol}, which is outdated`, spoken));
    const bits = Number(/^RSA (\d+)$/.exec(leaf?.key ?? "")?.[1] ?? 2_048);
    if (bits < 2_048) found.push(finding(`${place}: its key of ${bits} bits is too short`, about));
  }
  return found;
}

function statementOf({ status, chain = [] }: Seen): string {
  switch (status) {
    case "trusted":
      return `the certificate is trusted, with ${Math.min(...chain.map((one) => one.days_left))} days left`;
    case "untrusted":
      return "the certificate is not trusted";
    case "handshake-failed":
      return "no TLS handshake came about";
    case "unreachable":
      return "nothing could be reached";
    case "timed-out":
      return "it did not answer in time";
  }
}

function endOf({ days_left, valid_to, subject }: Certificate): string {
  if (days_left < 0) return `the certificate of ${subject} ended on ${valid_to.slice(0, 10)}`;
  return `the certificate of ${subject} ends in ${days_left} ${days_left === 1 ? "day" : "days"}, on ${valid_to.slice(0, 10)}`;
}
