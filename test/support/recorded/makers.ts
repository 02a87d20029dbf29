/** Objects of other makers: GitOps, operators, secrets from outside, gateways, meshes, event-driven scaling. */
import { add, ago, crashing, event, get, type Item, unready, type World, waiting } from "../cluster-world.js";
import {
  change,
  condition,
  custom,
  felt,
  onPods,
  type Recorded,
  refusedBy,
  says,
  tell,
  timedOutAt,
  times,
} from "./cluster.js";

const FAILING = ["k8s-custom-resource-failing", "k8s-custom-resource-refused"];
const secretless = (world: World, name: string, secret: string): void => {
  change(world, name, (container) => {
    container.envFrom = [{ secretRef: { name: secret } }];
  });
  waiting(world, name, "CreateContainerConfigError", `secret "${secret}" not found`);
  tell(world, name, "Failed", `Error: secret "${secret}" not found`, { count: 70 });
};
const stuck = (world: World, name: string): void => {
  change(world, name, (container) => {
    container.image = `registry.parcel.example/team/${name}:2.7.0-rc`;
  });
  waiting(world, name, "ImagePullBackOff", `Back-off pulling image "registry.parcel.example/team/${name}:2.7.0-rc"`);
  tell(
    world,
    name,
    "Failed",
    `Failed to pull image "registry.parcel.example/team/${name}:2.7.0-rc": failed to resolve reference: registry.parcel.example/team/${name}:2.7.0-rc: not found`,
  );
};
const tlsIngress = (world: World): void => {
  add(world, "Ingress", {
    metadata: {
      name: "front",
      namespace: "shop",
      annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
      creationTimestamp: ago(7_000),
    },
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: ["parcel.example"], secretName: "front-tls" }],
      rules: [
        {
          host: "parcel.example",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 3000 } } } }],
          },
        },
      ],
    },
  });
};
const idle = (world: World, name: string): void => {
  const item = get(world, "Deployment", name);
  item.spec.replicas = 0;
  item.status = { observedGeneration: 1, replicas: 0 };
  world.items.Pod = (world.items.Pod ?? []).filter(({ metadata }) => metadata.labels?.app !== name);
  get(world, "EndpointSlice", `${name}-abcde`).endpoints = [];
};
const scaledObject = (world: World, status: Item, metadata: Item = {}): Item =>
  custom(world, "ScaledObject", "notify", { metadata, spec: { scaleTargetRef: { name: "notify" } }, status });

