/** Sources of kind `zipkin`. */
import { z } from "zod";
import type { SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { servicesFound } from "../kit/source-checks.js";
import { readZipkin } from "./traces.js";

const servicesSchema = z.array(z.string());

export const zipkin: SourceConnector<"zipkin"> = {
  kind: "zipkin",
  urls: ({ url }) => [url],
  check: (source, context) =>
    servicesFound(source, { server: "Zipkin", path: "/api/v2/services", schema: servicesSchema }, context),
  readTraces: readZipkin,
  sample: { kind: "zipkin", url: SAMPLE_URL },
};
