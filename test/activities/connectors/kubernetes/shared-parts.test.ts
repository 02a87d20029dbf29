/** Parts that two objects have in common are one, and the objects stay their own. */
import { expect, test } from "vitest";
import { createSharing } from "../../../../src/activities/connectors/kubernetes/state/shared-parts.js";

const pod = (name: string, port = "8080") => ({
  metadata: { name, labels: { app: "cart" } },
  spec: { nodeName: `node-of-${name}`, containers: [{ name: "server", env: [{ name: "PORT", value: port }] }] },
});

test("what is alike is the same, and what differs is not", () => {
  const share = createSharing();
  const [one, other, third] = [share(pod("a")), share(pod("b")), share(pod("c", "9090"))];
  expect(other).toEqual(pod("b"));
  expect(other.metadata.labels).toBe(one.metadata.labels);
  expect(other.spec.containers).toBe(one.spec.containers);
  expect(other.spec).not.toBe(one.spec);
  expect(third.spec.containers).not.toBe(one.spec.containers);
  expect(third).toEqual(pod("c", "9090"));
});

test("two readings share nothing", () => {
  const [one, other] = [createSharing()(pod("a")), createSharing()(pod("a"))];
  expect(other.metadata.labels).not.toBe(one.metadata.labels);
});

test("a long part is left as it is", () => {
  const share = createSharing();
  const long = () => ({ spec: { text: { a: "x".repeat(3_000) } } });
  const [one, other] = [share(long()), share(long())];
  expect(other).toEqual(one);
  expect(other.spec.text).not.toBe(one.spec.text);
});
