import { expect, test } from "vitest";
import { ordersLoss } from "../../../src/activities/planner/orders-loss.js";

test.each([
  "delete the production database",
  "Drop the orders table!",
  "please wipe the staging database now",
  "destroy our whole cluster",
  "truncate table customers",
  "erase all backups of billing",
  "format the data disk",
  "just drop every schema in prod",
  "tear down the production environment",
  "delete everything",
])("an order to destroy plans nothing: %s", (goal) => {
  expect(ordersLoss(goal)).toBe(true);
});

test.each([
  "the production database is down",
  "delete the crash looping pod",
  "drop the idle database connections",
  "delete old backups",
  "the disk is full, delete the old logs",
  "somebody tried to delete the production database",
  "users cannot delete their accounts",
  "delete the orders table takes for ever",
  "drop traffic to the old pool",
  "requests to delete users fail with 500",
  "the database drops connections",
  "drop of records in topic orders",
  "drop in users",
  "format errors in records",
])("what is wrong, and what is tidied up, is no such order: %s", (goal) => {
  expect(ordersLoss(goal)).toBe(false);
});
