/** The lock file: what is installed is what was looked at, from the public registry, byte for byte. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Where an entry names no address, npm takes it from here. */
const REGISTRY = "https://registry.npmjs.org/";

interface Entry {
  link?: boolean;
  inBundle?: boolean;
  resolved?: string;
  integrity?: string;
}

test("every package has its address in the registry and the hash of its bytes", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Entry> };
  const fetched = Object.entries(packages).filter(([path, { link, inBundle }]) => path !== "" && !link && !inBundle);
  const loose = fetched.filter(
    ([, { resolved, integrity }]) =>
      !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "") || !(resolved ?? REGISTRY).startsWith(REGISTRY),
  );
  expect(fetched.length).toBeGreaterThan(100);
  expect(loose.map(([path]) => path)).toEqual([]);
});
