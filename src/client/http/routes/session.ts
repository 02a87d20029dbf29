/** `/api/v1/session`: signing in on the page with a key that is typed once, seeing who one is, signing out. */
import type { RequestHandler } from "express";
import { rolesOf } from "../../../core/policy/roles.js";
import { sessionBodySchema } from "../../../schema/api.js";
import { PAGE_HEADER } from "../../../vocabulary/names.js";
import { ROLES } from "../../../vocabulary/roles.js";
import { type Gatekeeping, isFromPage, refuseCredential } from "../access/caller.js";
import { Refusal } from "../problem-document.js";
import { bodyOf } from "../read.js";

/** Who is signed in, for the page: no refusal where nobody is. */
export function showSession({ authenticator, operator, sessions }: Gatekeeping): RequestHandler {
  return async (request, response) => {
    if (authenticator === undefined || !(await authenticator.isRequired())) {
      return void response.json({ required: false, subject: operator, groups: [], roles: ROLES });
    }
    const session = sessions.find(request);
    if (session === undefined || !(await session.identity.isGood())) return void response.json({ required: true });
    const { subject, groups } = session.identity;
    const roles = rolesOf(groups, (await authenticator.roles()) ?? {});
    response.json({ required: true, subject, groups, roles, expiresAtMs: session.expiresMs });
  };
}

export function beginSession(keeping: Gatekeeping): RequestHandler {
  const { authenticator, sessions } = keeping;
  return async (request, response) => {
    const { key } = bodyOf(request, sessionBodySchema);
    if (authenticator === undefined || !(await authenticator.isRequired())) {
      const message = "nobody needs to sign in here: this façade serves one operator on their own machine";
      throw new Refusal([{ code: "usage", at: "key", message }]);
    }
    mustBeFromPage(request);
    const identified = await authenticator.identify(key.trim());
    if (!identified.ok) throw await refuseCredential(identified, keeping, request, response);
    const { subject, groups } = identified.identity;
    const { expiresMs } = sessions.begin(identified.identity, request, response);
    const roles = rolesOf(groups, (await authenticator.roles()) ?? {});
    response.status(201).json({ required: true, subject, groups, roles, expiresAtMs: expiresMs });
  };
}

export function endSession({ sessions }: Gatekeeping): RequestHandler {
  return (request, response) => {
    mustBeFromPage(request);
    sessions.end(request, response);
    response.status(204).end();
  };
}

function mustBeFromPage(request: Parameters<RequestHandler>[0]): void {
  if (isFromPage(request)) return;
  const message = `only the page signs in and out: the request must carry its origin and the header ${PAGE_HEADER}`;
  throw new Refusal([{ code: "origin-not-allowed", at: PAGE_HEADER, message, hint: "in scripts send the key itself" }]);
}
