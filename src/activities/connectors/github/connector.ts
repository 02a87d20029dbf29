/** GitHub: issues of a repository as a tracker. */
import type { TrackerConnector } from "../contract.js";
import { GithubTracker } from "./tracker.js";

export const githubTracker: TrackerConnector<"github"> = {
  kind: "github",
  client: (...given) => new GithubTracker(...given),
};
