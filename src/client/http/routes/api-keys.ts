/** `/api/v1/api-keys`: an administrator sees them and takes them back. They are made on the machine alone. */
import type { RequestHandler } from "express";
import { keyPathSchema } from "../../../schema/api.js";
import type { ApiKeyEntry } from "../../../schema/api-keys.js";
import { parseWith } from "../../../schema/problems.js";
import type { Problem } from "../../../vocabulary/problems.js";
import type { Access } from "../access/authenticator.js";
import { callerOf } from "../access/caller.js";
import { orRefuse, Refusal } from "../problem-document.js";

const NO_KEYS: Problem = {
  code: "not-found",
  at: "path",
  message: "this façade was started without API keys",
  hint: "start it with `autoops serve`",
};

export function listApiKeys(access: Access | undefined): RequestHandler {
  return async (_request, response) => {
    response.json({ keys: orRefuse(await keysOf(access).apiKeys.list()).map(shown) });
  };
}

/** A key stays revoked although the audit log cannot be written: to keep it alive would be worse. */
export function revokeApiKey(access: Access | undefined): RequestHandler {
  return async (request, response) => {
    const { prefix } = orRefuse(parseWith(keyPathSchema, request.params, { at: "path" }));
    const { apiKeys, audit } = keysOf(access);
    const revoked = orRefuse(await apiKeys.revoke(prefix));
    const { subject, channel } = callerOf(response);
    const details = { prefix, subject: revoked.subject, groups: revoked.groups };
    await audit.note({ event: "api-key-revoked", actor: subject, channel: channel ?? "http", details });
    response.json(shown(revoked));
  };
}

function keysOf(access: Access | undefined): Access {
  if (access === undefined) throw new Refusal([NO_KEYS]);
  return access;
}

function shown(entry: ApiKeyEntry): Omit<ApiKeyEntry, "hash"> {
  const { hash: _, ...rest } = entry;
  return rest;
}
