/** Waits until another machine may be asked, as `rates` of config.yaml allow all workers together, and heeds Retry-After. */
import { isIP } from "node:net";
import { datadogUrl } from "../../schema/config/metrics.js";
import type { RateRule } from "../../schema/config/rates.js";
import type { Config } from "../../schema/config.js";
import { DEFAULT_RATES, RATE_GRANT_LASTS_MS, RATE_GRANT_MAX } from "../../vocabulary/rate-limits.js";
import { ToolFailure, toolFailure } from "../failure.js";
import type { RateKeeper } from "../temporal/rate-keeper.js";
import type { GuardedFetch } from "./contract.js";
import { bareHost, fitsPattern } from "./hosts.js";
import { retryAfterMs } from "./retry-after.js";

const DEFAULT_WAIT_MS = 30_000;
const ASKED_TOO_OFTEN = [429, 503];

interface Rate extends Pick<RateRule, "per_minute" | "burst"> {
  name: string;
  /** Nobody asked for it: where nobody can tell whose turn it is, the request is made. */
  isDefault?: true;
}

/** Granted requests that nobody has made yet: when each may be made, milliseconds of this machine's clock. */
interface Grants {
  dueMs: number[];
  /** The question to the keeper that is under way. */
  asking: Promise<void>;
}

export interface RatesOptions {
  config: Config;
  keeper: Pick<RateKeeper, "take" | "hold">;
  now?: () => number;
}

/** The given fetch, at the configured rates. Throws `ToolFailure("rate-limited")` where the wait would be too long. */
export function ratedFetch(unrated: GuardedFetch, options: RatesOptions): GuardedFetch {
  const turns = new Turns(options);
  const { now = Date.now } = options;
  return async (url, request) => {
    const host = URL.canParse(url) ? bareHost(new URL(url)) : "";
    const deadlineMs = now() + (request?.timeoutMs ?? DEFAULT_WAIT_MS);
    await turns.waitFor(host, deadlineMs, request?.signal);
    const answer = await unrated(url, request);
    const forMs = ASKED_TOO_OFTEN.includes(answer.status) ? retryAfterMs(answer.headers, now()) : undefined;
    if (forMs !== undefined && forMs > 0) await turns.heed(host, forMs);
    return answer;
  };
}

class Turns {
  readonly #keeper: RatesOptions["keeper"];
  readonly #now: () => number;
  readonly #rules: Array<[name: string, rule: RateRule]>;
  readonly #hostsOfRules: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #byDefault: ReadonlyMap<string, Rate[]>;
  readonly #grants = new Map<string, Grants>();
  /** Until when a host wants to be left alone, as it told this worker. */
  readonly #held = new Map<string, number>();

  constructor({ config, keeper, now = Date.now }: RatesOptions) {
    this.#keeper = keeper;
    this.#now = now;
    this.#rules = Object.entries(config.rates ?? {});
    this.#hostsOfRules = new Map(this.#rules.map(([name, rule]) => [name, hostsOf(config, rule.kinds)]));
    this.#byDefault = defaultRates(config);
  }

  async waitFor(host: string, deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const heldUntilMs = this.#held.get(host) ?? 0;
    if (heldUntilMs > deadlineMs) throw heldBack(host, heldUntilMs - this.#now());
    if (heldUntilMs > this.#now()) await waitMs(heldUntilMs - this.#now(), signal);
    else this.#held.delete(host);
    for (const rate of this.#ratesFor(host)) {
      await this.#take(rate, deadlineMs, signal).catch((error: unknown) => {
        const isAnswer = error instanceof ToolFailure && ["rate-limited", "cancelled"].includes(error.code);
        if (isAnswer || rate.isDefault === undefined) throw error;
      });
    }
  }

  async heed(host: string, forMs: number): Promise<void> {
    this.#held.set(host, Math.max(this.#held.get(host) ?? 0, this.#now() + forMs));
    for (const { name } of this.#ratesFor(host)) {
      this.#grants.delete(name);
      // This worker heeds it in any case; that the others hear of it must not cost the answer.
      await this.#keeper.hold({ rate: name, forMs }).catch(() => undefined);
    }
  }

