/** The commands below `autoops templates`, with their options and examples. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";
import { pair, planning } from "./options.js";

export const IMPORT: Declared = {
  usage: "import <file>",
  says: "Turn a graph or template of the Python version into a graph of this one, and say what changed; runs nothing",
  examples: [
    "autoops import investigate.json > workflow.yaml",
    "autoops import templates/pod-crash.yaml --param service=checkout --param logs=shop-logs > workflow.yaml",
  ],
  options: [
    new Option(
      "--param <name=value>",
      "a parameter of the template, or what logs, metrics, traces, target, tracker and channel are called here; may be repeated",
    ).argParser(pair),
  ],
  load: async () => as((await import("./commands/import.js")).importFile),
};

export const TEMPLATES: Declared = {
  usage: "templates",
  says: "The playbooks: what they are for, what they need, and a plan from one of them",
  examples: ["autoops templates list", "autoops templates show pod-crash"],
  commands: [
    {
      usage: "list",
      says: "The playbooks that come with the product, your own and learned ones, and what is wrong with your own",
      examples: ["autoops templates list"],
      load: async () => as((await import("./commands/templates.js")).list),
    },
    {
      usage: "show <name>",
      says: "What a playbook does, what it needs, and which goals and alerts it answers",
      examples: ["autoops templates show pod-crash"],
      load: async () => as((await import("./commands/templates.js")).show),
    },
    {
      usage: "use <name>",
      says: "Draft a graph from this playbook; runs nothing",
      examples: [
        "autoops templates use pod-crash --param namespace=shop",
        "autoops templates use latency --param service=checkout --remedy --yaml > workflow.yaml",
      ],
      options: [
        new Option("--yaml", "print the graph as a file for `validate` and `run`").conflicts("json"),
        ...planning().filter(({ long }) => ["--param", "--remedy", "--look-only"].includes(long ?? "")),
      ],
      load: async () => as((await import("./commands/templates.js")).use),
    },
  ],
};
