/** Sources of config.yaml that are read on the worker's own machine, by a program with a fixed argument list. */
import { z } from "zod";
import { commonKeys } from "./keys.js";

const pathSchema = z.string().min(1).max(1_000);
const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

const journaldSource = z.strictObject({
  kind: z.literal("journald"),
  /** A journal file, or a folder of them, under a declared root; without it the machine's own journal. */
  path: pathSchema.optional(),
  /** Only entries of these units; patterns with * and ? as journalctl takes them. */
  units: z
    .array(z.string().regex(/^[A-Za-z0-9_*?][A-Za-z0-9:_.@*?\\-]{0,254}$/, "a unit's name such as nginx.service"))
    .min(1)
    .max(50)
    .refine(distinct, "different units")
    .optional(),
  /** Only entries of these syslog identifiers. */
  identifiers: z
    .array(z.string().regex(/^[A-Za-z0-9_(/][A-Za-z0-9_.:@()/-]{0,99}$/, "a syslog identifier such as sshd"))
    .min(1)
    .max(50)
    .refine(distinct, "different identifiers")
    .optional(),
  ...commonKeys,
});

/** A link to a commit's page; `{commit}` stands for its whole hash. */
const commitUrlSchema = z
  .string()
  .max(2_000)
  .regex(/^https?:\/\/[^/\\\s{}]+(?:\/\S*)?$/, "an http or https URL without {} in its host");

const gitSource = z.strictObject({
  kind: z.literal("git"),
  /** A clone, or a bare repository, under a declared root. Nothing is fetched. */
  path: pathSchema,
  /** The branch, tag or commit from which the history is read. */
  ref: z
    .string()
    .regex(
      /^(?!.*(?:\.\.|@\{|\/\/))[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}$/,
      "a branch, tag or commit such as main or origin/main",
    )
    .default("HEAD"),
  /** Only commits that touch these files or folders of the repository. */
  paths: z
    .array(z.string().regex(/^(?!.*\.\.)[^\0-\x1f/:-][^\0-\x1f]{0,499}$/, "a path within the repository"))
    .min(1)
    .max(50)
    .refine(distinct, "different paths")
    .optional(),
  ui_url: commitUrlSchema.optional(),
  ...commonKeys,
});

export const machineSources = [journaldSource, gitSource] as const;
