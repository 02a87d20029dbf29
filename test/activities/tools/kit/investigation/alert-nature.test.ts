import { describe, expect, test } from "vitest";
import { natureAt } from "../../../../../src/activities/tools/kit/investigation/alert-nature.js";

describe("an alert that something is down", () => {
  test.each([
    ["TargetDown", "up == 0", true, "unreachable"],
    ["InstanceDown", 'up{job="postgres"} < 1', true, "unreachable"],
    ["ExporterDown", "(up == 0) * on (job) group_left x", true, "unreachable"],
    ["TargetDown", "up == 0", false, "down"],
    ["PostgresqlDown", "pg_up == 0", true, "down"],
    ["RedisDown", 'redis_up{job="redis"} == 0', true, "down"],
    ["MysqlDown", "mysql_up != 1", true, "down"],
  ])("%s by %s, watched by an exporter: %s, means %s", (name, expr, isWatched, sign) => {
    expect(natureAt(name, expr, isWatched)).toMatchObject({ sign, own: true });
  });
});

describe("an alert that a job did not run", () => {
  test.each([
    ["NightlyExportStale", "time() - export_last_success_timestamp_seconds > 90000"],
    ["BackupTooOld", "time() - max(backup_finished_seconds) > 86400"],
    ["CronJobFailed", "cron_exit_code != 0"],
    ["Reports", "time() - reports_completed_timestamp_seconds > 600"],
  ])("%s tells that work stands still", (name, expr) => {
    expect(natureAt(name, expr, false)).toMatchObject({ sign: "stalled", own: true });
  });

  test("and one of failing requests does not", () => {
    expect(natureAt("HighErrorRate", 'rate(requests_total{code="500"}[5m]) > 1', false).sign).toBe("errors");
  });
});
