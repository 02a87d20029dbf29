/** Services and what leads to them, or shuts them off. */
import { z } from "zod";
import { flag, intOrName, many, metadata, number, opt, selector, strings, text } from "./parts.js";

export const service = z.object({
  metadata,
  spec: opt(
    z.object({
      type: text,
      clusterIP: text,
      externalName: text,
      selector: strings,
      publishNotReadyAddresses: flag,
      externalTrafficPolicy: text,
      internalTrafficPolicy: text,
      ports: many(
        z.object({
          name: text,
          port: number,
          targetPort: intOrName,
          protocol: text,
          nodePort: number,
          appProtocol: text,
        }),
      ),
    }),
  ),
  status: opt(z.object({ loadBalancer: opt(z.object({ ingress: many(z.object({ ip: text, hostname: text })) })) })),
});
export type Service = z.output<typeof service>;

export const endpointSlice = z.object({
  metadata,
  addressType: text,
  endpoints: many(
    z.object({
      addresses: many(z.string()),
      conditions: opt(z.object({ ready: flag, serving: flag, terminating: flag })),
      nodeName: text,
      targetRef: opt(z.object({ kind: text, name: text })),
    }),
  ),
  ports: many(z.object({ name: text, port: number, protocol: text })),
});
export type EndpointSlice = z.output<typeof endpointSlice>;

const backend = z.object({
  service: opt(z.object({ name: z.string(), port: opt(z.object({ name: text, number })) })),
});
export const ingress = z.object({
  metadata,
  spec: opt(
    z.object({
      ingressClassName: text,
      defaultBackend: opt(backend),
      rules: many(
        z.object({
          host: text,
          http: opt(z.object({ paths: many(z.object({ path: text, pathType: text, backend: opt(backend) })) })),
        }),
      ),
      tls: many(z.object({ secretName: text, hosts: opt(z.array(z.string())) })),
    }),
  ),
  status: opt(z.object({ loadBalancer: opt(z.object({ ingress: many(z.object({ ip: text, hostname: text })) })) })),
});
export type Ingress = z.output<typeof ingress>;
export type IngressBackend = z.output<typeof backend>;

export const ingressClass = z.object({ metadata, spec: opt(z.object({ controller: text })) });

const peer = z.object({
  podSelector: opt(selector),
  namespaceSelector: opt(selector),
  ipBlock: opt(z.object({ cidr: text })),
});
const policyPort = z.object({ port: intOrName, endPort: number, protocol: text });
const rulePeers = opt(z.array(peer));
const rulePorts = opt(z.array(policyPort));
export const networkPolicy = z.object({
  metadata,
  spec: opt(
    z.object({
      podSelector: opt(selector),
      policyTypes: opt(z.array(z.string())),
      /** Absent and empty both let nothing in; an empty rule lets all in. */
      ingress: opt(z.array(z.object({ from: rulePeers, ports: rulePorts }))),
      egress: opt(z.array(z.object({ to: rulePeers, ports: rulePorts }))),
    }),
  ),
});
export type NetworkPolicy = z.output<typeof networkPolicy>;
export type PolicyPeer = z.output<typeof peer>;
export type PolicyPort = z.output<typeof policyPort>;
