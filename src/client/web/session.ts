/** Who acts by this page, and what their roles let them do. The façade decides; this only spares them a refusal. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { PERMISSIONS, type Permission, type Role } from "../../vocabulary/roles.js";
import { readSession, SIGNED_OUT, type WebSession } from "./api.js";

/** How often the page looks whether it is still signed in, where nothing else asks. */
const LOOK_EVERY_MS = 60_000;

export const SessionContext = createContext<WebSession>({ required: false });

export interface LoadedSession {
  session?: WebSession;
  error?: unknown;
  set(session: WebSession): void;
  /** Asks the façade who is signed in now. */
  refresh(): void;
}

export function useSession(): LoadedSession {
  const [state, setState] = useState<{ session?: WebSession; error?: unknown }>({});
  const refresh = () =>
    void readSession().then(
      (session) => setState({ session }),
      (error) => setState((before) => ({ ...before, error })),
    );
  useEffect(() => {
    refresh();
    const timer = setInterval(refresh, LOOK_EVERY_MS);
    addEventListener(SIGNED_OUT, refresh);
    return () => {
      clearInterval(timer);
      removeEventListener(SIGNED_OUT, refresh);
    };
  }, []);
  return { ...state, set: (session) => setState({ session }), refresh: refresh };
}

export function useMay(permission: Permission): boolean {
  const { roles = [] } = useContext(SessionContext);
  const allowed: readonly Role[] = PERMISSIONS[permission].roles;
  return roles.some((role) => allowed.includes(role));
}

/** Why a button is not there. */
export function missing(permission: Permission): string {
  const { roles, says } = PERMISSIONS[permission];
  return `Your roles do not let you ${says}: that takes the role ${roles.join(" or ")}, which the policy gives to groups.`;
}
