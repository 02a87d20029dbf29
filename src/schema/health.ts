/** Health rules of one kind of thing (`data/health/<kind>.yaml`): a query over the map's names, and what it means when it is true. */
import { z } from "zod";

/** What is wrong, in one word: how signs of different tools are told apart. */
export const SIGNS = [
  "down",
  "unreachable",
  "restarted",
  "full",
  "refusing",
  "saturated",
  "locked",
  "slow",
  "errors",
  "backend-down",
  "lagging",
  "evicting",
  "expiring",
  "stalled",
  "misconfigured",
  "traffic",
  "changed",
] as const;
export type Sign = (typeof SIGNS)[number];

const ruleSchema = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/, "small letters, digits and -"),
  /** True where it returns a series. `$me` stands for the labels of the service, `$w` for the window, `$requests` and the like for its signals. */
  expr: z.string().min(3).max(1_500),
  /** In words; `{{label}}` and `{{value}}` are filled in. */
  says: z.string().min(3).max(240),
  sign: z.enum(SIGNS),
  /** 0 to 1: how sure it is that something is wrong. */
  sure: z.number().min(0.05).max(1),
  /** False: it shows here and mostly comes from what this thing calls. */
  own: z.boolean().default(true),
  /** The label that names another thing, which is the ill one (a proxy's backend). */
  about: z.string().max(60).optional(),
  next: z.string().max(300).optional(),
});
export type HealthRule = z.infer<typeof ruleSchema>;

export const healthSchema = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, "a kind such as postgres"),
  title: z.string().min(2).max(60),
  /** The documented page of the exporter. */
  page: z.url().optional(),
  role: z.enum(["app", "database", "cache", "queue", "proxy", "host", "probe", "monitor", "platform", "runtime"]),
  /** `exporter`: when its target does not answer, the exporter is gone and not the thing. */
  seen: z.enum(["itself", "exporter"]).default("itself"),
  /** Metrics that only this kind has; one is enough. A final * stands for any ending. */
  recognise: z.array(z.string().min(2).max(100)).min(1).max(20),
  /** Other kinds hide it: `process` says little of what is a `redis`. */
  rank: z.int().min(0).max(100).default(50),
  /** Words for it in goals, logs and metric names. */
  words: z.array(z.string().min(2).max(40)).max(20).default([]),
  ports: z.array(z.int().min(1).max(65_535)).max(10).default([]),
  rules: z.array(ruleSchema).max(60),
});
export type HealthFile = z.infer<typeof healthSchema>;

const logSignSchema = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/),
  /** A regular expression without backtracking tricks: plain words, `.{0,n}`, alternation. */
  pattern: z.string().min(3).max(900),
  says: z.string().min(3).max(200),
  sign: z.enum(SIGNS),
  sure: z.number().min(0.05).max(1),
  /** `other`: the line tells of what the writer calls. */
  about: z.enum(["self", "other", "called", "host"]),
  /** False: what the line tells of mostly comes from further below. */
  own: z.boolean().default(true),
  next: z.string().max(300).optional(),
});
export const logSignsSchema = z.strictObject({
  /** A writer's line of its own beginning. */
  started: z.string().min(3).max(900),
  signs: z.array(logSignSchema).max(200),
});
export type LogSign = z.infer<typeof logSignSchema>;
