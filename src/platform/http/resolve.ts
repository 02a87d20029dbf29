/** From a checked host to the addresses that may be connected to: DNS is asked once, and every answer is checked. */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type CheckedHost, checkAddress, type NetworkRules } from "./check-url.js";
import { HttpFailure } from "./failure.js";
import { Aborted, type Address } from "./send.js";

/** All addresses of a host name, as `dns.lookup` gives them. */
export type Lookup = (host: string) => Promise<ReadonlyArray<{ address: string; family: number }>>;

export interface ResolveOptions {
  network: NetworkRules;
  lookup?: Lookup;
}

/** Every address of the host, each one checked: a name with one bad address is refused whole. */
export async function resolveAddresses(
  options: ResolveOptions,
  checked: CheckedHost,
  signal: AbortSignal,
): Promise<Address[]> {
  if (checked.isAddress) return [toAddress(checked.host)];
  const found = await abortable(lookUp(options.lookup ?? systemAddresses, checked.host), signal);
  if (found.length === 0) {
    throw new HttpFailure("source-unreachable", `no address is known for ${checked.host}`, false, "check the name");
  }
  for (const { address } of found) {
    const problem = checkAddress(address, checked, options.network);
    if (problem !== undefined) throw new HttpFailure(problem.code, problem.message, false, problem.hint);
  }
  return found.map(({ address }) => toAddress(address));
}

const systemAddresses: Lookup = (host) => systemLookup(host, { all: true, verbatim: true });
const toAddress = (address: string): Address => ({ address, family: isIP(address) === 6 ? 6 : 4 });

async function lookUp(lookup: Lookup, host: string): ReturnType<Lookup> {
  try {
    return await lookup(host);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    const why = code === "ENOTFOUND" ? "no such name" : `the resolver failed with ${code.slice(0, 40)}`;
    throw new HttpFailure("source-unreachable", `${host} has no address: ${why}`, false, "check the name");
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Aborted(false));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
