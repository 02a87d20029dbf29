/** What the façade answers Slack with, from the files of this machine; nothing where no signing secret is declared. */

import { declaredUrls } from "../../app/declared-urls.js";
import type { Local } from "../../app/local.js";
import { ToolFailure } from "../../platform/failure.js";
import { createGuardedFetch } from "../../platform/http/guarded-fetch.js";
import { loadPolicy } from "../../platform/policy-file.js";
import { createSecretResolver } from "../../platform/secrets.js";
import { createSlack } from "../../platform/slack/client.js";
import type { Refused } from "../../vocabulary/result.js";
import type { Access } from "../http/access/authenticator.js";
import type { SlackAnswers } from "../http/slack/answers.js";
import { loadVerification } from "../http/slack/signature.js";

type SetUp = { ok: true; slack?: SlackAnswers } | Refused;

/** A secret that is declared and not set is a problem: clicks would all be refused. */
export async function setUpSlack({ config, environment }: Local, { audit, now }: Access): Promise<SetUp> {
  const { slack: settings } = config;
  const reference = settings?.signing_secret;
  if (settings === undefined || reference === undefined) return { ok: true };
  const resolveSecret = createSecretResolver((name) => environment.secretFrom(name));
  try {
    for (const secret of [reference, settings.token]) resolveSecret(secret);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message, hint } = error;
    return { ok: false, problems: [{ code, at: "slack", message, hint }] };
  }
  await loadVerification();
  const fetch: Parameters<typeof createSlack>[1] = async (url, request) => {
    const loaded = await loadPolicy(environment);
    // A policy that broke meanwhile lets nothing out.
    const network = loaded.ok ? loaded.policy.network : { allowed_hosts: [], blocked_hosts: [], allowed_private: [] };
    return createGuardedFetch({ network, declaredUrls: declaredUrls(config), resolveSecret })(url, request);
  };
  const slack: SlackAnswers = {
    signingSecret: () => resolveSecret(reference),
    slack: createSlack(settings, fetch),
    people: async () => {
      const loaded = await loadPolicy(environment);
      return loaded.ok ? loaded.policy : undefined;
    },
    audit,
    now,
  };
  return { ok: true, slack };
}
