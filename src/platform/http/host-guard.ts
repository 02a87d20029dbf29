/** The guarded fetch's checks for tools that speak another protocol: a host and a port become addresses to connect to. */
import { checkName, examineHost } from "./check-reach.js";
import type { UrlProblem } from "./check-url.js";
import type { HostGuard } from "./contract.js";
import { HttpFailure } from "./failure.js";
import { type ResolveOptions, resolveAddresses } from "./resolve.js";
import { Aborted } from "./send.js";

const DEFAULT_TIMEOUT_MS = 10_000;

export interface HostGuardOptions extends ResolveOptions {
  /** The URLs of the configured sources, targets and channels. */
  declaredUrls: readonly string[];
}

/** Makes the host guard of one policy and configuration. */
export function createHostGuard(options: HostGuardOptions): HostGuard {
  return {
    async resolve(host, port, { signal: given, timeoutMs = DEFAULT_TIMEOUT_MS, implies } = {}) {
      const examined = examineHost(host, port, options.network, options.declaredUrls, implies);
      if (!examined.ok) throw refused(examined.problem);
      const { checked } = examined;
      const deadline = AbortSignal.timeout(timeoutMs);
      const signal = given === undefined ? deadline : AbortSignal.any([deadline, given]);
      try {
        const addresses = await resolveAddresses(options, checked, signal);
        return { host: checked.host, port, isAddress: checked.isAddress, addresses };
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        if (given?.aborted) throw new HttpFailure("cancelled", "the call was cancelled", false);
        throw new HttpFailure("timed-out", `${checked.host} was not resolved within ${timeoutMs} ms`, false);
      }
    },
    async checkName(name) {
      const verdict = checkName(name, options.network, options.declaredUrls);
      if (!verdict.ok) throw refused(verdict.problem);
    },
  };
}

const refused = ({ code, message, hint }: UrlProblem): HttpFailure => new HttpFailure(code, message, false, hint);
