/** The commands by name, with their options and examples; the code of each is loaded when it is called. */
import { Option } from "commander";
import type { DecisionWord } from "../../vocabulary/decisions.js";
import { ACCESS_COMMANDS } from "./access-commands.js";
import { as, type Declared } from "./declared.js";
import { INCIDENT_COMMANDS } from "./incident-commands.js";
import { MCP } from "./mcp-commands.js";
import { LEARNING, MEMORY } from "./memory-commands.js";
import { deciding, endsWithParent, planning, port, reporting, starting, waitSeconds, whole } from "./options.js";
import { RECORD_COMMANDS } from "./record-commands.js";
import { SCHEDULES } from "./schedule-commands.js";
import { STACK_COMMANDS } from "./stack-commands.js";
import { IMPORT, TEMPLATES } from "./template-commands.js";
import { APPROVE_TOOLS, SCHEMA, SHOW_TOOL } from "./tool-commands.js";
import { WRITE_COMMANDS } from "./write-commands.js";

const SAYS: Record<DecisionWord, string> = {
  approve: "Agree to the action that waits at a gate",
  reject: "Refuse the action that waits at a gate",
  skip: "Leave out the action that waits at a gate; the run goes on without it",
};
const decide = (word: DecisionWord): Declared => ({
  usage: `${word} <run> [node]`,
  says: SAYS[word],
  examples: [
    `autoops ${word} checkout-returns-500s-k3x9 rollback --comment "seen the graphs"`,
    `autoops ${word} checkout-returns-500s-k3x9 ${word === "skip" ? "--only" : "--skip"} restart`,
  ],
  options: deciding(),
  load: async () => as((await import("./commands/decide.js"))[word]),
});

