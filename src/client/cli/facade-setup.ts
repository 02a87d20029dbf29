/** What `autoops serve` is started with, from the files of this machine and the options: who may sign in, and where it listens. */
import { stat } from "node:fs/promises";
import type { Local } from "../../app/local.js";
import { createApiKeys } from "../../platform/api-keys.js";
import { createAuditLog } from "../../platform/audit/log.js";
import { createGuardedFetch } from "../../platform/http/guarded-fetch.js";
import type { Log } from "../../platform/log.js";
import { createTokenVerifier, type TokenVerifier } from "../../platform/oidc.js";
import { loadPolicy } from "../../platform/policy-file.js";
import { createSecretResolver } from "../../platform/secrets.js";
import { isThere } from "../../platform/settings-file.js";
import { loadSigner } from "../../platform/signing.js";
import { storesOf } from "../../platform/stores.js";
import { readTrustedFile } from "../../platform/trusted-file.js";
import type { OidcSettings } from "../../schema/facade-config.js";
import { DEFAULT_PORT } from "../../vocabulary/names.js";
import type { Problem } from "../../vocabulary/problems.js";
import type { Refused } from "../../vocabulary/result.js";
import type { Access } from "../http/access/authenticator.js";
import type { Exposure } from "../http/access/exposure.js";
import type { Place } from "../http/server.js";
import type { SlackAnswers } from "../http/slack/answers.js";
import { setUpSlack } from "./slack-setup.js";

export interface FacadeSetup {
  access: Access;
  exposure: Exposure;
  port: number;
  /** Where hooks listen by themselves. */
  hooksAt?: Place;
  slack?: SlackAnswers;
  /** Whose pages may ask the codec server; absent where it is off. */
  codecOrigins?: readonly string[];
}

const DEFAULT_HOST = "127.0.0.1";
const PEM_MAX_BYTES = 200_000;
const OTHERS = 0o007;

/** `given` beats the files. */
export async function setUpFacade(
  local: Local,
  given: { host?: string; port?: number },
  log: Log,
): Promise<{ ok: true; setup: FacadeSetup } | Refused> {
  const { facade = {}, facadeUrl } = local.config;
  const { environment } = local;
  const stores = storesOf(environment);
  const tls = facade.tls === undefined ? undefined : await readTls(facade.tls);
  if (tls !== undefined && !tls.ok) return tls;
  // Made where it is first signed with; until then the audit log goes without checkpoints of this process.
  const signer = (await isThere(stores.approvalKey)) ? await loadSigner(stores.approvalKey) : undefined;
  if (signer?.ok === false) return { ok: false, problems: [signer.problem] };
  const access: Access = {
    apiKeys: createApiKeys(stores.apiKeys, Date.now),
    tokens: facade.oidc === undefined ? undefined : verifierOf(facade.oidc, local),
    roles: async () => {
      const loaded = await loadPolicy(environment);
      return loaded.ok ? loaded.policy.roles : undefined;
    },
    audit: createAuditLog({
      directory: stores.audit,
      signer: signer?.signer,
      now: Date.now,
      onProblem: (message) => log.error(message, { operation: "audit" }),
    }),
    now: Date.now,
  };
  const exposure: Exposure = {
    host: given.host ?? facade.host ?? DEFAULT_HOST,
    tls: tls?.tls,
    tlsProxy: facade.tls_proxy,
    publicUrl: facadeUrl,
  };
  if (facade.codec !== undefined && environment.payloadKeys.length === 0) return { ok: false, problems: [NO_KEY] };
  const slack = await setUpSlack(local, access);
  if (!slack.ok) return slack;
  const port = given.port ?? facade.port ?? DEFAULT_PORT;
  const { hooks: hooksAt } = facade;
  const misplaced = hooksAt === undefined ? undefined : faultOfHooks(hooksAt, port, local);
  if (misplaced !== undefined) return { ok: false, problems: [misplaced] };
  const places = { port, hooksAt };
  return { ok: true, setup: { access, exposure, ...places, slack: slack.slack, codecOrigins: facade.codec?.web_ui } };
}

function faultOfHooks(at: Place, port: number, { config }: Local): Problem | undefined {
  if (config.hooks === undefined) {
    const message = "facade.hooks must stand with hooks, and config.yaml declares none: nothing would be taken there";
    return { code: "config-invalid", at: "facade.hooks", message, hint: "declare one under `hooks`, or leave it out" };
  }
  if (at.port !== port || port === 0) return undefined;
  const message = `facade.hooks.port must be another than the façade's own, and both are ${port}`;
  const hint = "without facade.hooks alerts come in where the façade listens";
  return { code: "config-invalid", at: "facade.hooks.port", message, hint };
}

const NO_KEY: Problem = {
  code: "config-invalid",
  at: "facade.codec",
  message: "facade.codec needs AUTOOPS_PAYLOAD_KEY, and it is not set: there is nothing to decrypt",
  hint: "autoops keys payload new makes a key",
};

/** The issuer is declared, and so may be asked wherever it stands; nothing else may. */
function verifierOf(settings: OidcSettings, { policy, environment }: Local): TokenVerifier {
  const fetch = createGuardedFetch({
    network: policy.network,
    declaredUrls: [settings.issuer, ...(settings.jwks_url === undefined ? [] : [settings.jwks_url])],
    resolveSecret: createSecretResolver((name) => environment.secretFrom(name)),
  });
  return createTokenVerifier({ settings, fetch, now: Date.now });
}

async function readTls({ cert, key }: { cert: string; key: string }) {
  const texts = await Promise.all([cert, key].map((file) => readTrustedFile(file, PEM_MAX_BYTES)));
  const problems = texts.flatMap((text) => (text.ok ? [] : [text.problem]));
  if (problems.length === 0 && process.platform !== "win32" && ((await stat(key)).mode & OTHERS) !== 0) {
    const message = `${key} must not be readable by others, for it is a private key`;
    problems.push({ code: "file-unsafe", at: key, message, hint: `chmod o-rwx ${key}` });
  }
  const [certText, keyText] = texts;
  if (problems.length > 0 || !certText?.ok || !keyText?.ok) return { ok: false as const, problems };
  return { ok: true as const, tls: { cert: certText.text, key: keyText.text } };
}
