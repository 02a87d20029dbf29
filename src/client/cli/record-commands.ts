/** The commands about what is recorded and by whose key: `audit` and `keys`. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";
import { headers, whole } from "./options.js";

export const RECORD_COMMANDS: readonly Declared[] = [
  {
    usage: "audit",
    says: "The audit log on this machine: who asked, who agreed, what was done",
    examples: ["autoops audit verify --checkpoint kept.jsonl", "autoops audit tail --follow"],
    commands: [
      {
        usage: "verify [run]",
        says: "Find out whether the log is as it was written, and whether it tells of a run what Temporal's history tells",
        examples: [
          "autoops audit verify",
          "autoops audit verify --checkpoint kept.jsonl",
          "autoops audit verify checkout-returns-500s-k3x9",
        ],
        options: [new Option("--checkpoint <file>", "checkpoints kept elsewhere, one a line; - reads standard input")],
        load: async () => as((await import("./commands/audit.js")).verify),
      },
      {
        usage: "checkpoint",
        says: "Sign what the log is now and print it, to be kept elsewhere",
        examples: ["autoops audit checkpoint >> kept.jsonl"],
        load: async () => as((await import("./commands/audit.js")).checkpoint),
      },
      {
        usage: "tail",
        says: "Show the last records",
        examples: ["autoops audit tail", "autoops audit tail -n 100", "autoops audit tail --follow"],
        options: [
          new Option("-n, --lines <n>", "records to show").argParser(whole(1, 10_000)).default(20),
          new Option("--follow", "go on with those that come, until Ctrl-C"),
        ],
        load: async () => as((await import("./commands/audit.js")).tail),
      },
      {
        usage: "export",
        says: "Print every record, for a SIEM or an archive",
        examples: ["autoops audit export > audit.jsonl", "autoops audit export --format cef"],
        options: [
          new Option("--format <format>", "one JSON object a line, or CEF").choices(["jsonl", "cef"]).default("jsonl"),
        ],
        load: async () => as((await import("./commands/audit.js")).exportLog),
      },
      {
        usage: "ship",
        says: "Send every record to syslog or an HTTP collector, and those that come, until Ctrl-C",
        examples: [
          "autoops audit ship --to syslog+tls://logs.internal",
          'autoops audit ship --to https://collector.internal/in --header "Authorization=Bearer env:COLLECTOR_TOKEN"',
        ],
        options: [
          new Option("--to <url>", "https://, syslog+tls://, syslog+tcp:// or syslog+udp://").makeOptionMandatory(),
          headers(),
          new Option("--once", "end when all that is there was taken"),
        ],
        load: async () => as((await import("./commands/audit-ship.js")).ship),
      },
    ],
  },
  {
    usage: "keys",
    says: "The keys that sign decisions (one signs, earlier ones still prove), and those that encrypt payloads",
    examples: ["autoops keys init", "autoops keys show", "autoops keys rotate"],
    commands: [
      {
        usage: "init",
        says: "Make the key that signs on this machine, if there is none",
        examples: ["autoops keys init"],
        load: async () => as((await import("./commands/keys.js")).initKeys),
      },
      {
        usage: "show",
        says: "The public keys with their ids, and which one signs",
        examples: ["autoops keys show", "autoops keys show --json"],
        load: async () => as((await import("./commands/keys.js")).showKeys),
      },
      {
        usage: "rotate",
        says: "Sign with a new key from now on; decisions that the old one signed stay valid",
        examples: ["autoops keys rotate"],
        load: async () => as((await import("./commands/keys.js")).rotateKeys),
      },
      {
        usage: "payload",
        says: "The keys that encrypt what Temporal keeps of runs: the first one encrypts, all decrypt",
        examples: ["autoops keys payload new", "autoops keys payload show"],
        commands: [
          {
            usage: "new",
            says: "Make a key, put it first in a file of your own, and tell how to set it; the key is not printed",
            examples: ["autoops keys payload new"],
            load: async () => as((await import("./commands/payload-keys.js")).newKey),
          },
          {
            usage: "show",
            says: "The ids of the keys that are set, and which one encrypts",
            examples: ["autoops keys payload show"],
            load: async () => as((await import("./commands/payload-keys.js")).showKeys),
          },
        ],
      },
    ],
  },
];
