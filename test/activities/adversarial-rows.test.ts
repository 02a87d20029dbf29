/** Hostile graphs of our own, against the parser, the real tools and an open policy: refused with the code that fits. */
import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../src/vocabulary/problems.js";
import { judgeGraph, openPolicy } from "../support/adversarial.js";

const POLICY = openPolicy({ allowed_hosts: ["*"], blocked_hosts: ["*.blocked.test"] });

type Fields = Record<string, unknown>;
const collect = (more: Fields = {}): Fields => ({
  id: "a",
  name: "collect",
  type: "log_collection",
  tool: "log_collector",
  params: { source: "logs" },
  ...more,
});
const think = (more: Fields = {}): Fields => ({
  id: "b",
  name: "think",
  type: "analysis",
  tool: "echo",
  params: { message: "hi" },
  ...more,
});
const mend = (more: Fields = {}): Fields => ({
  id: "w",
  name: "mend",
  type: "rollback",
  tool: "rollback",
  params: { target: "api", version: "1" },
  ...more,
});
const probe = (url: string): Fields => ({
  id: "a",
  name: "probe",
  type: "metric_query",
  tool: "http_probe",
  params: { url },
});
const graph = (nodes: Fields[], edges: Fields[] = [], more: Fields = {}): Fields => ({
  id: "g",
  name: "n",
  goal_description: "find out",
  nodes,
  edges,
  ...more,
});
const linked = (edge: Fields = {}, second: Fields = {}): Fields =>
  graph([collect(), think(second)], [{ from_node_id: "a", to_node_id: "b", ...edge }]);
const text = (change: (json: string) => string): string => change(JSON.stringify(graph([collect()])));

const ACCEPTED: Array<[string, unknown]> = [
  ["the plainest graph", graph([collect()])],
  ["the same as text", text((json) => json)],
  ["the same with a byte-order mark", text((json) => `\uFEFF${json}`)],
  ["a condition over what ran before", linked({ condition: "{{ a.total > 3 and not a.truncated }}" })],
  ["a template over what ran before", linked({}, { params: { message: "found {{ a.total }}" } })],
  ["names in any script", linked({}, { name: "分析 журнал 🔥" })],
  ["ids that objects know", graph([collect({ id: "toString" })])],
  [
    "an ordinary query",
    graph([{ ...probe(""), tool: "metric_query", params: { source: "metrics", query: "rate(x[5m])" } }]),
  ],
];

const GATED: Array<[string, unknown, string[]]> = [
  ["a write that says it needs no approval", graph([mend({ requires_human_approval: false })]), ["w"]],
  ["a write that says nothing of it", graph([mend()]), ["w"]],
  [
    "a write that follows a review",
    graph(
      [{ id: "r", name: "ask", type: "human_review", params: { prompt: "ok?" } }, mend()],
      [{ from_node_id: "r", to_node_id: "w" }],
    ),
    ["r", "w"],
  ],
  [
    "a write reached by a failure edge",
    graph([collect(), mend()], [{ from_node_id: "a", to_node_id: "w", on: "failure" }]),
    ["w"],
  ],
  [
    "a write whose target is a template",
    graph(
      [collect(), mend({ params: { target: "{{ a.source }}", version: "1" } })],
      [{ from_node_id: "a", to_node_id: "w" }],
    ),
    ["w"],
  ],
  [
    "scaling to nothing",
    graph([mend({ type: "scale_action", tool: "scale_action", params: { target: "api", replicas: 0 } })]),
    ["w"],
  ],
];

