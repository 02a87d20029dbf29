/** The hooks of config.yaml for the façade: each secret is set, or it does not start. */
import type { Client } from "@temporalio/client";
import type { Local } from "../../app/local.js";
import { ToolFailure } from "../../platform/failure.js";
import { createSecretResolver } from "../../platform/secrets.js";
import { sentHooks } from "../../schema/config/hooks.js";
import type { Problem } from "../../vocabulary/problems.js";
import { createHooks, type Hooks } from "../hooks.js";
import type { Access } from "../http/access/authenticator.js";
import { askedBy } from "../runs/context.js";

type SetUp = { ok: true; create?: (client: Client) => Hooks } | { ok: false; problems: Problem[] };

export function hooksOf({ config, environment }: Local, { audit, now }: Pick<Access, "audit" | "now">): SetUp {
  if (config.hooks === undefined) return { ok: true };
  const hooks = sentHooks(config.hooks);
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  const problems = Object.entries(hooks).flatMap(([name, hook]) =>
    [hook.secret].flat().flatMap((reference) => unsetSecret(name, reference, secret)),
  );
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    create: (client) => createHooks({ client, hooks, secret, audit, now, asked: askedBy(environment) }),
  };
}

function unsetSecret(name: string, reference: string, secret: (reference: string) => string): Problem[] {
  try {
    secret(reference);
    return [];
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message } = error;
    return [{ code, at: `hooks.${name}.secret`, message, hint: "set it for the façade" }];
  }
}
