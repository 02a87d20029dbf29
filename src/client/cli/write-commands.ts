/** The commands that hold writes back and let them go: `pause`, `resume`, `override`. */
import { Option } from "commander";
import { ENVIRONMENTS } from "../../vocabulary/node-types.js";
import { OVERRIDE_DEFAULT_MINUTES, OVERRIDE_MAX_MINUTES } from "../../vocabulary/write-limits.js";
import { as, type Declared } from "./declared.js";
import { whole } from "./options.js";

const reason = () => new Option("--reason <text>", "why; it is kept in the audit log");

export const WRITE_COMMANDS: readonly Declared[] = [
  {
    usage: "pause",
    says: "Let no write start any more, on no worker; runs that go on stop before their next write",
    examples: [
      'autoops pause --reason "checkout acts up"',
      "autoops pause --scope environment:production --reason freeze",
    ],
    options: [
      new Option("--scope <scope>", "all, environment:NAME, target:NAME or namespace:NAME").default("all"),
      reason().makeOptionMandatory(),
    ],
    load: async () => as((await import("./commands/writes.js")).pause),
  },
  {
    usage: "resume",
    says: "Let writes start again; what was refused meanwhile is not done by it",
    examples: ["autoops resume", "autoops resume --scope target:checkout"],
    options: [new Option("--scope <scope>", "end only the pauses of this scope"), reason()],
    load: async () => as((await import("./commands/writes.js")).resume),
  },
  {
    usage: "override",
    says: "Let writes start outside the change windows of an environment for a time, if the policy names a group of yours",
    examples: ['autoops override --environment production --minutes 30 --reason "incident 4711"'],
    options: [
      new Option("--environment <name>", "whose windows").choices(ENVIRONMENTS).makeOptionMandatory(),
      new Option("--minutes <n>", "how long")
        .argParser(whole(1, OVERRIDE_MAX_MINUTES))
        .default(OVERRIDE_DEFAULT_MINUTES),
      reason().makeOptionMandatory(),
    ],
    load: async () => as((await import("./commands/writes.js")).override),
  },
];
