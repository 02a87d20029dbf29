/** Sources of kind `deployments`: a record of what was deployed, in a file or at a URL. */
import { toolFailure } from "../../define-tool.js";
import type { SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { counted } from "../kit/source-checks.js";
import { deploymentChanges } from "./changes.js";
import { readDeployments } from "./record.js";

export const deployments: SourceConnector<"deployments"> = {
  kind: "deployments",
  urls: ({ url }) => (url === undefined ? [] : [url]),
  async check(source, context) {
    const [newest, ...others] = await readDeployments(source, context);
    if (newest === undefined) throw toolFailure("source-answer-invalid", `${source.name} lists no deployment`);
    return `${counted(others.length + 1, "deployment")}, the newest of version ${newest.version}`;
  },
  readChanges: deploymentChanges,
  sample: { kind: "deployments", url: SAMPLE_URL },
};
