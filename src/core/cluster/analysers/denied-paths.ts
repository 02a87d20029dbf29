/** What a program may not read or write: its own root, or a volume. */
import type { CauseCode } from "../codes.js";
import type { Owner } from "../model.js";
import { isStore } from "./stores.js";

/** Where the path that a program may not write lies decides whether its volume or its own root is meant. */
export function refinedBy(
  owner: Owner,
  code: CauseCode,
  path: string | undefined,
): { refined: CauseCode; more: string } {
  if (code !== "k8s-read-only-root" && code !== "k8s-volume-permission-denied") return { refined: code, more: "" };
  const mounts = (owner.spec?.containers ?? []).flatMap(({ volumeMounts }) => volumeMounts);
  const mount = mounts.find(
    ({ mountPath }) =>
      mountPath !== undefined &&
      path !== undefined &&
      (path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, "")}/`)),
  );
  if (code === "k8s-read-only-root")
    return mount === undefined
      ? { refined: code, more: "" }
      : { refined: "k8s-volume-read-only", more: `; ${mount.mountPath} is the volume ${mount.name}` };
  // A name without a path lies where the program works: with a store that is its data.
  const data = path === undefined && isStore(owner) ? mounts[0] : undefined;
  if (mount === undefined && data !== undefined)
    return { refined: code, more: `; ${data.mountPath} is the volume ${data.name}` };
  return mount === undefined
    ? { refined: "k8s-privilege-missing", more: "" }
    : { refined: code, more: `; ${mount.mountPath} is the volume ${mount.name}` };
}