/** Words, the graph, and the codes of which one must be told. */
const REFUSED: Array<[string, unknown, ...ProblemCode[]]> = [
  // Keys that the format does not know
  ["a field that would lift the gate", graph([mend({ auto_approve: true })]), "unknown-key"],
  ["a field that names another policy", graph([collect()], [], { policy: { execution: {} } }), "unknown-key"],
  ["an edge that carries code", linked({ script: "id" }), "unknown-key"],
  ["camelCase beside snake_case", graph([mend({ requiresHumanApproval: false })]), "unknown-key"],
  ["an effect that the graph declares", graph([mend({ effect: "read" })]), "unknown-key"],
  ["a gate that the graph declares", graph([mend({ gate: null })]), "unknown-key"],
  [
    "a param that the tool does not know",
    graph([collect({ params: { source: "logs", path: "/etc/passwd" } })]),
    "params-invalid",
  ],
  // Ids
  ["an id in other letters that look alike", graph([collect({ id: "а" })]), "field-invalid"],
  ["an id with a zero-width space", graph([collect({ id: "a\u200B" })]), "field-invalid"],
  ["an id with a right-to-left mark", graph([collect({ id: "a\u202Eb" })]), "field-invalid"],
  ["an id with a line break at its end", graph([collect({ id: "a\n" })]), "field-invalid"],
  ["an id that is a template", graph([collect({ id: "{{ a }}" })]), "field-invalid"],
  ["an id that is a path", graph([collect({ id: "../a" })]), "field-invalid"],
  ["an id of 65 characters", graph([collect({ id: "a".repeat(65) })]), "field-invalid"],
  ["the id __proto__", text((json) => json.replace('"id":"a"', '"id":"__proto__"')), "field-invalid"],
  ["two nodes of one id", graph([collect(), think({ id: "a" })]), "duplicate-node-id"],
  ["a graph's id with shell text", graph([collect()], [], { id: "$(id)" }), "field-invalid"],
  // Shape
  ["an edge to nowhere", graph([collect()], [{ from_node_id: "a", to_node_id: "z" }]), "edge-to-nowhere"],
  ["a self-loop", graph([collect()], [{ from_node_id: "a", to_node_id: "a" }]), "self-loop"],
  [
    "a circle that starts behind a good node",
    graph(
      [collect(), think(), think({ id: "c" })],
      [
        { from_node_id: "a", to_node_id: "b" },
        { from_node_id: "b", to_node_id: "c" },
        { from_node_id: "c", to_node_id: "b" },
      ],
    ),
    "cycle",
  ],
  ["a node that no edge touches", graph([collect(), think()]), "orphan-node"],
  ["a join that can never be met", linked({}, { join: 7 }), "join-impossible"],
  ["a join of nobody", linked({}, { join: 0 }), "field-invalid"],
  ["no node at all", graph([]), "field-invalid"],
  // Types and tools that do not fit one another
  ["a write under a type that reads", graph([mend({ type: "log_collection" })]), "tool-type-mismatch"],
  ["a write under a type that tells people", graph([mend({ type: "notification" })]), "tool-type-mismatch"],
  ["a reader under a type that writes", graph([collect({ type: "rollback" })]), "tool-type-mismatch"],
  ["a tool in a node that needs none", graph([collect({ type: "wait", params: { seconds: 1 } })]), "tool-missing"],
  ["no tool where one is needed", graph([collect({ tool: null })]), "tool-missing"],
  ["a tool of another case", graph([collect({ tool: "Log_Collector" })]), "unknown-tool"],
  ["a tool that every object has", graph([collect({ tool: "constructor" })]), "unknown-tool"],
  ["an activity that is no tool", graph([collect({ tool: "ask_approval" })]), "unknown-tool"],
  ["the activity for unknown tools", graph([collect({ tool: "default" })]), "unknown-tool"],
  ["a tool with a blank before its name", graph([collect({ tool: " log_collector" })]), "unknown-tool"],
  ["a type of another case", graph([collect({ type: "LOG_COLLECTION" })]), "field-invalid"],
  ["a target that is not declared", graph([mend({ params: { target: "db", version: "1" } })]), "target-not-declared"],
  [
    "a target that every object has",
    graph([mend({ params: { target: "constructor", version: "1" } })]),
    "target-not-declared",
  ],
  [
    "an action that the target lacks",
    graph([mend({ params: { target: "host", version: "1" } })]),
    "target-not-declared",
  ],
  ["a source that is not declared", graph([collect({ params: { source: "other" } })]), "source-not-configured"],
  ["a source of another kind", graph([collect({ params: { source: "metrics" } })]), "source-not-configured"],
  // Shell text, paths and breaks in names
  ...[
    "$(id)",
    "api;id",
    "api|id",
    "api&&id",
    "`id`",
    "../../etc",
    "api\nkube-system",
    "api\0",
    "--help",
    "-rf",
    "api%0a",
    "%2e%2e",
    "api id",
    "..",
  ].map((name): [string, unknown, ProblemCode] => [
    `the target ${JSON.stringify(name)}`,
    graph([mend({ params: { target: name, version: "1" } })]),
    "params-invalid",
  ]),
  ...["$(id)", "1;id", "1 2", "../1", "1\n2", "-1", "`id`", "1'--"].map((version): [string, unknown, ProblemCode] => [
    `the version ${JSON.stringify(version)}`,
    graph([mend({ params: { target: "api", version } })]),
    "params-invalid",
  ]),
  [
    "a query in SQL",
    graph([{ ...probe(""), tool: "metric_query", params: { source: "metrics", query: "DROP TABLE orders" } }]),
    "params-invalid",
  ],
  // URLs, in every notation of an address that is not public
  ...[
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254.:80/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://user:pass@127.0.0.1/",
  ].map((url): [string, unknown, ...ProblemCode[]] => [
    url,
    graph([probe(url)]),
    "address-not-allowed",
    "url-invalid",
    "secret-in-params",
  ]),
  ...[
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://x.blocked.test/",
    "http://X.BLOCKED.TEST./",
  ].map((url): [string, unknown, ...ProblemCode[]] => [
    url,
    graph([probe(url)]),
    "host-not-allowed",
    "address-not-allowed",
  ]),
  ...[
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "//example.com/",
    "http:",
    "ftp://example.com/",
    "data:text/plain,x",
    "http://exa mple.com/",
    "unix:/var/run/docker.sock",
  ].map((url): [string, unknown, ...ProblemCode[]] => [url, graph([probe(url)]), "params-invalid", "url-invalid"]),
  // Secrets, where a param is free text
  ...[
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "glpat-Zx9yTq3mWbLk2vNc4RsD",
    "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx",
    "sk-proj-Zx9yTq3mWbLk2vNc4RsDZx9yTq3mWbLk2vNc4RsDZx9yTq3mT3BlbkFJ",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "dop_v1_ef0e04edc13918192246e0c90f0735c7f4db7a5a036a857e48d6cc98f1c9576b",
    "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",
    "https://ann:hunter2secret@example.com/",
    "Authorization: Bearer 7f3c9a1e5b8d2f60a4c7e9b1d3f50718",
    "password=hunter2-correct-horse",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx1yZ4v5Zk0b8Qm2f\n-----END RSA PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  ].map((secret): [string, unknown, ProblemCode] => [
    `a secret such as ${secret.slice(0, 12)}…`,
    graph([think({ params: { message: `use ${secret} please` } })]),
    "secret-in-params",
  ]),
  // Expressions
  ...[
    "{{ 7*7 }}",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of another language
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "a.constructor.constructor('return 1')()",
    "process.exit(1)",
    "require('fs')",
    "a.total === 1",
    "a.total = 1",
    "a.x == 1 == 1",
    "a.x ? 1 : 0",
    "[x for x in a]",
    "lambda: 1",
    "a['total' + 's'] == 1",
    "'a' * 1000000",
    "a matches '^(a|a)*$'",
    "((((",
    "{{",
    "{{ a.total > 1 }}{{ true }}",
    "import os",
    "",
    "`id`",
    "a.total > 1; a.total < 2",
    "__proto__.x == 1",
    `${"(".repeat(41)}true${")".repeat(41)}`,
    `a.total == 1${" or a.total == 1".repeat(200)}`,
  ].map((condition): [string, unknown, ...ProblemCode[]] => [
    `the condition ${condition.slice(0, 40)}`,
    linked({ condition }),
    "condition-invalid",
    "reference-not-ancestor",
    "field-invalid",
  ]),
  ["a condition on a node that runs later", linked({ condition: "b.message == 'x'" }), "reference-not-ancestor"],
  ["a condition on a node that is not there", linked({ condition: "secrets.DB == 'x'" }), "reference-not-ancestor"],
  [
    "a template of a node that runs later",
    graph([collect({ params: { source: "{{ b.message }}" } }), think()], [{ from_node_id: "a", to_node_id: "b" }]),
    "reference-not-ancestor",
  ],
  [
    "a template that reads the environment",
    graph([think({ params: { message: "{{ env.HOME }}" } })]),
    "reference-not-ancestor",
  ],
  ["a template that calls", graph([think({ params: { message: "{{ process.exit(1) }}" } })]), "template-invalid"],
  ["a template without end", graph([think({ params: { message: "{{ a.b" } })]), "template-invalid"],
  [
    "twenty-one templates in one string",
    linked({}, { params: { message: "{{ a.total }}".repeat(21) } }),
    "template-invalid",
  ],
  // Size
  ["params of a megabyte", graph([think({ params: { message: "x".repeat(1_000_000) } })]), "params-invalid"],
  [
    "params of 70,000 keys",
    graph([
      collect({
        params: {
          source: "logs",
          ...Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`k${index}`, index])),
        },
      }),
    ]),
    "params-invalid",
    "too-many-problems",
  ],
  [
    "params nested 40 deep",
    graph([think({ params: { message: JSON.parse(`${'{"x":'.repeat(40)}1${"}".repeat(40)}`) } })]),
    "document-too-large",
  ],
  [
    "metadata nested 40 deep",
    graph([collect()], [], { metadata: JSON.parse(`${'{"x":'.repeat(40)}1${"}".repeat(40)}`) }),
    "document-too-large",
  ],
  ["a name of 201 characters", graph([collect({ name: "x".repeat(201) })]), "field-invalid"],
  [
    "a thousand and one nodes",
    graph(Array.from({ length: 1_001 }, (_, index) => collect({ id: `n${index}` }))),
    "field-invalid",
  ],
  [
    "a circle of 900 nodes",
    graph(
      Array.from({ length: 900 }, (_, index) => collect({ id: `n${index}` })),
      Array.from({ length: 900 }, (_, index) => ({ from_node_id: `n${index}`, to_node_id: `n${(index + 1) % 900}` })),
    ),
    "cycle",
  ],
  // Numbers and truth
  ...[
    "0x3C",
    "060",
    "+60",
    "60.",
    ".6e2",
    "0o74",
    "6_0",
    "NaN",
    ".inf",
    "1e400",
    "60abc",
    "'60'",
    '"60"',
    "true",
    "null",
    "1.5",
    "-1",
    "0",
    "3601",
    "[60]",
  ].map((written): [string, unknown, ...ProblemCode[]] => [
    `timeout_seconds: ${written} in JSON`,
    text((json) => json.replace('"params"', `"timeout_seconds":${written},"params"`)),
    "document-not-parsed",
    "field-invalid",
  ]),
  ...["0x3C", "060", "0o74", "+60", "60.", "6_0", "1:00", ".inf", ".nan"].map(
    (written): [string, unknown, ...ProblemCode[]] => [
      `timeout_seconds: ${written} in YAML`,
      `id: g\nname: n\ngoal_description: x\nnodes:\n- id: a\n  name: a\n  type: log_collection\n  tool: log_collector\n  params: {source: logs}\n  timeout_seconds: ${written}\nedges: []\n`,
      "document-not-parsed",
      "field-invalid",
    ],
  ),
  ...["no", "off", "n", "0", '"false"', "~", "[]", "{}"].map((written): [string, unknown, ...ProblemCode[]] => [
    `requires_human_approval: ${written} in YAML`,
    `id: g\nname: n\ngoal_description: x\nnodes:\n- id: w\n  name: w\n  type: rollback\n  tool: rollback\n  params: {target: api, version: "1"}\n  requires_human_approval: ${written}\nedges: []\n`,
    // A bare ~ would go out as null: it is not taken at all.
    written === "~" ? "document-not-parsed" : "field-invalid",
  ]),
  // Text that is nearly a graph
  ["a trailing comma in JSON", text((json) => json.replace(/}$/, ",}")), "document-not-parsed"],
  ["single quotes in JSON", text((json) => json.replaceAll('"', "'")), "document-not-parsed"],
  ["bare keys in JSON", text((json) => json.replace('"nodes"', "nodes")), "document-not-parsed"],
  ["a comment in JSON", text((json) => json.replace('"nodes"', ' # all of them\n"nodes"')), "document-not-parsed"],
  [
    "a comment of another language in JSON",
    text((json) => json.replace('"nodes"', '/* x */"nodes"')),
    "document-not-parsed",
  ],
  [
    "words of Python in JSON",
    text((json) => json.replace('"params"', '"continue_on_failure":True,"params"')),
    "document-not-parsed",
  ],
  ["JSON that breaks off", text((json) => json.slice(0, -2)), "document-not-parsed"],
  ["JSON in a Markdown fence", text((json) => `\`\`\`json\n${json}\n\`\`\``), "document-not-parsed", "field-invalid"],
  [
    "JSON with a sentence before it",
    text((json) => `Here is your plan: ${json}`),
    "document-not-parsed",
    "field-invalid",
  ],
  ["JSON with a sentence after it", text((json) => `${json}\nHope this helps!`), "document-not-parsed"],
  ["two graphs in one text", text((json) => `${json}\n${json}`), "document-not-parsed"],
  [
    "a key that stands twice",
    text((json) => json.replace('"params"', '"tool":"echo","params"')),
    "document-not-parsed",
  ],
  [
    "a key that stands twice, once in escapes",
    text((json) => json.replace('"params"', '"\\u0074ool":"echo","params"')),
    "document-not-parsed",
  ],
  ["a list of graphs", [graph([collect()])], "field-invalid"],
  ["a graph in a string", JSON.stringify(JSON.stringify(graph([collect()]))), "field-invalid"],
  // YAML beyond JSON
  ...[
    "!!js/function 'x'",
    "!!python/object/apply:os.system ['id']",
    "!!binary aGk=",
    "!!set {a}",
    "!!timestamp 2001-01-01",
    "!x y",
    "!!omap [a: 1]",
    "&a [*a]",
    "*missing",
  ].map((value): [string, unknown, ...ProblemCode[]] => [
    `${value} in YAML`,
    `id: g\nname: n\ngoal_description: x\nnodes: []\nedges: []\nmetadata: {x: ${value}}\n`,
    "document-not-parsed",
    "document-too-large",
  ]),
  [
    "a merge key",
    "base: &b {id: g}\n<<: *b\nname: n\ngoal_description: x\nnodes: []\nedges: []\n",
    "document-not-parsed",
  ],
  [
    "aliases that multiply",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    "document-not-parsed",
    "document-too-large",
  ],
  ["a directive", "%TAG ! tag:evil,2000:\n---\nid: g\n", "document-not-parsed", "field-invalid"],
  // What is no JSON at all
  ["a function", graph([collect({ params: { source: () => "logs" } })]), "document-not-parsed"],
  ["a date", graph([collect({ params: { source: new Date(0) } })]), "document-not-parsed"],
  ["a map", new Map([["id", "g"]]), "document-not-parsed"],
  ["nothing", undefined, "document-not-parsed", "field-invalid"],
  ["an empty text", "", "field-invalid"],
  ["a number too large", graph([collect({ timeout_seconds: Number.POSITIVE_INFINITY })]), "document-not-parsed"],
];