export const COMMANDS: readonly Declared[] = [
  {
    usage: "demo",
    says: "The whole path on this machine: a real small service breaks; find out why, roll it back after your approval",
    examples: ["autoops demo"],
    options: [new Option("--policy <file>", "another safety policy than demo/safety.yaml")],
    load: async () => as((await import("./commands/demo.js")).demo),
  },
  {
    usage: "dev",
    says: "Start a Temporal server for this machine (finds, downloads or builds it) until Ctrl-C",
    examples: ["autoops dev", "autoops dev --in-memory --port 0 --ui-port 0"],
    options: [
      port("--port", "instead of the one in temporal-dev.yaml; 0 takes a free one"),
      port("--ui-port", "of the Web UI; 0 takes a free one"),
      new Option("--in-memory", "keep nothing when it ends"),
      endsWithParent(),
    ],
    load: async () => as((await import("./commands/dev.js")).dev),
  },
  {
    usage: "worker",
    says: "Run graphs: poll Temporal for work until Ctrl-C",
    examples: ["autoops worker", "TEMPORAL_ADDRESS=127.0.0.1:7233 autoops worker"],
    options: [endsWithParent()],
    load: async () => as((await import("./commands/worker.js")).worker),
  },
  {
    usage: "serve",
    says: "Serve the HTTP interface and the page until Ctrl-C; on 127.0.0.1 unless told otherwise",
    examples: ["autoops serve", "autoops serve --port 8080"],
    options: [
      new Option("--host <address>", "to listen on; any but this machine's own wants sign-in and TLS"),
      port("--port", "to listen on; 0 takes a free one"),
      endsWithParent(),
    ],
    load: async () => as((await import("./commands/serve.js")).serve),
  },
  {
    usage: "plan [goal]",
    says: "Draft a graph for a goal, by playbook (needs no server) or by the model; runs nothing",
    examples: [
      'autoops plan "checkout returns 500s since the last deploy; find out why and roll it back"',
      'autoops plan "checkout returns 500s" --yaml > workflow.yaml',
      "autoops plan --alert alert.json",
    ],
    options: [
      new Option("--yaml", "print the graph as a file for `validate` and `run`").conflicts(["mermaid", "dot", "json"]),
      new Option("--mermaid", "print a Mermaid flowchart").conflicts(["dot", "json"]),
      new Option("--dot", "print Graphviz DOT").conflicts("json"),
      new Option("--replay <file>", "give the plan that this file holds again, with no call; - reads standard input"),
      ...planning(),
    ],
    load: async () => as((await import("./commands/plan.js")).plan),
  },
  {
    usage: "refine <from> <feedback>",
    says: "Change the graph of a run or a file as you ask, by the model; shows what changed, runs nothing",
    examples: [
      'autoops refine workflow.yaml "look at the last hour, not 15 minutes"',
      'autoops refine checkout-returns-500s-k3x9 "also check the deployments" --yaml > workflow.yaml',
    ],
    options: [
      new Option("--yaml", "print the graph as a file for `validate` and `run`").conflicts("json"),
      new Option("--no-cache", "ask the model although an answer to the same question is kept"),
    ],
    load: async () => as((await import("./commands/refine.js")).refine),
  },
  {
    usage: "validate <file>",
    says: "Check a graph against this machine's policy; needs no server, runs nothing",
    examples: ["autoops validate workflow.yaml", "autoops validate workflow.json --format yaml > workflow.yaml"],
    options: [
      new Option("--format <format>", "print the graph as it was read, in this format, where it passes")
        .choices(["yaml", "json"])
        .conflicts("json"),
    ],
    load: async () => as((await import("./commands/validate.js")).validate),
  },
  {
    usage: "run <file>",
    says: "Run a graph, exactly as read, and show how it goes",
    examples: ["autoops run workflow.yaml", "autoops run workflow.yaml --dry-run", "autoops run - --detach"],
    options: starting(),
    load: async () => as((await import("./commands/run.js")).run),
  },
  {
    usage: "plan-and-run [goal]",
    says: "Draft a graph for a goal, show it, and run it if you agree",
    examples: ['autoops plan-and-run "checkout returns 500s; find out why"'],
    options: [new Option("--yes", "start without asking; it answers no gate"), ...planning(), ...starting()],
    load: async () => as((await import("./commands/plan-and-run.js")).planAndRun),
  },
  {
    usage: "watch <run>",
    says: "Show how a run goes until it ends; Ctrl-C leaves it running",
    examples: ["autoops watch checkout-returns-500s-k3x9"],
    options: [waitSeconds()],
    load: async () => as((await import("./commands/watch.js")).watch),
  },
  {
    usage: "status [run]",
    says: "Show a run as it is now; without one, what runs and what waits",
    examples: ["autoops status", "autoops status checkout-returns-500s-k3x9"],
    load: async () => as((await import("./commands/status.js")).status),
  },
  {
    usage: "report <run>",
    says: "Say what a run found out and did, in a few lines; all of it with --full, or as a document",
    examples: [
      "autoops report checkout-returns-500s-k3x9",
      "autoops report checkout-returns-500s-k3x9 --format md > report.md",
      "autoops report checkout-returns-500s-k3x9 --chart checkout.svg",
    ],
    options: reporting(),
    load: async () => as((await import("./commands/report.js")).report),
  },
  {
    usage: "inbox",
    says: "List the gates that wait for a decision",
    examples: ["autoops inbox", "autoops inbox --watch"],
    options: [new Option("--watch", "go on, and tell of gates that open and close, until Ctrl-C")],
    load: async () => as((await import("./commands/inbox.js")).inbox),
  },
  ...STACK_COMMANDS,
  decide("approve"),
  decide("reject"),
  decide("skip"),
  ...INCIDENT_COMMANDS,
  SCHEDULES,
  ...WRITE_COMMANDS,
  {
    usage: "undo <run>",
    says: "Take back what a run changed, the latest first: a run of its own, with a gate before each action",
    examples: ["autoops undo checkout-returns-500s-k3x9 --dry-run"],
    options: starting(),
    load: async () => as((await import("./commands/undo.js")).undo),
  },
  {
    usage: "cancel <run>",
    says: "Stop a run: its tools are stopped, its gates close",
    examples: ["autoops cancel checkout-returns-500s-k3x9"],
    load: async () => as((await import("./commands/cancel.js")).cancel),
  },
  {
    usage: "history",
    says: "List runs, the newest first",
    examples: ["autoops history", "autoops history --search checkout --limit 100"],
    options: [
      new Option("--limit <n>", "runs to list").argParser(whole(1, 200)).default(20),
      new Option("--cursor <cursor>", "go on where an earlier list ended"),
      new Option("--search <text>", "of these, only runs whose name, playbook or requester has the text"),
    ],
    load: async () => as((await import("./commands/history.js")).history),
  },
  {
    usage: "tools",
    says: "List the tools that graphs may name",
    examples: ["autoops tools", "autoops tools show metric_query"],
    options: [new Option("--all", "every tool, as without it").hideHelp()],
    commands: [SHOW_TOOL, APPROVE_TOOLS],
    load: async () => as((await import("./commands/tools.js")).tools),
  },
  SCHEMA,
  TEMPLATES,
  IMPORT,
  {
    usage: "playbooks",
    says: "List the playbooks that goals are planned from",
    examples: ["autoops playbooks"],
    commands: LEARNING,
    load: async () => as((await import("./commands/playbooks.js")).playbooks),
  },
  {
    usage: "sources",
    says: "The sources, trackers and channels that config.yaml declares",
    examples: ["autoops sources check", "autoops sources check checkout-logs --json"],
    commands: [
      {
        usage: "check [name]",
        says: "Ask each source, or one, a small question; exit code 0 only if all are fine",
        examples: ["autoops sources check", "autoops sources check checkout-logs"],
        load: async () => as((await import("./commands/sources.js")).checkDeclared),
      },
    ],
  },
  {
    usage: "policy",
    says: "The safety policy on this machine",
    examples: ["autoops policy show", "autoops policy explain workflow.yaml"],
    commands: [
      {
        usage: "show",
        says: "The policy in force, with where each value came from",
        examples: ["autoops policy show"],
        load: async () => as((await import("./commands/policy.js")).showPolicy),
      },
      {
        usage: "explain <file>",
        says: "What the policy says of each node of a graph, and by which rule",
        examples: ["autoops policy explain workflow.yaml"],
        load: async () => as((await import("./commands/policy.js")).explainPolicy),
      },
    ],
  },
  MCP,
  ...RECORD_COMMANDS,
  ...ACCESS_COMMANDS,
  MEMORY,
  {
    usage: "version",
    says: "Print the version",
    examples: [],
    load: async () => as((await import("./commands/version.js")).version),
  },
];