  #ratesFor(host: string): Rate[] {
    const own = this.#rules.filter(([name, rule]) => isMeant(rule, this.#hostsOfRules.get(name) ?? new Set(), host));
    if (own.length === 0) return this.#byDefault.get(host) ?? [];
    return own.map(([name, rule]) => ({ ...rule, name: rule.each_host ? `${name}/${host}` : name }));
  }

  async #take(rate: Rate, deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const own = this.#grants.get(rate.name) ?? { dueMs: [], asking: Promise.resolve() };
    this.#grants.set(rate.name, own);
    const mine = own.asking.then(() => this.#nextGrant(own, rate, deadlineMs));
    own.asking = mine.then(
      () => undefined,
      () => undefined,
    );
    await waitMs((await mine) - this.#now(), signal);
  }

  async #nextGrant(own: Grants, rate: Rate, deadlineMs: number): Promise<number> {
    own.dueMs = own.dueMs.filter((dueMs) => dueMs > this.#now() - RATE_GRANT_LASTS_MS);
    if (own.dueMs.length === 0) {
      const count = Math.min(RATE_GRANT_MAX, Math.max(1, Math.floor(rate.per_minute / 60)));
      const { per_minute: perMinute, burst } = rate;
      const maxWaitMs = Math.max(0, deadlineMs - this.#now());
      const answer = await this.#keeper.take({ rate: rate.name, perMinute, burst, count, maxWaitMs });
      if (!answer.ok) throw tooOften(rate, answer.waitMs);
      own.dueMs = answer.waitsMs.map((ms) => this.#now() + ms);
    }
    const dueMs = own.dueMs.shift() ?? this.#now();
    if (dueMs > deadlineMs) throw tooOften(rate, dueMs - this.#now());
    return dueMs;
  }
}

async function waitMs(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(toolFailure("cancelled", "it was cancelled while it waited for its turn"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}

function isMeant(rule: RateRule, ofKinds: ReadonlySet<string>, host: string): boolean {
  return ofKinds.has(host) || rule.hosts.some((pattern) => fitsPattern(host, isIP(host) !== 0, pattern));
}

/** What holds for a vendor's host that no rate of config.yaml names. Doubles on this machine are no vendors. */
function defaultRates(config: Config): Map<string, Rate[]> {
  const rates = new Map<string, Rate[]>();
  for (const [kind, rate] of Object.entries(DEFAULT_RATES)) {
    for (const host of hostsOf(config, [kind])) {
      if (!isLoopback(host)) rates.set(host, [{ ...rate, name: `default-${kind}/${host}`, isDefault: true }]);
    }
  }
  return rates;
}

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);

/** Hosts that no declaration writes out. */
const SLACK_HOST = "slack.com";

/** The hosts of everything that config.yaml declares with one of the kinds; `cluster` has no kind of its own. */
function hostsOf(config: Config, kinds: readonly string[]): Set<string> {
  const hosts = new Set<string>();
  for (const source of Object.values(config.sources)) {
    if (source.kind === "datadog" && kinds.includes("datadog")) hosts.add(new URL(datadogUrl(source)).hostname);
  }
  if (kinds.includes("slack") && config.slack !== undefined) hosts.add(SLACK_HOST);
  const { sources, targets, channels, trackers = {}, clusters = {} } = config;
  const declared = [sources, targets, channels, trackers].flatMap(
    (section) => Object.values(section) as Array<{ kind: string }>,
  );
  const meant = declared.filter(({ kind }) => kinds.includes(kind));
  for (const entry of kinds.includes("kubernetes") ? [...meant, ...Object.values(clusters)] : meant)
    collect(entry, hosts);
  return hosts;
}

/** Adds the hosts of every URL in a declaration. */
function collect(value: unknown, hosts: Set<string>): void {
  if (typeof value === "string" && /^https?:\/\//.test(value) && URL.canParse(value))
    hosts.add(bareHost(new URL(value)));
  if (typeof value !== "object" || value === null) return;
  for (const child of Object.values(value)) collect(child, hosts);
}

function tooOften({ name, per_minute }: Rate, waitMs: number): ToolFailure {
  const message = `the rate ${name} (${per_minute} a minute) is used up for ${seconds(waitMs)}`;
  return toolFailure("rate-limited", message, { hint: "raise it under rates in config.yaml, or ask for less at once" });
}
function heldBack(host: string, waitMs: number): ToolFailure {
  return toolFailure("rate-limited", `${host} wants to be left alone for ${seconds(waitMs)}`, {
    hint: "wait that long",
  });
}
const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1_000))} s`;
