/** docs/cluster-causes.md as the table of causes gives it. */
import { CAUSES } from "../../src/core/cluster/codes.js";

const HEAD = `# Causes in a cluster

What \`kubernetes_state\` names, by family. Codes are stable. Each cause comes with the object to mend, the fields, events and log lines
that decide, and whom it hits. Held against \`src/core/cluster/codes.ts\` by \`test/core/cluster/codes.test.ts\`.
`;

export function causesDocument(): string {
  const families = [...new Set(Object.values(CAUSES).map(({ family }) => family))];
  const parts = families.map((family) => {
    const rows = Object.entries(CAUSES)
      .filter(([, one]) => one.family === family)
      .map(([code, { means, confirm, next }]) => `| \`${code}\` | ${means} | ${confirm} | ${next} |`);
    const name = `${family.slice(0, 1).toUpperCase()}${family.slice(1)}`;
    return `\n## ${name}\n\n| Code | Means | Confirms it | Next |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return HEAD + parts.join("");
}
