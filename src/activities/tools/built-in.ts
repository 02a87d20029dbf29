/** The tools that come with the product. */
import type { ToolDefinition } from "../define-tool.js";
import { alertsActive } from "./alerts-active.js";
import { analysis } from "./analysis.js";
import { autoRca } from "./auto-rca.js";
import { browserReplay } from "./browser-replay.js";
import { changeHistory } from "./change-history.js";
import { configUpdate } from "./config-update.js";
import { customScript } from "./custom-script.js";
import { deploymentHistory } from "./deployment-history.js";
import { diagnosis } from "./diagnosis.js";
import { dnsProbe } from "./dns-probe.js";
import { echo } from "./echo.js";
import { healthCheck } from "./health-check.js";
import { hostMetrics } from "./host-metrics.js";
import { httpProbe } from "./http-probe.js";
import { kubernetesState } from "./kubernetes-state.js";
import { logCollector } from "./log-collector.js";
import { logScan } from "./log-scan.js";
import { metricQuery } from "./metric-query.js";
import { notification } from "./notification.js";
import { rollback } from "./rollback.js";
import { scaleAction } from "./scale-action.js";
import { seriesScan } from "./series-scan.js";
import { serviceRestart } from "./service-restart.js";
import { summary } from "./summary.js";
import { ticketCreate } from "./ticket-create.js";
import { ticketUpdate } from "./ticket-update.js";
import { tlsProbe } from "./tls-probe.js";
import { traceCollector } from "./trace-collector.js";

export const BUILT_IN_TOOLS: readonly ToolDefinition[] = [
  logCollector,
  metricQuery,
  traceCollector,
  httpProbe,
  dnsProbe,
  tlsProbe,
  hostMetrics,
  browserReplay,
  deploymentHistory,
  changeHistory,
  kubernetesState,
  analysis,
  autoRca,
  alertsActive,
  healthCheck,
  seriesScan,
  logScan,
  diagnosis,
  summary,
  notification,
  ticketCreate,
  ticketUpdate,
  rollback,
  serviceRestart,
  scaleAction,
  configUpdate,
  customScript,
  echo,
];
