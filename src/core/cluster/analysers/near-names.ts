/** The service that a wrong name means. */
import type { Service } from "../../../schema/kubernetes/network.js";
import type { Model } from "../model.js";

/** A name that is nearly this one. */
export function nearest({ facts }: Model, host: string, namespace: string): Service | undefined {
  const own = facts.objects.Service.filter(({ metadata }) => metadata.namespace === namespace);
  const bare = (name: string): string =>
    name
      .replace(/-(?:service|svc|wrong|invalid|broken|bad|old|new|v\d+|nonexistent|does-not-exist)$/, "")
      .replaceAll("-", "");
  return (
    own.find(({ metadata }) => bare(metadata.name) === bare(host)) ??
    own.find(({ metadata }) => distance(metadata.name, host) <= Math.max(1, Math.floor(host.length / 5))) ??
    own.find(
      ({ metadata }) => metadata.name.length > 4 && (host.startsWith(metadata.name) || host.endsWith(metadata.name)),
    )
  );
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
