// How long a command takes that needs no server, from its start to its end: `node bench/commands.mjs [OTHER]`, after
// `npm run build`. With OTHER, another checkout that was built, both take turns and the ratio of their medians is shown.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROUNDS = 7;
const GRAPH = {
  version: "1.0",
  id: "g",
  name: "n",
  goal_description: "look",
  nodes: [
    { id: "a", name: "a", type: "log_collection", tool: "log_collector", params: { source: "logs", window: "15m" } },
  ],
  edges: [],
};

const folder = mkdtempSync(join(tmpdir(), "autoops-commands-"));
const graph = join(folder, "g.json");
writeFileSync(graph, JSON.stringify(GRAPH));
const COMMANDS = {
  "node -e 0": undefined,
  version: ["version"],
  validate: ["validate", graph],
  plan: ["plan", "checkout is slow", "--param", "service=checkout", "--no-input"],
};
const checkouts = [resolve(import.meta.dirname, ".."), ...process.argv.slice(2, 3).map((path) => resolve(path))];
const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const env = { ...process.env, AUTOOPS_HOME: join(folder, "home") };

for (const [name, words] of Object.entries(COMMANDS)) {
  const times = checkouts.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, checkout] of checkouts.entries()) {
      const began = performance.now();
      const argv = words === undefined ? ["-e", "0"] : [join(checkout, "dist/client/cli/main.js"), ...words];
      const { error } = spawnSync(process.execPath, argv, { env });
      if (error !== undefined) throw error;
      times[index].push(performance.now() - began);
    }
  }
  const [own, other] = times.map(median);
  const beside = other === undefined ? "" : `, the other ${Math.round(other)} ms, ratio ${(own / other).toFixed(2)}`;
  console.log(`${name}: ${Math.round(own)} ms${beside}`);
}
rmSync(folder, { recursive: true, force: true });
