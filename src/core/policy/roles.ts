/**
 * Which roles a person's groups give, and whether these may do something.
 * Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import { PERMISSIONS, type Permission, ROLES, type Role } from "../../vocabulary/roles.js";
import type { Policy } from "../policy.js";

/** The roles of all the groups together, in the order of the table. A group that the policy does not name gives none. */
export function rolesOf(groups: readonly string[], given: Policy["roles"]): Role[] {
  const held = new Set(groups.flatMap((group) => (Object.hasOwn(given, group) ? (given[group] ?? []) : [])));
  return ROLES.filter((role) => held.has(role));
}

export function mayDo(permission: Permission, roles: readonly Role[]): boolean {
  const allowed: readonly Role[] = PERMISSIONS[permission].roles;
  return roles.some((role) => allowed.includes(role));
}
