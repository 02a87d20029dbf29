/** Who is asking: known before any handler runs, and asked again while a stream is open. */
import type { RequestHandler, Response } from "express";
import { mayDo, rolesOf } from "../../../core/policy/roles.js";
import { PAGE_HEADER } from "../../../vocabulary/names.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { PERMISSIONS, type Permission, ROLES, type Role } from "../../../vocabulary/roles.js";
import { Refusal } from "../problem-document.js";
import type { Access, Authenticator, Identified, Identity } from "./authenticator.js";
import type { Sessions } from "./sessions.js";

export interface Caller {
  subject: string;
  groups: readonly string[];
  roles: readonly Role[];
  /** How the façade knows them; absent for the local operator, of whom it knows nothing but that they are on this machine. */
  channel?: "http" | "page";
  /** Whether the caller may still do this: the credential is good, the session open, the role given. */
  mayStill(permission: Permission): Promise<boolean>;
}

/** The caller that `signIn` found; a handler behind it always has one. */
export function callerOf(response: Response): Caller {
  return response.locals.caller as Caller;
}

/** Undefined where nobody has signed in, or nothing was asked that needs it. */
export function knownCaller(response: Response): Caller | undefined {
  return response.locals.caller as Caller | undefined;
}

export interface Gatekeeping {
  /** Who acts where nobody needs to sign in. */
  operator: string;
  authenticator?: Authenticator;
  audit?: Access["audit"];
  sessions: Sessions;
  /** Counts what was refused for who asked, or did not say who; throws where there were too many from this address. */
  refusals: RequestHandler;
}

/** Finds the caller, or refuses with 401; with a permission, refuses with 403 whoever has no role for it. */
export function permit(permission: Permission, keeping: Gatekeeping): RequestHandler {
  return async (request, response, next) => {
    const caller = await findCaller(keeping, request, response);
    response.locals.caller = caller;
    if (!mayDo(permission, caller.roles)) {
      await countRefusal(keeping.refusals, request, response);
      throw await notAllowed(permission, caller, keeping, `${request.method} ${request.path}`.slice(0, 200));
    }
    next();
  };
}

async function findCaller(
  keeping: Gatekeeping,
  request: Parameters<RequestHandler>[0],
  response: Response,
): Promise<Caller> {
  const { authenticator, operator, sessions } = keeping;
  if (authenticator === undefined || !(await authenticator.isRequired())) return localOperator(operator, authenticator);
  const header = request.headers.authorization;
  if (header !== undefined) {
    const [, credential] = /^Bearer +(\S+)$/i.exec(header) ?? [];
    const identified: Identified =
      credential === undefined
        ? { ok: false, reason: "the header Authorization must be of the form: Bearer KEY", isAway: false }
        : await authenticator.identify(credential);
    if (!identified.ok) throw await refuseCredential(identified, keeping, request, response);
    return callerFrom(identified.identity, "http", authenticator, async () => identified.identity.isGood());
  }
  const session = sessions.find(request);
  if (session === undefined || !(await session.identity.isGood())) {
    const said = sessions.isCarried(request) ? "the session has ended" : "nobody is signed in";
    throw notSignedIn(`${said}; sign in, or send an API key or token`, response);
  }
  if (!["GET", "HEAD"].includes(request.method) && !isFromPage(request)) {
    const message = `a change by a session must carry the header ${PAGE_HEADER} and the page's origin`;
    throw new Refusal([{ code: "origin-not-allowed", at: PAGE_HEADER, message, hint: "use an API key in scripts" }]);
  }
  return callerFrom(session.identity, "page", authenticator, async () => session.isOpen() && session.identity.isGood());
}

/** The origin itself was checked before; here it must be there. */
export const isFromPage = (request: Parameters<RequestHandler>[0]): boolean =>
  request.headers[PAGE_HEADER] !== undefined && request.headers.origin !== undefined;

function localOperator(subject: string, authenticator: Authenticator | undefined): Caller {
  // From the first key on nobody is let in unasked, whoever holds a stream open included.
  const mayStill = async () => authenticator === undefined || !(await authenticator.isRequired());
  return { subject, groups: [], roles: ROLES, mayStill };
}

async function callerFrom(
  { subject, groups }: Identity,
  channel: "http" | "page",
  authenticator: Authenticator,
  isGood: () => Promise<boolean>,
): Promise<Caller> {
  const rolesNow = async () => rolesOf(groups, (await authenticator.roles()) ?? {});
  const mayStill = async (permission: Permission) => (await isGood()) && mayDo(permission, await rolesNow());
  return { subject, groups, roles: await rolesNow(), channel, mayStill };
}

/** For a credential that is not good: counted, audited, and told without saying more than needed. */
export async function refuseCredential(
  { reason, keyPrefix, isAway }: Extract<Identified, { ok: false }>,
  { refusals, audit }: Gatekeeping,
  request: Parameters<RequestHandler>[0],
  response: Response,
): Promise<Refusal> {
  if (isAway)
    return new Refusal([{ code: "source-unreachable", at: "issuer", message: reason, hint: "try again" }], 503);
  await countRefusal(refusals, request, response);
  const details = { reason, from: request.ip, route: `${request.method} ${request.path}`.slice(0, 200) };
  await audit?.note({ event: "login-refused", actor: keyPrefix, channel: "http", code: "not-signed-in", details });
  return notSignedIn(reason, response);
}

/** Throws where there were too many from this address: the audit log is no place for a flood. */
export function countRefusal(
  refusals: RequestHandler,
  request: Parameters<RequestHandler>[0],
  response: Response,
): Promise<void> {
  return new Promise((resolve, reject) => {
    void refusals(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
  });
}

function notSignedIn(message: string, response: Response): Refusal {
  response.set("www-authenticate", 'Bearer realm="autoops"');
  const hint = "an administrator makes API keys: autoops api-keys create";
  return new Refusal([{ code: "not-signed-in", at: "Authorization", message, hint }]);
}

async function notAllowed(
  permission: Permission,
  { subject, groups, roles, channel }: Caller,
  { audit }: Gatekeeping,
  route: string,
): Promise<Refusal> {
  const { says, roles: wanted } = PERMISSIONS[permission];
  const details = { route, permission, groups, roles };
  await audit?.note({ event: "access-refused", actor: subject, channel, code: "role-missing", details });
  const held = roles.length === 0 ? "no role" : `only ${roles.join(" and ")}`;
  const problem: Problem = {
    code: "role-missing",
    at: "role",
    message: `to ${says} one must be ${wanted.join(" or ")}; ${subject} has ${held}`,
    hint: "roles come from groups, by the section roles of the safety policy",
  };
  return new Refusal([problem]);
}
