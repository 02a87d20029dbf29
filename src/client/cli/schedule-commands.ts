/** The commands below `autoops schedules`, with their options and examples. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";

const reason = () => new Option("--reason <text>", "why; it stands with the schedule");
const one = (usage: string, says: string, name: "show" | "trigger" | "remove", example: string): Declared => ({
  usage: `${usage} <name>`,
  says,
  examples: [example],
  load: async () => as((await import("./commands/schedules.js"))[name]),
});

export const SCHEDULES: Declared = {
  usage: "schedules",
  says: "Graphs and goals that start by the clock; Temporal keeps them",
  examples: [
    'autoops schedules create morning --goal "is anything wrong in the stack?" --cron "0 7 * * 1-5"',
    "autoops schedules list",
  ],
  commands: [
    {
      usage: "create <name>",
      says: "Start a stored graph, or plan anew from a goal, at set times; says when",
      examples: [
        "autoops schedules create nightly --graph check.yaml --cron '30 2 * * *' --timezone Europe/Berlin",
        'autoops schedules create hourly --goal "is checkout healthy?" --every 1h --preview',
      ],
      options: [
        new Option("--graph <file>", "run this graph as it is now").conflicts("goal"),
        new Option("--goal <text>", "plan anew from this goal each time"),
        new Option("--remedy", "with --goal: with the playbook's remedy, behind its gate"),
        new Option("--cron <expression>", "five fields: minute, hour, day, month, weekday").conflicts("every"),
        new Option("--every <duration>", "such as 15m or 2h"),
        new Option("--timezone <zone>", "of the cron expression, such as Europe/Berlin").default("UTC"),
        new Option("--jitter <duration>", "start up to so much later, at random"),
        new Option("--catchup <duration>", "make up for starts that were missed up to so long ago").default("10m"),
        new Option("--preview", "say when it would start; keep nothing"),
      ],
      load: async () => as((await import("./commands/schedules.js")).create),
    },
    {
      usage: "list",
      says: "The schedules, when they start next, and which are paused",
      examples: ["autoops schedules list"],
      load: async () => as((await import("./commands/schedules.js")).list),
    },
    one("show", "One schedule with its next and last starts", "show", "autoops schedules show nightly"),
    {
      usage: "pause <name>",
      says: "Start nothing by it until it is resumed",
      examples: ['autoops schedules pause nightly --reason "freeze"'],
      options: [reason()],
      load: async () => as((await import("./commands/schedules.js")).pause),
    },
    {
      usage: "resume <name>",
      says: "Start by it again",
      examples: ["autoops schedules resume nightly"],
      options: [reason()],
      load: async () => as((await import("./commands/schedules.js")).resume),
    },
    one("trigger", "Start it once now", "trigger", "autoops schedules trigger nightly"),
    one("delete", "Delete it; runs that it started go on", "remove", "autoops schedules delete nightly"),
  ],
};
