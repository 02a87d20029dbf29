/** Goals in other words than the tuned ones. They were written first and not looked at while the choice was tuned. */
export const HELD_OUT: Readonly<Record<string, readonly string[]>> = {
  "error-rate": [
    "why are so many requests to catalog failing with status 503",
    "Error rate for frontend exceeded threshold (7.2% > 2%)",
    "exceptions galore in the pricing service, please dig into it",
  ],
  "error-rate-after-deploy": [
    "pricing went red minutes after the deploy, please roll back to the last good version",
    "new version of auth-proxy returns errors. revert.",
    "regression since release 7.0, back it out",
  ],
  "service-unreachable": [
    "InstanceDown 10.2.0.14:8080",
    "nothing answers on the booking service, bring it back up",
    "UnHealthyHostCount > 0 target group web-tg",
  ],
  latency: [
    "why is catalog so sluggish tonight",
    "KubeAPIServerLatency-like alert: 99th percentile of request duration is 3.4s on pricing",
    "slow responses on /search, avg duration went from 80 ms to 900 ms",
  ],
  "api-degradation": [
    "error budget of the mobile API burns quickly",
    "degraded API: about a tenth of the calls fail or crawl",
    "ErrorBudgetBurn api-gateway severity critical long window 1h short window 5m",
  ],
  "auth-failures": [
    "nobody can sign in to the portal",
    "authentication errors soar on keycloak",
    "lots of 'access denied' for legit users, permission checks failing since midnight",
  ],
  "cpu-exhaustion": [
    "HostHighCpuLoad build-2",
    "processor usage maxed out on the api machines",
    "pricing pods throttled, cpu limit too low?",
  ],
  "memory-exhaustion": [
    "RAM usage 97% on cache-less worker vm-88",
    "memory leak suspected in the thumbnailer, RSS climbs steadily",
    "NodeMemoryMajorPagesFaults on storage-1",
  ],
  "disk-exhaustion": [
    "/var/lib/docker is 98% full",
    "HostOutOfDiskSpace",
    "volume of elasticsearch data is nearly full, writes blocked by watermark",
  ],
  "database-connections": [
    "postgres: sorry, too many clients already",
    "pgbouncer pool saturated, clients wait for a server connection",
    "MysqlTooManyConnections(>80%)",
  ],
  "pod-crash": [
    "pricing pod in a crash loop",
    "out of memory kills of the worker container, exit 137",
    "KubePodNotReady for 20 minutes in ns billing",
  ],
  "node-not-ready": [
    "kubectl get nodes shows NotReady for ip-172-16-4-9",
    "KubeNodeReadinessFlapping",
    "a kubernetes worker node is gone, kubelet not reporting",
  ],
  network: [
    "high packet drop on the core switch uplink",
    "NodeNetworkInterfaceFlapping",
    "intermittent connectivity between the two availability zones",
  ],
  dns: [
    "pods get 'temporary failure in name resolution'",
    "CoreDNSLatencyHigh",
    "our domain does not resolve any more",
  ],
  "tls-certificate": [
    "BlackboxSslCertificateWillExpireSoon",
    "https cert about to expire on login.shop.example, renew in time",
    "certificate not renewed by cert-manager",
  ],
  "queue-backlog": [
    "consumer lag on the payments topic is at 1.2 million",
    "RabbitmqTooManyMessagesInQueue",
    "jobs queue up faster than the workers drain them",
  ],
  "failed-job": [
    "KubeCronJobRunning billing/close-month takes more than 1h",
    "scheduled database backup failed again",
    "last night's batch import did not finish",
  ],
  "deployment-validation": [
    "check that release 4.4 of catalog went well",
    "KubeDeploymentGenerationMismatch",
    "we just deployed pricing, smoke test it",
  ],
  "dependency-outage": [
    "is Twilio down? our texts do not go out",
    "external payment provider unreachable, retries exhausted",
    "the upstream geocoding API fails, are we the only ones",
  ],
  cache: [
    "RedisOutOfConfiguredMaxmemory",
    "low cache hit rate on the product cache since the flush",
    "varnish misses skyrocketed",
  ],
  "security-triage": [
    "Port scan detected against the office gateway",
    "unauthorised root login on prod-db, check for compromise",
    "credential stuffing attack on the shop, who and from where",
  ],
};

export const HELD_OUT_NONE: readonly string[] = [
  "bake a chocolate cake without eggs",
  "compose a limerick about a lazy cat",
  "cheap flights to Tokyo in May",
  "how can I improve my memory for names",
  "write a bubble sort in Java",
  "my internet friend is moving to Canada, what gift should I send",
  "explain how a binary tree node is deleted, exam on Friday",
  "restart my meditation habit, any tips?",
  "hi there, nice to meet you",
  "is it safe to feed bread to ducks at the lake",
  "draft a speech for my sister's wedding",
  "what's the capital of Mongolia",
  "my knee hurts when I run long distances",
  "how to store fresh basil so it lasts",
  "find a good Italian restaurant near the station",
];
