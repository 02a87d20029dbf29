/** The SDK's runtime of this process: where its log lines go, and where its metrics are read. One a process. */
import { DefaultLogger, type LogEntry, makeTelemetryFilterString, Runtime } from "@temporalio/worker";
import { type ListenAddress, listenAddressText } from "../platform/listen-address.js";
import type { Log } from "../platform/log.js";
import { cannotListen } from "../platform/probes.js";
import type { Problem } from "../vocabulary/problems.js";

let installed: { metrics: string | undefined } | undefined;

/**
 * Installs the runtime; its log lines go through `log`. With an address the SDK serves its metrics there, at `/metrics`, as
 * Prometheus reads them. A second call changes nothing. A problem where the metrics cannot be served as asked.
 */
export function installRuntime(log: Log, metrics?: ListenAddress): Problem | undefined {
  const bindAddress = metrics === undefined ? undefined : listenAddressText(metrics);
  if (installed === undefined) {
    try {
      install(log, bindAddress);
      installed = { metrics: bindAddress };
    } catch (error) {
      // A host program has installed its own runtime, and with it its own logger and metrics.
      if ((error as Error).name === "IllegalStateError") installed = { metrics: undefined };
      else if (metrics === undefined) throw error;
      else return cannotListen(metrics, "metrics", error as Error);
    }
  }
  if (bindAddress === undefined || bindAddress === installed.metrics) return undefined;
  const message = `AUTOOPS_WORKER_METRICS_ADDRESS must be that of the first Temporal runtime of this process (${installed.metrics ?? "which serves none"}), got ${bindAddress}`;
  const hint = "unset it, and serve the metrics of the runtime that the host program installs";
  return { code: "environment-variable-invalid", at: "AUTOOPS_WORKER_METRICS_ADDRESS", message, hint };
}

function install(log: Log, bindAddress: string | undefined): void {
  const print = ({ level, message, meta }: LogEntry) => {
    const fields = { ...meta, operation: "temporal" };
    if (level === "ERROR") log.error(message, fields);
    else if (level === "WARN") log.warn(message, fields);
    else log.debug(message, fields);
  };
  // Its core would otherwise print lines of its own on standard output, which is the program's.
  const filter = makeTelemetryFilterString({ core: "WARN", other: "ERROR" });
  Runtime.install({
    logger: new DefaultLogger("INFO", print),
    telemetryOptions: {
      logging: { forward: {}, filter },
      metrics: bindAddress === undefined ? undefined : { prometheus: { bindAddress } },
    },
  });
}
