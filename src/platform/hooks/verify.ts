/** Whether a delivery is its sender's: each vendor's own scheme, over the bytes as they came. Secrets are compared in constant time. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { HOOK_WINDOW_SECONDS } from "../../vocabulary/delivery-limits.js";

export interface HookRequest {
  header(name: string): string | undefined;
  body: Buffer;
}

/** `delivery`: the sender's own id of it, where there is one that is signed. */
export type Verdict = { ok: true; delivery?: string } | { ok: false; reason: string };

/** Any of them counts, so that a secret can be changed without a gap. */
export type Secrets = readonly string[];

const NO = (reason: string): Verdict => ({ ok: false, reason });
const UNFIT = NO("the signature does not fit");

/** As a bearer token, as the password of basic sign-in, or in a header of its own. */
export function byToken({ header }: HookRequest, secrets: Secrets, named?: string): Verdict {
  const given = named === undefined ? tokenIn(header("authorization")) : header(named);
  if (given === undefined || given === "") return NO(`the request has no ${named ?? "Authorization"}`);
  return secrets.some((secret) => isEqual(given, secret)) ? { ok: true } : NO("the token is not known");
}

function tokenIn(authorization = ""): string | undefined {
  const [, scheme = "", rest = ""] = /^(\S{1,20}) +(\S{1,4000})$/.exec(authorization) ?? [];
  if (/^(?:bearer|genie-?key|token)$/i.test(scheme)) return rest;
  if (!/^basic$/i.test(scheme)) return undefined;
  const pair = Buffer.from(rest, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}

interface HexScheme {
  header: string;
  prefix: string;
  /** Where there is a time, it is signed before the body. */
  timestampHeader?: string;
}

/** HMAC-SHA256 in hexadecimal: GitHub, Grafana. */
export function byHexHmac(request: HookRequest, secrets: Secrets, scheme: HexScheme, nowMs: number): Verdict {
  const given = request.header(scheme.header);
  if (given === undefined) return NO(`the request has no ${scheme.header}`);
  const time = scheme.timestampHeader === undefined ? undefined : request.header(scheme.timestampHeader);
  if (scheme.timestampHeader !== undefined && !isNear(time, nowMs)) return farAway(scheme.timestampHeader);
  const signed = time === undefined ? request.body : Buffer.concat([Buffer.from(`${time}:`), request.body]);
  const fits = secrets.some((secret) =>
    isEqual(given.trim(), `${scheme.prefix}${hmac(secret, signed).toString("hex")}`),
  );
  return fits ? { ok: true } : UNFIT;
}

/** PagerDuty V3: several signatures in one header while a secret changes. */
export function byPagerDuty(request: HookRequest, secrets: Secrets): Verdict {
  const given = request.header("x-pagerduty-signature");
  if (given === undefined) return NO("the request has no X-PagerDuty-Signature");
  return oneOf(listOf(given, /,/), secrets, (secret) => `v1=${hmac(secret, request.body).toString("hex")}`);
}

/** Standard Webhooks: id, time and body are signed. */
export function byStandardWebhooks(request: HookRequest, secrets: Secrets, nowMs: number): Verdict {
  const [id, time, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    request.header(name),
  );
  if (id === undefined || time === undefined || given === undefined) return NO("the request has no webhook-signature");
  if (!isNear(time, nowMs)) return farAway("webhook-timestamp");
  const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), request.body]);
  const verdict = oneOf(
    listOf(given, / /),
    secrets,
    (secret) => `v1,${hmac(keyOf(secret), signed).toString("base64")}`,
  );
  return verdict.ok ? { ok: true, delivery: id.slice(0, 200) } : verdict;
}

const keyOf = (secret: string): Buffer | string =>
  secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret;

/** More than a sender has secrets need not be looked at. */
const SIGNATURES_MAX = 10;
const listOf = (text: string, between: RegExp): string[] =>
  text
    .slice(0, 4_000)
    .split(between)
    .slice(0, SIGNATURES_MAX)
    .map((one) => one.trim());

const oneOf = (given: readonly string[], secrets: Secrets, sign: (secret: string) => string): Verdict =>
  secrets.some((secret) => given.some((one) => isEqual(one, sign(secret)))) ? { ok: true } : UNFIT;

const hmac = (key: string | Buffer, signed: Buffer): Buffer => createHmac("sha256", key).update(signed).digest();

function isNear(time: string | undefined, nowMs: number): boolean {
  if (time === undefined || !/^\d{1,12}$/.test(time)) return false;
  return Math.abs(Number(time) - nowMs / 1_000) <= HOOK_WINDOW_SECONDS;
}
const farAway = (header: string): Verdict => NO(`${header} must be a time at most ${HOOK_WINDOW_SECONDS} s away`);

/** Over digests: texts of different lengths take the same time. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compared").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
