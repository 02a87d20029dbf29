/** The only way out to the network: each URL, each address it resolves to and each redirect is checked first. */
import { isSecretHeader, resolveHeader, type SecretResolver, withoutSecrets } from "../secrets.js";
import { kindOfAddress } from "./addresses.js";
import { type CheckedUrl, examineUrl, type NetworkRules, type UrlProblem } from "./check-url.js";
import type { GuardedFetch, HttpAnswer, HttpRequest, TlsFiles } from "./contract.js";
import { HttpFailure } from "./failure.js";
import { type Lookup, resolveAddresses } from "./resolve.js";
import { Aborted, type Address, type HopAnswer, place, type Send, send } from "./send.js";

const REDIRECTS_MAX = 5;
const DEFAULT_TIMEOUT_MS = 30_000;
/** A redirect to another origin takes only these along: any other header may be meant for the first one alone. */
const PORTABLE_HEADERS = new Set(["accept", "accept-encoding", "accept-language", "content-type", "user-agent"]);

export interface GuardedFetchOptions {
  network: NetworkRules;
  /** The URLs of the configured sources, targets and channels. */
  declaredUrls: readonly string[];
  resolveSecret: SecretResolver;
  lookup?: Lookup;
  /** Carries one checked request; replaced only by tests. */
  send?: Send;
}

interface Exchange {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  /** How its answer is read. */
  reading: Pick<HttpRequest, "maxBytes" | "encoding">;
  tls?: TlsFiles;
}

/** Makes the guarded fetch of one policy and configuration. It keeps no connection and no secret. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  return async (url, request = {}) => {
    const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    try {
      return await follow(options, url, request, signal);
    } catch (error) {
      if (!(error instanceof Aborted)) throw error;
      if (request.signal?.aborted) throw new HttpFailure("cancelled", "the request was cancelled", error.sent);
      const host = URL.canParse(url) ? new URL(url).host : "the host";
      throw new HttpFailure("timed-out", `${host} did not answer within ${timeoutMs} ms`, error.sent);
    }
  };
}

async function follow(
  options: GuardedFetchOptions,
  url: string,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const startedAt = performance.now();
  let exchange: Exchange = {
    url,
    method: request.method ?? "GET",
    headers: { "user-agent": "autoops", "accept-encoding": "identity", ...lowerCased(request.headers ?? {}) },
    body: request.bytes ?? request.body,
    reading: { maxBytes: request.maxBytes, encoding: request.encoding },
    tls: request.tls,
  };
  const sent: string[] = [];
  // What stands on loopback is implied for whoever asks for it, never for a host that points there.
  let implies = true;
  for (let redirects = 0; ; redirects++) {
    const checked = examine(options, exchange.url, implies, redirects > 0);
    const answer = await singleExchange(options, checked, exchange, signal, sent);
    const location = request.redirect === "refuse" ? undefined : redirectOf(answer);
    if (location === undefined) {
      return withoutSent({ ...answer, ms: Math.round(performance.now() - startedAt), url: checked.url.href }, sent);
    }
    if (redirects >= REDIRECTS_MAX) {
      const message = `${place(checked)} redirected more than ${REDIRECTS_MAX} times`;
      throw new HttpFailure("source-answer-invalid", message, true);
    }
    exchange = redirected(exchange, answer.status, location, checked.url);
    implies &&= new URL(exchange.url).origin === checked.url.origin;
  }
}

/** Whoever was told a secret may repeat it, in an error for instance: the answer is cleaned of what was sent. */
function withoutSent(answer: HttpAnswer, sent: readonly string[]): HttpAnswer {
  if (sent.length === 0) return answer;
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, withoutSecrets(value, sent)]);
  const [text, url] = [withoutSecrets(answer.text, sent), withoutSecrets(answer.url, sent)];
  return { ...answer, text, url, headers: Object.fromEntries(headers) };
}

function examine(options: GuardedFetchOptions, url: string, implies: boolean, sent: boolean): CheckedUrl {
  const examined = examineUrl(url, options.network, options.declaredUrls, implies);
  if (!examined.ok) throw refused(examined.problem, sent);
  return examined.checked;
}

const refused = (problem: UrlProblem, sent: boolean): HttpFailure =>
  new HttpFailure(problem.code, sent ? `after a redirect, ${problem.message}` : problem.message, sent, problem.hint);

async function singleExchange(
  options: GuardedFetchOptions,
  checked: CheckedUrl,
  exchange: Exchange,
  signal: AbortSignal,
  sent: string[],
): Promise<HopAnswer> {
  const addresses = await resolveAddresses(options, checked, signal);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(exchange.headers)) {
    if (isSecretHeader(value) && checked.url.protocol === "http:" && !addresses.every(isLoopback)) {
      const message = `a secret must not go over plain HTTP to ${checked.host}`;
      throw new HttpFailure("secret-over-http", message, false, "use https");
    }
    headers[name] = resolveHeader(value, (reference) => {
      const secret = options.resolveSecret(reference);
      sent.push(secret);
      return secret;
    });
    // Behind `Basic` it goes out in another form.
    if (isSecretHeader(value)) sent.push(headers[name].slice(headers[name].indexOf(" ") + 1));
  }
  const { method, body, reading, tls } = exchange;
  const { url, host } = checked;
  const hop = { url, host, addresses, method, headers, body, signal, ...reading, tls };
  return (options.send ?? send)(hop);
}

const isLoopback = (address: Address): boolean => kindOfAddress(address.address) === "loopback";

function redirectOf(answer: HopAnswer): string | undefined {
  return [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.location : undefined;
}

/** The request that a redirect asks for: its method by the rules of HTTP, its headers only for the same origin. */
function redirected(exchange: Exchange, status: number, location: string, from: URL): Exchange {
  if (!URL.canParse(location, from.href)) {
    throw new HttpFailure("url-invalid", `${from.host} redirected to something that is not a URL`, true);
  }
  const to = new URL(location, from);
  // A scheme of its own is looked at as it stands: the parser would repair what the check refuses.
  const url = /^[a-z][a-z0-9+.-]*:/i.test(location) ? location : to.href;
  const becomesGet = (status === 303 && exchange.method !== "HEAD") || (status <= 302 && exchange.method === "POST");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(exchange.headers)) {
    if (to.origin !== from.origin && (!PORTABLE_HEADERS.has(name) || isSecretHeader(value))) continue;
    if (becomesGet && name === "content-type") continue;
    headers[name] = value;
  }
  const method = becomesGet ? "GET" : exchange.method;
  // A certificate shown to one origin, or an authority trusted for it, means nothing to another.
  const tls = to.origin === from.origin && exchange.tls !== undefined ? { tls: exchange.tls } : {};
  const { body, reading } = exchange;
  return { url, method, headers, body: becomesGet ? undefined : body, reading, ...tls };
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