describe("what is fine is accepted without a gate", () => {
  test.each(ACCEPTED)("%s", (_, input) => {
    expect(judgeGraph(input, POLICY)).toMatchObject({ accepted: true, problems: [], gated: [] });
  });
});

describe("what changes production waits for a person", () => {
  test.each(GATED)("%s", (_, input, gated) => {
    expect(judgeGraph(input, POLICY)).toMatchObject({ accepted: true, problems: [], gated });
  });
});

describe("what must be refused is refused, within two seconds, for the reason that fits", () => {
  test.each(REFUSED)("%s", (_, input, ...codes) => {
    const judged = judgeGraph(input, POLICY);
    expect(judged.accepted).toBe(false);
    const told = judged.problems.map(({ code }) => code);
    expect(
      codes.some((code) => told.includes(code)),
      `${codes.join(" or ")}, told ${told.join(", ")}`,
    ).toBe(true);
    expect(judged.ms).toBeLessThan(2_000);
    for (const { message } of judged.problems) expect(message.length).toBeLessThan(1_000);
  });

  test("no object has been given a property that all would have", () => {
    for (const name of ["approved", "polluted", "evil"]) expect(Reflect.get({}, name)).toBeUndefined();
  });

  test("a secret that is refused stands in no message", () => {
    const secrets = REFUSED.filter(([, , code]) => code === "secret-in-params");
    expect(secrets.length).toBeGreaterThan(10);
    for (const [, input] of secrets) {
      const message = (input as { nodes: Array<{ params: { message: string } }> }).nodes[0]?.params.message ?? "";
      const secret = message.replace(/^use | please$/g, "");
      expect(JSON.stringify(judgeGraph(input, POLICY).problems)).not.toContain(secret);
    }
  });
});
