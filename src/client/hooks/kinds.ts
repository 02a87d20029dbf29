/** Every kind of hook: how its deliveries are verified and read. A kind without its line does not compile. */
import {
  byHexHmac,
  byPagerDuty,
  byStandardWebhooks,
  byToken,
  type HookRequest,
  type Secrets,
  type Verdict,
} from "../../platform/hooks/verify.js";
import { readDelivery as readKnown } from "../../schema/alert.js";
import type { ReadDelivery } from "../../schema/alerts/alert.js";
import { readAlertmanager, readGrafanaAlerts } from "../../schema/alerts/alertmanager.js";
import { readDatadog } from "../../schema/alerts/datadog.js";
import { readGitHub } from "../../schema/alerts/github.js";
import { isGrafanaLegacy, readGrafanaLegacy } from "../../schema/alerts/grafana-legacy.js";
import { readOpsgenie } from "../../schema/alerts/opsgenie.js";
import { readPagerDuty } from "../../schema/alerts/pagerduty.js";
import type { Hook, HookKind, HookOf } from "../../schema/config/hooks.js";
import { readGeneric } from "./generic.js";

interface KindOfHook<K extends HookKind> {
  verify(request: HookRequest, secrets: Secrets, hook: HookOf<K>, nowMs: number): Verdict;
  read(body: unknown, hook: HookOf<K>): ReadDelivery;
  /** Where the sender says which delivery it is, beside what is signed. */
  delivery?(request: HookRequest, body: unknown): unknown;
}

interface Event {
  event?: { id?: unknown };
}

export function verifyDelivery(request: HookRequest, secrets: Secrets, hook: Hook, nowMs: number): Verdict {
  return kindOf(hook).verify(request, secrets, hook, nowMs);
}

export const readDelivery = (body: unknown, hook: Hook): ReadDelivery => kindOf(hook).read(body, hook);

export function deliveryIdOf(request: HookRequest, body: unknown, hook: Hook): string | undefined {
  const id = kindOf(hook).delivery?.(request, body ?? {});
  return typeof id === "string" && id !== "" ? id.slice(0, 200) : undefined;
}

/** The table pairs each kind with its own hooks, which TypeScript cannot follow over a union. */
const kindOf = (hook: Hook): KindOfHook<HookKind> => KINDS[hook.kind] as unknown as KindOfHook<HookKind>;

function verifyGrafana(request: HookRequest, secrets: Secrets, hook: HookOf<"grafana">, nowMs: number): Verdict {
  const { signature_header: header, timestamp_header: timestampHeader } = hook;
  const isSigned = request.header(header) !== undefined || timestampHeader !== undefined;
  if (!isSigned) return byToken(request, secrets, hook.header);
  return byHexHmac(request, secrets, { header, prefix: "", timestampHeader }, nowMs);
}

const readGrafana = (body: unknown): ReadDelivery =>
  typeof body === "object" && body !== null && isGrafanaLegacy(body)
    ? readGrafanaLegacy(body)
    : readGrafanaAlerts(body);

const verifyGitHub = (request: HookRequest, secrets: Secrets, _: HookOf<"github">, nowMs: number): Verdict =>
  byHexHmac(request, secrets, { header: "x-hub-signature-256", prefix: "sha256=" }, nowMs);

function verifyGeneric(request: HookRequest, secrets: Secrets, { header }: HookOf<"generic">, nowMs: number): Verdict {
  const isSigned = request.header("webhook-signature") !== undefined;
  return isSigned ? byStandardWebhooks(request, secrets, nowMs) : byToken(request, secrets, header);
}

const KINDS: { [K in HookKind]: KindOfHook<K> } = {
  alertmanager: { verify: (request, secrets, { header }) => byToken(request, secrets, header), read: readAlertmanager },
  grafana: { verify: verifyGrafana, read: readGrafana },
  pagerduty: { verify: byPagerDuty, read: readPagerDuty, delivery: (_, body) => (body as Event).event?.id },
  datadog: { verify: (request, secrets, { header }) => byToken(request, secrets, header), read: readDatadog },
  opsgenie: { verify: (request, secrets, { header }) => byToken(request, secrets, header), read: readOpsgenie },
  github: { verify: verifyGitHub, read: readGitHub, delivery: ({ header }) => header("x-github-delivery") },
  known: { verify: (request, secrets, { header }) => byToken(request, secrets, header), read: readKnown },
  generic: { verify: verifyGeneric, read: readGeneric },
};
