/** The tools that come with the product. */
import type { ToolDefinition } from "../define-tool.js";
import { configUpdate } from "./config-update.js";
import { echo } from "./echo.js";
import { httpProbe } from "./http-probe.js";
import { logCollector } from "./log-collector.js";
import { notification } from "./notification.js";
import { rollback } from "./rollback.js";
import { scaleAction } from "./scale-action.js";
import { serviceRestart } from "./service-restart.js";

export const BUILT_IN_TOOLS: readonly ToolDefinition[] = [
  logCollector,
  httpProbe,
  notification,
  rollback,
  serviceRestart,
  scaleAction,
  configUpdate,
  echo,
];
