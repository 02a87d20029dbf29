/** The commands about an own stack: learn it, look into it, and set up for it. */
import { Option } from "commander";
import { as, type Declared } from "./declared.js";
import { endsWithParent, kindAndName, listed, port, span, waitSeconds, webAddress } from "./options.js";

const sources = () => [
  new Option("--prometheus <url>", "a Prometheus server, written into config.yaml where there is none").argParser(
    webAddress,
  ),
  new Option("--logs <folder>", "a folder with log files; may be repeated").argParser(listed),
  new Option("--kubeconfig <file>", "a kubeconfig: its current context becomes a declared cluster"),
];

const clusterOptions = () => [
  new Option("--cluster <name>", "a cluster that config.yaml declares").conflicts(["kubeconfig", "context"]),
  new Option("--namespace <name>", "the namespace to look at; * stands for all"),
  new Option("--workload <kind/name>", "only what has to do with it, such as deployment/checkout").argParser(
    kindAndName,
  ),
  new Option(
    "--kubeconfig <file>",
    "a kubeconfig; without it that of KUBECONFIG or ~/.kube/config, where no cluster is declared",
  ),
  new Option("--context <name>", "the context of the kubeconfig; default: its current one"),
  new Option("--dumps <folder>", "in place of a cluster: what kubectl wrote of it, as JSON, YAML or text").conflicts([
    "cluster",
    "kubeconfig",
    "context",
  ]),
  new Option("--allow-exec", "let the kubeconfig start the program that it names to sign in"),
];

export const STACK_COMMANDS: readonly Declared[] = [
  {
    usage: "init",
    says: "Set up for this machine: find what is there, write config.yaml and a safety.yaml that changes nothing, learn the stack",
    examples: ["autoops init --yes", "autoops init --prometheus http://127.0.0.1:9090 --logs /var/log/shop"],
    options: [...sources(), new Option("--yes", "ask nothing; take what is found")],
    load: async () => as((await import("./commands/init.js")).init),
  },
  {
    usage: "doctor",
    says: "Tell for each part whether it works, what is missing for a good answer, and the command that mends it",
    examples: ["autoops doctor"],
    load: async () => as((await import("./commands/doctor.js")).doctor),
  },
  {
    usage: "up",
    says: "Start the Temporal server, a worker and the façade together, for this machine, until Ctrl-C",
    examples: ["autoops up", "autoops up --port 8090"],
    options: [
      port("--port", "of the page; without it the usual one, or any other where that is taken"),
      port("--temporal-port", "of the Temporal server; 0 takes a free one"),
      endsWithParent(),
    ],
    load: async () => as((await import("./commands/up.js")).up),
  },
  {
    usage: "discover",
    says: "Learn the stack from the declared sources: what there is, who calls whom, whose log is whose; writes map.yaml",
    examples: [
      "autoops discover",
      "autoops discover --check",
      "autoops discover --prometheus http://127.0.0.1:9090 --logs /var/log/shop",
      "autoops discover --kubeconfig ~/.kube/config",
    ],
    options: [
      ...sources(),
      new Option("--check", "write nothing; say what differs, and end with 1 if anything does").conflicts("print"),
      new Option("--print", "write nothing; print the map"),
    ],
    load: async () => as((await import("./commands/discover.js")).discover),
  },
  {
    usage: "investigate [goal]",
    says: "Find out what is wrong: plan from the map or the cluster, look everywhere near, answer in plain words; changes nothing",
    examples: [
      "autoops investigate",
      'autoops investigate "customers cannot pay"',
      "autoops investigate --namespace shop",
      'autoops investigate --kubeconfig ~/.kube/config --namespace shop "pods do not start"',
      "autoops investigate --alert alert.json",
    ],
    options: [
      new Option(
        "--alert <file>",
        "a webhook of Alertmanager, Grafana, PagerDuty, Datadog or any other (docs/playbooks.md); - reads standard input",
      ),
      new Option("--since <duration>", "how far back to look, such as 1h").argParser(span),
      ...clusterOptions(),
      new Option("--all", "every finding, not only the answer"),
      waitSeconds(),
    ],
    load: async () => as((await import("./commands/investigate.js")).investigate),
  },
];
