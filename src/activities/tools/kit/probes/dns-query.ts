/** One question to a resolver, and what came back: an ending of the protocol is an answer, not an error. */
import { type CaaRecord, promises as dns } from "node:dns";
import { DNS_ANSWER_MAX_CHARS } from "../../../../vocabulary/probe-limits.js";
import { toolFailure } from "../../../define-tool.js";
import { shortened } from "../finding.js";

export const RECORD_TYPES = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** How a question ended. `no-record`: the name exists and has nothing of that type. */
export const DNS_STATUSES = [
  "answered",
  "no-such-name",
  "no-record",
  "server-failure",
  "refused",
  "malformed",
  "timed-out",
  "unreachable",
] as const;
export type DnsStatus = (typeof DNS_STATUSES)[number];

export interface DnsAnswer {
  value: string;
  /** Seconds; null where the resolver's interface does not tell it: it does for A and AAAA alone. */
  ttl: number | null;
}
export interface DnsResult {
  status: DnsStatus;
  answers: DnsAnswer[];
  ms: number;
}

export interface DnsQuestion {
  name: string;
  type: RecordType;
  /** `address:port`, IPv6 in brackets; undefined for the resolvers of this machine. */
  server?: string;
  timeoutMs: number;
  signal: AbortSignal;
}

const STATUS_OF: Record<string, DnsStatus> = {
  ENOTFOUND: "no-such-name",
  ENODATA: "no-record",
  ESERVFAIL: "server-failure",
  EREFUSED: "refused",
  ENOTIMP: "refused",
  EFORMERR: "malformed",
  EBADRESP: "malformed",
  EBADNAME: "malformed",
  ETIMEOUT: "timed-out",
  ECANCELLED: "timed-out",
  ECONNREFUSED: "unreachable",
};

/** Asks once, and a second time where a datagram may have been lost. Throws only where the node was cancelled. */
export async function askDns({ name, type, server, timeoutMs, signal }: DnsQuestion): Promise<DnsResult> {
  // The second try waits twice as long as the first.
  const resolver = new dns.Resolver({ timeout: Math.max(1, Math.floor(timeoutMs / 3)), tries: 2 });
  if (server !== undefined) resolver.setServers([server]);
  const cancel = () => resolver.cancel();
  const timer = setTimeout(cancel, timeoutMs);
  signal.addEventListener("abort", cancel, { once: true });
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const answers = await records(resolver, name, type);
    return { status: answers.length === 0 ? "no-record" : "answered", answers, ms: elapsed() };
  } catch (error) {
    if (signal.aborted) throw toolFailure("cancelled", "the question was cancelled");
    const status = STATUS_OF[(error as NodeJS.ErrnoException).code ?? ""];
    if (status === undefined) throw error;
    return { status, answers: [], ms: elapsed() };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

const plain = (values: readonly string[]): DnsAnswer[] => values.map((value) => ({ value: shown(value), ttl: null }));
const shown = (text: string): string => shortened(text, DNS_ANSWER_MAX_CHARS);

async function records(resolver: dns.Resolver, name: string, type: RecordType): Promise<DnsAnswer[]> {
  switch (type) {
    case "A":
      return (await resolver.resolve4(name, { ttl: true })).map(({ address, ttl }) => ({ value: address, ttl }));
    case "AAAA":
      return (await resolver.resolve6(name, { ttl: true })).map(({ address, ttl }) => ({ value: address, ttl }));
    case "CNAME":
      return plain(await resolver.resolveCname(name));
    case "NS":
      return plain(await resolver.resolveNs(name));
    case "PTR":
      return plain(await resolver.resolvePtr(name));
    case "TXT":
      return plain((await resolver.resolveTxt(name)).map((parts) => parts.join("")));
    case "MX":
      return plain((await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`));
    case "SRV":
      return plain(
        (await resolver.resolveSrv(name)).map((one) => `${one.priority} ${one.weight} ${one.port} ${one.name}`),
      );
    case "SOA": {
      const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name);
      return plain([[nsname, hostmaster, serial, refresh, retry, expire, minttl].join(" ")]);
    }
    case "CAA":
      return plain((await resolver.resolveCaa(name)).map(caaText));
  }
}

/** The property is named as the tag. */
function caaText({ critical, ...tags }: CaaRecord): string {
  const [tag, value] = Object.entries(tags)[0] ?? ["", ""];
  return `${critical} ${tag} ${String(value)}`;
}
