/** The commands below `autoops memory`, with their options and examples. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";
import { whole } from "./options.js";

const limit = (most: number) => new Option("--limit <n>", "runs to list").argParser(whole(1, most)).default(20);

export const MEMORY: Declared = {
  usage: "memory",
  says: "What this machine remembers of past runs, encrypted; off unless config.yaml turns it on",
  examples: ["autoops memory list", 'autoops memory search "checkout 500s"'],
  commands: [
    {
      usage: "list",
      says: "The runs that are remembered, the newest first",
      examples: ["autoops memory list", "autoops memory list --limit 100"],
      options: [limit(10_000)],
      load: async () => as((await import("./commands/memory.js")).list),
    },
    {
      usage: "show <run>",
      says: "All that is remembered of a run",
      examples: ["autoops memory show checkout-returns-500s-k3x9"],
      load: async () => as((await import("./commands/memory.js")).show),
    },
    {
      usage: "search <text>",
      says: "Find runs by words of goal, service, symptoms, findings and outcome",
      examples: ['autoops memory search "checkout 500s"', 'autoops memory search "timeout refused" --any'],
      options: [limit(200), new Option("--any", "one of the words is enough")],
      load: async () => as((await import("./commands/memory.js")).search),
    },
    {
      usage: "forget [run]",
      says: "Remove a run for good",
      examples: ["autoops memory forget checkout-returns-500s-k3x9", "autoops memory forget --all"],
      options: [new Option("--all", "remove every run")],
      load: async () => as((await import("./commands/memory.js")).forget),
    },
    {
      usage: "export",
      says: "Print every run, one JSON object a line, not encrypted",
      examples: ["autoops memory export > runs.jsonl"],
      load: async () => as((await import("./commands/memory-files.js")).exportMemory),
    },
    {
      usage: "import <file>",
      says: "Take in runs of another machine; they are shown, and prove nothing here",
      examples: ["autoops memory import runs.jsonl"],
      load: async () => as((await import("./commands/memory-files.js")).importMemory),
    },
    {
      usage: "verify",
      says: "Find out whether the memory is as it was written; exit 1 if it is not",
      examples: ["autoops memory verify", "autoops memory verify --at-least 41"],
      options: [
        new Option("--at-least <n>", "the change that it must have reached").argParser(whole(0, 999_999_999)),
        new Option("--accept", "go on with what is there, although it is older than what was written last"),
      ],
      load: async () => as((await import("./commands/memory.js")).verify),
    },
    {
      usage: "prefer [key] [value]",
      says: "Set what plans start from, where a goal does not say it; without a key, list it",
      examples: [
        "autoops memory prefer",
        "autoops memory prefer service checkout",
        "autoops memory prefer service --unset",
      ],
      options: [new Option("--unset", "take the value back")],
      load: async () => as((await import("./commands/memory.js")).prefer),
    },
    {
      usage: "install",
      says: "Get the package that memory is kept with: seconds, or about two minutes where it is compiled",
      examples: ["autoops memory install"],
      load: async () => as((await import("./commands/memory-files.js")).install),
    },
  ],
};

/** Below `autoops playbooks`: those that come from runs. */
export const LEARNING: readonly Declared[] = [
  {
    usage: "propose <run>",
    says: "Draft a playbook from a remembered run whose outcome was verified, for you to read and mend",
    examples: ["autoops playbooks propose checkout-returns-500s-k3x9 > playbook.yaml"],
    load: async () => as((await import("./commands/learning.js")).propose),
  },
  {
    usage: "accept <file>",
    says: "Take a learned playbook in, signed with your name; plans may follow it from then on",
    examples: ["autoops playbooks accept playbook.yaml --run checkout-returns-500s-k3x9"],
    options: [new Option("--run <run>", "the run that it comes from").makeOptionMandatory()],
    load: async () => as((await import("./commands/learning.js")).accept),
  },
  {
    usage: "learned",
    says: "The learned playbooks, with what they are worth by now and which are retired",
    examples: ["autoops playbooks learned"],
    load: async () => as((await import("./commands/learning.js")).learned),
  },
  {
    usage: "unlearn <id>",
    says: "Take a learned playbook away",
    examples: ["autoops playbooks unlearn learned-errors-of-the-service"],
    load: async () => as((await import("./commands/learning.js")).unlearn),
  },
];
