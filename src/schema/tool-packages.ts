/** Own tools as packages: how config.yaml lists them, what a package declares, and what a person approved. */
import { z } from "zod";
import { APPROVER_MAX_CHARS } from "../vocabulary/limits.js";
import { EFFECTS, NODE_TYPE_NAMES, type NodeType } from "../vocabulary/node-types.js";
import { APPROVED_PACKAGES_MAX, PACKAGE_TOOLS_MAX, PACKAGES_MAX } from "../vocabulary/package-limits.js";

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits, as autoops tools approve prints them");

/** `tool_packages` of config.yaml. */
export const toolPackagesSchema = z
  .array(
    z.strictObject({
      /** The package's folder. */
      path: z.string().min(1).max(1_000),
      /** Besides the approval: the only content that this configuration takes. */
      digest: digestSchema.optional(),
    }),
  )
  .max(PACKAGES_MAX);
export type ToolPackageSettings = z.infer<typeof toolPackagesSchema>[number];

/** The file in a package that says what it holds; nothing of its code runs to find that out. */
export const MANIFEST = "autoops-tools.json";

const jsonSchema = z.record(z.string(), z.json());
const declaredToolSchema = z.strictObject({
  name: z.string().min(1).max(63),
  description: z.string().min(1).max(400),
  effect: z.enum(EFFECTS),
  node_types: z
    .array(z.enum(NODE_TYPE_NAMES as [NodeType, ...NodeType[]]))
    .min(1)
    .max(NODE_TYPE_NAMES.length),
  idempotency: z.enum(["key", "probe", "none"]).optional(),
  /** JSON Schemas of objects that take no other keys. */
  params: jsonSchema,
  output: jsonSchema,
});
export type DeclaredTool = z.infer<typeof declaredToolSchema>;

export const manifestSchema = z.strictObject({
  version: z.literal("1.0"),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "small letters, digits and -"),
  /** The module that exports `tools`: a function by each tool's name. */
  main: z.string().regex(/^[\w-]+(?:\/[\w-]+)*\.m?js$/, "a .js or .mjs file of the package"),
  tools: z.array(declaredToolSchema).min(1).max(PACKAGE_TOOLS_MAX),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a person approved on this machine, by content. */
export const approvalsSchema = z.strictObject({
  version: z.literal("1.0"),
  packages: z
    .array(
      z.strictObject({
        name: z.string().max(63),
        digest: digestSchema,
        by: z.string().min(1).max(APPROVER_MAX_CHARS),
        time: z.iso.datetime({ precision: 3 }),
      }),
    )
    .max(APPROVED_PACKAGES_MAX),
});
export type PackageApproval = z.infer<typeof approvalsSchema>["packages"][number];
