/** Sources of kind `jaeger`. */
import { z } from "zod";
import type { SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { servicesFound } from "../kit/source-checks.js";
import { readJaeger } from "./traces.js";

const servicesSchema = z
  .object({ data: z.array(z.string()).nullable(), total: z.int() })
  .transform(({ data }) => data ?? []);

export const jaeger: SourceConnector<"jaeger"> = {
  kind: "jaeger",
  urls: ({ url }) => [url],
  check: (source, context) =>
    servicesFound(source, { server: "Jaeger", path: "/api/services", schema: servicesSchema }, context),
  readTraces: readJaeger,
  sample: { kind: "jaeger", url: SAMPLE_URL },
};
