/** Which groups give which roles, and which role may do what. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayDo, rolesOf } from "../../../src/core/policy/roles.js";
import { effectivePolicy } from "../../../src/core/policy.js";
import { policyFileSchema } from "../../../src/schema/policy.js";
import { PERMISSIONS, type Permission, ROLES } from "../../../src/vocabulary/roles.js";

const policyOf = (roles?: object) =>
  effectivePolicy(policyFileSchema.parse({ version: "1.0", ...(roles && { roles }) }), {});

describe("roles of groups", () => {
  test("come from the policy: one or several to a group, all groups together", () => {
    const { policy, origins } = policyOf({ sre: ["approver", "operator"], everyone: "viewer" });
    expect(policy.roles).toEqual({ sre: ["approver", "operator"], everyone: ["viewer"] });
    expect(origins["roles.sre"]).toBe("file");
    expect(rolesOf(["everyone", "sre"], policy.roles)).toEqual(["viewer", "operator", "approver"]);
  });

  test("are none without the section, and none for a group that it does not name", () => {
    expect(rolesOf(["admin", "root"], policyOf().policy.roles)).toEqual([]);
    const { policy } = policyOf({ sre: "admin" });
    for (const group of ["SRE", "sre ", "", "constructor", "__proto__", "toString"]) {
      expect(rolesOf([group], policy.roles)).toEqual([]);
    }
  });

  test.each([
    ["a role that there is not", { sre: "root" }],
    ["no role", { sre: [] }],
    ["a group without a name", { "": "viewer" }],
  ])("%s is refused", (_what, roles) => {
    expect(policyFileSchema.safeParse({ version: "1.0", roles }).success).toBe(false);
  });
});

describe("permissions", () => {
  test("nobody without a role may do anything, an admin everything, a viewer only look", () => {
    for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
      expect(mayDo(permission, []), permission).toBe(false);
      expect(mayDo(permission, ["admin"]), permission).toBe(true);
      expect(mayDo(permission, ["viewer"]), permission).toBe(permission.endsWith(".read"));
    }
  });

  test("who starts runs does not decide, and who decides does not start them", () => {
    expect(mayDo("gates.decide", ["operator", "viewer"])).toBe(false);
    expect(mayDo("runs.start", ["approver", "viewer"])).toBe(false);
  });

  test("another role never takes one away", () => {
    const some = fc.subarray([...ROLES]);
    const permission = fc.constantFrom(...(Object.keys(PERMISSIONS) as Permission[]));
    fc.assert(
      fc.property(some, some, permission, (roles, more, what) => {
        expect(!mayDo(what, roles) || mayDo(what, [...roles, ...more])).toBe(true);
      }),
    );
  });
});