export const MAKER_FAMILIES: Record<string, Recorded> = {
  "a release that its own values break": {
    codes: FAILING,
    object: ["HelmRelease shop/tariff", "Application argocd/shop", "Kustomization flux-system/shop"],
    ways: [
      (world) =>
        custom(world, "HelmRelease", "tariff", {
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "UpgradeFailed",
                "Helm upgrade failed for release shop/tariff with chart tariff@1.9.0: values don't meet the specifications of the schema(s)",
              ),
              condition("Released", "False", "UpgradeFailed", "Helm upgrade failed"),
            ],
          },
        }),
      (world) =>
        custom(world, "Application", "shop", {
          metadata: { namespace: "argocd" },
          spec: { destination: { namespace: "shop" } },
          status: {
            conditions: [
              {
                type: "ComparisonError",
                message:
                  "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: helm template . failed: template: tariff/templates/deployment.yaml:14: nil pointer evaluating interface {}.tag",
              },
            ],
            sync: { status: "Unknown" },
            health: { status: "Healthy" },
          },
        }),
      (world) =>
        custom(world, "Kustomization", "shop", {
          metadata: { namespace: "flux-system" },
          spec: { targetNamespace: "shop" },
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "BuildFailed",
                "kustomize build failed: accumulating resources: accumulation err='merging resources from 'tariff.yaml': may not add resource with an already registered id",
              ),
            ],
          },
        }),
    ],
  },
  "a release that only waits for a workload": {
    codes: ["k8s-image-not-found"],
    object: "Deployment shop/tariff",
    ways: [
      (world) => {
        stuck(world, "tariff");
        custom(world, "HelmRelease", "tariff", {
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "UpgradeFailed",
                "Helm upgrade failed for release shop/tariff with chart tariff@1.9.0: context deadline exceeded",
              ),
            ],
          },
        });
        felt(world, "tariff", refusedBy("tariff"));
      },
      (world) => {
        stuck(world, "tariff");
        custom(world, "Application", "shop", {
          metadata: { namespace: "argocd" },
          status: { sync: { status: "Synced" }, health: { status: "Degraded" }, conditions: [] },
        });
      },
      (world) => {
        stuck(world, "tariff");
        custom(world, "Kustomization", "shop", {
          metadata: { namespace: "flux-system" },
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "HealthCheckFailed",
                "health check failed after 5m0s: timeout waiting for: [Deployment/shop/tariff status: 'InProgress']",
              ),
              condition("Healthy", "False", "HealthCheckFailed", "timeout"),
            ],
          },
        });
      },
    ],
  },
  "a certificate that is not issued": {
    codes: [...FAILING, "k8s-ingress-certificate-missing"],
    object: [
      "ClusterIssuer letsencrypt",
      "Certificate shop/front-tls",
      "Issuer shop/letsencrypt",
      "Challenge shop/front-tls-1",
    ],
    ways: [
      (world) => {
        tlsIngress(world);
        custom(world, "Certificate", "front-tls", {
          spec: { secretName: "front-tls", issuerRef: { kind: "ClusterIssuer", name: "letsencrypt" } },
          status: {
            conditions: [
              condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist"),
              condition("Issuing", "True", "DoesNotExist", "Issuing certificate as Secret does not exist"),
            ],
          },
        });
        custom(world, "ClusterIssuer", "letsencrypt", {
          metadata: { namespace: undefined },
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "ErrRegisterACMEAccount",
                'Failed to register ACME account: Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp: i/o timeout',
              ),
            ],
          },
        });
      },
      (world) => {
        tlsIngress(world);
        custom(world, "Certificate", "front-tls", {
          spec: { secretName: "front-tls" },
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "Failed",
                'The certificate request has failed to complete and will be retried: Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencript" not found',
              ),
            ],
          },
        });
      },
      (world) => {
        tlsIngress(world);
        custom(world, "Certificate", "front-tls", {
          spec: { secretName: "front-tls" },
          status: {
            conditions: [condition("Ready", "False", "DoesNotExist", "Issuing certificate as Secret does not exist")],
          },
        });
        custom(world, "Challenge", "front-tls-1", {
          status: {
            state: "pending",
            reason: "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'",
          },
        });
      },
    ],
  },
  "secrets from outside that do not come": {
    codes: FAILING,
    object: [
      "ExternalSecret shop/payments-keys",
      "SecretStore shop/vault",
      "ClusterSecretStore vault",
      "SealedSecret shop/payments-keys",
    ],
    ways: [
      (world) => {
        secretless(world, "payments", "payments-keys");
        custom(world, "ExternalSecret", "payments-keys", {
          spec: { target: { name: "payments-keys" } },
          status: {
            conditions: [condition("Ready", "False", "SecretSyncedError", "could not get secret data from provider")],
          },
        });
      },
      (world) => {
        secretless(world, "payments", "payments-keys");
        custom(world, "SecretStore", "vault", {
          status: {
            conditions: [
              condition(
                "Ready",
                "False",
                "InvalidProviderConfig",
                "unable to log in to auth method: unable to log in with Kubernetes auth: Error making API request. Code: 403. Errors: * permission denied",
              ),
            ],
          },
        });
        custom(world, "ExternalSecret", "payments-keys", {
          spec: { target: { name: "payments-keys" }, secretStoreRef: { name: "vault" } },
          status: {
            conditions: [condition("Ready", "False", "SecretSyncedError", 'SecretStore "vault" is not ready')],
          },
        });
      },
      (world) => {
        secretless(world, "payments", "payments-keys");
        custom(world, "SealedSecret", "payments-keys", {
          status: {
            conditions: [
              {
                type: "Synced",
                status: "False",
                message: "no key could decrypt secret (api-key, webhook-key)",
                lastUpdateTime: ago(900),
              },
            ],
          },
        });
      },
    ],
  },
  "a store that its operator cannot make": {
    codes: FAILING,
    object: ["Kafka shop/events", "Elasticsearch shop/search", "Cluster shop/parcels"],
    ways: [
      (world) =>
        custom(world, "Kafka", "events", {
          status: {
            conditions: [
              {
                type: "NotReady",
                status: "True",
                reason: "InvalidResourceException",
                message: "Kafka configuration option num.partitions is invalid",
                lastTransitionTime: ago(900),
              },
            ],
          },
        }),
      (world) =>
        custom(world, "Elasticsearch", "search", {
          status: {
            health: "red",
            phase: "Invalid",
            conditions: [
              condition(
                "ReconciliationComplete",
                "False",
                "",
                'Elasticsearch.elasticsearch.k8s.elastic.co "search" is invalid: spec.version: downgrades are not supported',
              ),
            ],
          },
        }),
      (world) =>
        custom(world, "Cluster", "parcels", {
          metadata: {},
          spec: { instances: 3 },
          status: {
            phase: "Cluster cannot proceed to reconciliation due to an unknown plugin being required",
            readyInstances: 0,
            conditions: [condition("Ready", "False", "ClusterIsNotReady", "Cluster Is Not Ready")],
          },
        }),
    ],
  },
  "event-driven scaling": {
    codes: [...FAILING, "k8s-scaled-to-zero", "k8s-autoscaler-metrics-missing"],
    object: ["ScaledObject shop/notify", "TriggerAuthentication shop/kafka"],
    ways: [
      (world) => {
        scaledObject(world, {
          conditions: [
            condition(
              "Ready",
              "False",
              "ScaledObjectCheckFailed",
              "ScaledObject doesn't have correct triggers specification",
            ),
            condition("Active", "Unknown", "", ""),
          ],
        });
      },
      (world) => {
        idle(world, "notify");
        scaledObject(world, {
          conditions: [
            condition(
              "Ready",
              "False",
              "TriggerError",
              "Triggers defined in ScaledObject are not working correctly: error establishing kafka client: SASL authentication failed",
            ),
            condition("Active", "False", "ScalerNotActive", "Scaling is not performed because triggers are not active"),
          ],
        });
      },
      (world) => {
        scaledObject(world, {
          conditions: [
            condition("Ready", "False", "TriggerError", "Triggers defined in ScaledObject are not working correctly"),
          ],
        });
        add(world, "HorizontalPodAutoscaler", {
          metadata: {
            name: "keda-hpa-notify",
            namespace: "shop",
            creationTimestamp: ago(90_000),
            ownerReferences: [{ kind: "ScaledObject", name: "notify", controller: true }],
          },
          spec: { scaleTargetRef: { kind: "Deployment", name: "notify" }, minReplicas: 1, maxReplicas: 20 },
          status: {
            currentReplicas: 2,
            desiredReplicas: 2,
            conditions: [
              condition(
                "ScalingActive",
                "False",
                "FailedGetExternalMetric",
                "the HPA was unable to compute the replica count: unable to get external metric shop/s0-kafka-parcel-events: unable to fetch metrics from external metrics API",
              ),
            ],
          },
        });
      },
    ],
  },
  gateways: {
    codes: [...FAILING],
    object: ["HTTPRoute shop/front", "Gateway shop/public", "GRPCRoute shop/front"],
    ways: [
      (world) =>
        custom(world, "HTTPRoute", "front", {
          status: {
            parents: [
              {
                parentRef: { name: "public" },
                conditions: [
                  condition("Accepted", "True", "Accepted", ""),
                  condition("ResolvedRefs", "False", "BackendNotFound", 'service "webb" not found'),
                ],
              },
            ],
          },
        }),
      (world) =>
        custom(world, "Gateway", "public", {
          status: {
            conditions: [
              condition("Programmed", "False", "AddressNotAssigned", "No addresses have been assigned to the Gateway"),
            ],
            listeners: [
              {
                name: "https",
                conditions: [
                  condition("ResolvedRefs", "False", "InvalidCertificateRef", "Secret shop/public-tls does not exist"),
                ],
              },
            ],
          },
        }),
      (world) =>
        custom(world, "GRPCRoute", "front", {
          status: {
            parents: [
              {
                conditions: [
                  condition(
                    "Accepted",
                    "False",
                    "NoMatchingListenerHostname",
                    "There were no hostname intersections between the GRPCRoute and this parent ref's Listener(s).",
                  ),
                ],
              },
            ],
          },
        }),
    ],
  },
  "policies of other makers": {
    codes: ["k8s-network-policy-blocks-ingress", "k8s-network-policy-blocks-egress"],
    object: ["CiliumNetworkPolicy shop/tight", "GlobalNetworkPolicy default-deny", "AdminNetworkPolicy lockdown"],
    ways: [
      (world) => {
        custom(world, "CiliumNetworkPolicy", "tight", {
          metadata: { creationTimestamp: ago(1_200) },
          spec: {
            endpointSelector: { matchLabels: { app: "tariff" } },
            ingress: [{ fromEndpoints: [{ matchLabels: { app: "nobody" } }] }],
          },
        });
        felt(world, "tariff", timedOutAt("tariff"));
      },
      (world) => {
        custom(world, "GlobalNetworkPolicy", "default-deny", {
          metadata: { namespace: undefined, creationTimestamp: ago(1_200) },
          spec: {
            selector: "projectcalico.org/namespace == 'shop' && app == 'session-redis'",
            types: ["Ingress"],
            ingress: [],
          },
        });
        felt(world, "session-redis", timedOutAt("session-redis"));
      },
      (world) => {
        custom(world, "AdminNetworkPolicy", "lockdown", {
          metadata: { namespace: undefined, creationTimestamp: ago(1_200) },
          spec: {
            priority: 10,
            subject: { namespaces: { matchLabels: {} } },
            ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
          },
        });
        felt(world, "tariff", timedOutAt("tariff"));
        felt(world, "labels", timedOutAt("labels"));
      },
    ],
  },
  "authorization in a mesh": {
    codes: [
      "k8s-mesh-policy-denies",
      "k8s-mesh-route-wrong",
      "k8s-dependency-rights-missing",
      "k8s-custom-resource-failing",
      "k8s-network-policy-blocks-ingress",
    ],
    object: [
      "AuthorizationPolicy shop/only-admin",
      "PeerAuthentication shop/default",
      "RequestAuthentication shop/jwt",
    ],
    ways: [
      (world) => {
        custom(world, "AuthorizationPolicy", "only-admin", {
          metadata: { creationTimestamp: ago(1_100) },
          spec: {
            selector: { matchLabels: { app: "tariff" } },
            action: "ALLOW",
            rules: [{ from: [{ source: { principals: ["cluster.local/ns/shop/sa/admin"] } }] }],
          },
        });
        felt(world, "tariff", () => "ERROR tariff:9090 answered 403 Forbidden: RBAC: access denied");
      },
      (world) => {
        custom(world, "PeerAuthentication", "default", {
          metadata: { creationTimestamp: ago(1_100) },
          spec: { mtls: { mode: "STRICT" } },
        });
        felt(world, "customers", () => "ERROR call to http://customers:8087/v1: read: connection reset by peer");
        felt(
          world,
          "tariff",
          () =>
            "ERROR call to tariff:9090: upstream connect error or disconnect/reset before headers. reset reason: connection termination",
        );
      },
      (world) => {
        custom(world, "AuthorizationPolicy", "only-admin", { metadata: { creationTimestamp: ago(1_100) }, spec: {} });
        for (const name of ["tariff", "customers", "search"])
          felt(world, name, () => `ERROR ${name} answered 403: RBAC: access denied`);
      },
    ],
  },
  "an agent that fetches secrets before the start": {
    codes: [
      "k8s-init-container-failing",
      "k8s-init-container-hanging",
      "k8s-dependency-credentials-wrong",
      "k8s-account-rights-missing",
      "k8s-dependency-rights-missing",
    ],
    object: "Deployment shop/payments",
    ways: [
      '[ERROR] agent.auth.handler: error authenticating: error="Error making API request. URL: PUT http://vault.vault.svc:8200/v1/auth/kubernetes/login Code: 403. Errors: * permission denied"',
      '[ERROR] agent.auth.handler: error authenticating: error="Code: 400. Errors: * invalid role name \\"paymets\\""',
      '[WARN] agent: (view) vault.read(secret/data/payments): no secret exists at secret/data/payments (retry attempt 9 after "1m0s")',
    ].map((line) => (world) => {
      change(world, "payments", (_, spec) => {
        spec.initContainers = [
          { name: "vault-agent-init", image: "hashicorp/vault:1.17", command: ["/bin/sh", "-ec"] },
        ];
      });
      onPods(world, "payments", (pod) => {
        pod.status.phase = "Pending";
        pod.status.conditions = [
          condition(
            "Initialized",
            "False",
            "ContainersNotInitialized",
            "containers with incomplete status: [vault-agent-init]",
          ),
          condition("Ready", "False", "ContainersNotReady", ""),
        ];
        pod.status.initContainerStatuses = [
          {
            name: "vault-agent-init",
            ready: false,
            started: true,
            restartCount: 0,
            state: { running: { startedAt: ago(800) } },
          },
        ];
        pod.status.containerStatuses = [
          { name: "app", ready: false, restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
        ];
        world.logs.push({
          namespace: "shop",
          pod: pod.metadata.name,
          container: "vault-agent-init",
          previous: false,
          lines: times(8, `2026-11-22T11:58:01.120Z ${line}`),
        });
      });
      felt(world, "payments", refusedBy("payments"));
    }),
  },
  "an operator without its kinds": {
    codes: ["k8s-container-crashing", "k8s-custom-kind-missing", "k8s-setting-invalid", "k8s-account-rights-missing"],
    object: "Deployment flux-system/helm-controller",
    ways: [
      '{"level":"error","msg":"problem running manager","error":"no matches for kind \\"HelmRelease\\" in version \\"helm.toolkit.fluxcd.io/v2\\""}',
      "E1122 reflector.go:147] failed to list *v1beta1.PodDisruptionBudget: the server could not find the requested resource",
      '{"level":"error","logger":"setup","msg":"if kind is a CRD, it should be installed before calling Start","kind":"HelmRelease.helm.toolkit.fluxcd.io"}',
    ].map((line) => (world) => {
      world.namespace = "flux-system";
      crashing(world, "helm-controller", 1);
      says(world, "helm-controller", times(3, line), true);
    }),
  },
  "metrics of the cluster": {
    codes: [
      "k8s-cluster-agent-down",
      "k8s-container-crashing",
      "k8s-dependency-certificate-refused",
      "k8s-readiness-probe-failing",
      "k8s-pod-not-ready",
      "k8s-container-out-of-memory",
      "k8s-account-rights-missing",
    ],
    object: "Deployment kube-system/metrics-server",
    ways: [
      (world: World) => {
        unready(world, "metrics-server");
        says(
          world,
          "metrics-server",
          times(
            6,
            'E1122 11:58:01 scraper.go:149] "Failed to scrape node" err="Get \\"https://10.0.0.11:10250/metrics/resource\\": tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.11 because it doesn\'t contain any IP SANs" node="worker-1"',
          ),
        );
      },
      (world: World) => {
        crashing(world, "metrics-server", 137, { reason: "OOMKilled" });
      },
      (world: World) => {
        crashing(world, "metrics-server", 1);
        says(
          world,
          "metrics-server",
          [
            "panic: failed to create listener: failed to listen on 0.0.0.0:443: listen tcp 0.0.0.0:443: bind: permission denied",
          ],
          true,
        );
      },
    ].map((breaks) => (world: World) => {
      breaks(world);
      for (const name of ["web", "tracking"]) {
        add(world, "HorizontalPodAutoscaler", {
          metadata: { name, namespace: "shop", creationTimestamp: ago(90_000) },
          spec: { scaleTargetRef: { kind: "Deployment", name }, minReplicas: 1, maxReplicas: 9 },
          status: {
            currentReplicas: 3,
            desiredReplicas: 3,
            conditions: [
              condition(
                "ScalingActive",
                "False",
                "FailedGetResourceMetric",
                "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)",
              ),
            ],
          },
        });
        event(
          world,
          "HorizontalPodAutoscaler",
          name,
          "FailedGetResourceMetric",
          "unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)",
          { count: 300 },
        );
      }
    }),
  },
  "rights in a cloud by the account of the pod": {
    codes: ["k8s-dependency-credentials-wrong", "k8s-account-rights-missing", "k8s-dependency-rights-missing"],
    object: ["Deployment shop/labels", "ServiceAccount shop/labels", "ServiceAccount shop/default"],
    ways: [
      "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
      "google.api_core.exceptions.Forbidden: 403 Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
      "azure.core.exceptions.ClientAuthenticationError: AADSTS700213: No matching federated identity record found for presented assertion subject 'system:serviceaccount:shop:labels'",
    ].map((line, index) => (world) => {
      says(world, "labels", times(9, `ERROR ${line}`), index === 0);
      if (index === 0) crashing(world, "labels", 1);
      if (index === 1) unready(world, "labels");
    }),
  },
  "a route that another has": {
    codes: FAILING,
    object: "Route shop/front",
    ways: [
      "HostAlreadyClaimed|route parcel-front already exposes front.apps.ocp.example.net and is older",
      'ExtendedValidationFailed|spec.tls.certificate: Invalid value: "redacted certificate data": tls: private key does not match public key',
      "RouteNotAdmitted|host must match one of the allowed domains",
    ].map((text) => (world) => {
      const [reason = "", message = ""] = text.split("|");
      custom(world, "Route", "front", {
        spec: { host: "front.apps.ocp.example.net", to: { kind: "Service", name: "web" } },
        status: { ingress: [{ routerName: "default", conditions: [condition("Admitted", "False", reason, message)] }] },
      });
    }),
  },
  "policies of clouds and of OpenShift": {
    codes: ["k8s-webhook-denied", "k8s-pod-security-violated"],
    object: "Deployment shop/routing",
    ways: [
      'pods "routing-7f9dd8b6c4-" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user or serviceaccount, provider restricted-v2: .containers[0].runAsUser: Invalid value: 0: must be in the ranges: [1000680000, 1000689999]]',
      'admission webhook "warden-validating.common-webhooks.networking.gke.io" denied the request: GKE Warden rejected the request because it violates one or more constraints. Violations details: {"[denied by autogke-disallow-privilege]":["container app is privileged; not allowed in Autopilot"]}',
      'admission webhook "validation.gatekeeper.sh" denied the request: [azurepolicy-k8sazurev2containerallowedimag-4c1] Container image registry.parcel.example/team/routing:2 for container app has not been allowed.',
    ].map((text) => (world) => {
      world.items.Pod = (world.items.Pod ?? []).filter(({ metadata }) => metadata.labels?.app !== "routing");
      event(world, "ReplicaSet", "routing-7f9dd8b6c4", "FailedCreate", `Error creating: ${text}`, {
        source: { component: "replicaset-controller" },
        count: 17,
      });
      const item = get(world, "Deployment", "routing");
      item.status = {
        ...item.status,
        replicas: 0,
        readyReplicas: 0,
        availableReplicas: 0,
        conditions: [
          condition("ReplicaFailure", "True", "FailedCreate", text),
          condition("Available", "False", "MinimumReplicasUnavailable", ""),
        ],
      };
      get(world, "EndpointSlice", "routing-abcde").endpoints = [];
      felt(world, "routing", refusedBy("routing"));
    }),
  },
};
