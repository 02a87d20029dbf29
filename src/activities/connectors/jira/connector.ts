/** Jira, Cloud and Data Center: issues of a project as a tracker. */
import type { TrackerConnector } from "../contract.js";
import { JiraTracker } from "./tracker.js";

export const jiraTracker: TrackerConnector<"jira"> = {
  kind: "jira",
  client: (...given) => new JiraTracker(...given),
};
