// The tests against servers that take long to build: a Kubernetes control plane, Loki, Jaeger, a newer Temporal. Each is built once into
// the cache; where one cannot be built, this fails. Ends with a line `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";

const SLOW = ["etcd", "kwok", "kubernetes", "jaeger", "loki", "temporal-server"];

const built = spawnSync("node", ["scripts/provide-services.mjs", ...SLOW], { stdio: "inherit" });
if (built.status !== 0) {
  console.error("test:services: not every server could be built");
  console.log("0 passed, 1 failed, 0 skipped");
  process.exit(1);
}
const env = { ...process.env, TEST_SERVICES: "1" };
const filters = process.argv.slice(2);
const wanted = filters.length > 0 ? filters : ["test/services"];
const { status } = spawnSync("node", ["scripts/test.mjs", ...wanted], { stdio: "inherit", env });
process.exit(status ?? 1);
