/** Where the façade may be reached, and what must be so before it listens anywhere but on this machine. */
import type { Problem } from "../../../vocabulary/problems.js";

export interface Exposure {
  host: string;
  /** PEM texts. */
  tls?: { cert: string; key: string };
  /** A proxy in front ends TLS. */
  tlsProxy?: boolean;
  /** The address that people open, where it is not this machine's own. */
  publicUrl?: string;
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** What browsers use to reach it: `https` also where a proxy does that part. */
export const schemeOf = ({ tls, tlsProxy }: Pick<Exposure, "tls" | "tlsProxy">): "http" | "https" =>
  tls !== undefined || tlsProxy === true ? "https" : "http";

/** Why hooks must not listen there by themselves. Their senders carry secrets, so a sign-in is not asked for. */
export function dangersOfHooks(host: string, { tls, tlsProxy }: Pick<Exposure, "tls" | "tlsProxy">): Problem[] {
  if (isLoopback(host) || tls !== undefined || tlsProxy === true) return [];
  const message = `hooks must have TLS to listen on ${host.slice(0, 80)}: their secrets would go over the network in the clear`;
  const hint = "set facade.tls (cert and key), or facade.tls_proxy: true if a proxy in front ends TLS";
  return [{ code: "facade-unsafe", at: "facade.hooks.host", message, hint }];
}

/** Why it must not start; empty where it may. `hasRoles`: the policy gives any role to any group. */
export function dangersOf(
  { host, tls, tlsProxy }: Exposure,
  { isRequired, hasRoles }: { isRequired: boolean; hasRoles: boolean },
): Problem[] {
  const problems: Problem[] = [];
  const add = (at: string, message: string, hint: string) =>
    problems.push({ code: "facade-unsafe", at, message, hint });
  const where = isLoopback(host) ? "behind a proxy" : `on ${host.slice(0, 80)}`;
  const isOpen = !isLoopback(host) || tlsProxy === true;
  if (isOpen && !isRequired) {
    const message = `the façade must have a sign-in to be reached ${where}: there is no API key and no issuer`;
    const hint =
      "autoops api-keys create --subject NAME --group GROUP, or facade.oidc in config.yaml; or listen on 127.0.0.1";
    add("sign-in", message, hint);
  }
  if (!isLoopback(host) && tls === undefined && tlsProxy !== true) {
    const message = `the façade must have TLS to listen ${where}: keys would go over the network in the clear`;
    add("tls", message, "set facade.tls (cert and key), or facade.tls_proxy: true if a proxy in front ends TLS");
  }
  if (isRequired && !hasRoles) {
    const message = "a sign-in is set up, but the safety policy gives no group a role: nobody could do anything";
    add("roles", message, "add to safety.yaml, for instance: roles: { sre: [operator, approver] }");
  }
  return problems;
}
