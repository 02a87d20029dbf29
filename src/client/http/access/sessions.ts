/**
 * Who is signed in on the page: an opaque id in a cookie that scripts cannot read. Kept in memory: whoever restarts the
 * façade has people sign in again.
 */
import { createHash, randomBytes } from "node:crypto";
import type { CookieOptions, Request, Response } from "express";
import { SESSION_HOURS, SESSIONS_MAX } from "../../../vocabulary/facade-limits.js";
import type { Identity } from "./authenticator.js";

const LIFE_MS = SESSION_HOURS * 3_600_000;

interface Session {
  identity: Identity;
  expiresMs: number;
}

export interface Sessions {
  /** Signs somebody in, and sets the cookie. An older session of this browser ends. */
  begin(identity: Identity, request: Request, response: Response): { expiresMs: number };
  /** Undefined where there is none, or it has ended. */
  find(request: Request): (Session & { isOpen(): boolean }) | undefined;
  end(request: Request, response: Response): void;
  /** Whether the request carries a session's cookie, good or not. */
  isCarried(request: Request): boolean;
}

/** `isSecure`: the browser reaches the façade by TLS. */
export function createSessions(isSecure: boolean, now: () => number): Sessions {
  const sessions = new Map<string, Session>();
  // The prefix makes browsers refuse the cookie from other hosts and from plain HTTP.
  const name = isSecure ? "__Host-autoops-session" : "autoops-session";
  const options: CookieOptions = { httpOnly: true, secure: isSecure, sameSite: "strict", path: "/" };
  const idOf = (request: Request): string | undefined => {
    const id = cookieOf(request.headers.cookie, name);
    return id === undefined ? undefined : createHash("sha256").update(id).digest("hex");
  };

  function open(id: string): Session | undefined {
    const session = sessions.get(id);
    if (session === undefined || now() < session.expiresMs) return session;
    sessions.delete(id);
    return undefined;
  }

  return {
    begin(identity, request, response) {
      const old = idOf(request);
      if (old !== undefined) sessions.delete(old);
      const id = randomBytes(32).toString("base64url");
      const expiresMs = now() + LIFE_MS;
      for (const oldest of sessions.keys()) {
        if (sessions.size < SESSIONS_MAX) break;
        sessions.delete(oldest);
      }
      sessions.set(createHash("sha256").update(id).digest("hex"), { identity, expiresMs });
      response.cookie(name, id, { ...options, maxAge: LIFE_MS });
      return { expiresMs };
    },
    find(request) {
      const id = idOf(request);
      const session = id === undefined ? undefined : open(id);
      if (id === undefined || session === undefined) return undefined;
      return { ...session, isOpen: () => open(id) === session };
    },
    end(request, response) {
      const id = idOf(request);
      if (id !== undefined) sessions.delete(id);
      response.clearCookie(name, options);
    },
    isCarried: (request) => idOf(request) !== undefined,
  };
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return undefined;
}
