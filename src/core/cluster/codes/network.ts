/** Causes by which a service is not reached: what each means, what would confirm it, what to do next. */
export const NETWORK = {
  "k8s-service-selector-unmatched": [
    "The service selects no pod, while its workload runs.",
    "Compare the service's selector with the labels of the pods.",
    "Correct the selector of the service, or the labels of the workload.",
  ],
  "k8s-service-selects-strangers": [
    "The service selects pods of another workload than the one that it is for.",
    "List the pods behind the service.",
    "Correct the selector of the service.",
  ],
  "k8s-service-target-port-wrong": [
    "The service leads to a port where none of its pods listens.",
    "Compare targetPort with the containers' ports.",
    "Correct targetPort of the service.",
  ],
  "k8s-service-port-name-unknown": [
    "The service leads to a named port that none of its pods has.",
    "Compare the name of targetPort with the names of the containers' ports.",
    "Correct the name in the service or the workload.",
  ],
  "k8s-service-protocol-wrong": [
    "The service's port is of another protocol than the pods' port.",
    "Compare protocol of the service's port and of the container's port.",
    "Correct the protocol of the service.",
  ],
  "k8s-service-port-missing": [
    "Workloads call a port that the service does not have.",
    "Compare the ports of the service with what its callers are told.",
    "Correct the port of the service.",
  ],
  "k8s-service-traffic-stays-local": [
    "The service only leads to pods on the caller's own node, and callers run on nodes without one.",
    "Read internalTrafficPolicy; compare the nodes of its pods with those of the callers.",
    "Use internalTrafficPolicy Cluster, or run a pod on each node (DaemonSet).",
  ],
  "k8s-service-without-workload": [
    "The service selects pods that no workload makes.",
    "Look for a workload with the labels of the selector: it was deleted, renamed or never made.",
    "Bring the workload back, or remove the service.",
  ],
  "k8s-service-endpoints-missing": [
    "The service selects ready pods and has no endpoints.",
    "Read the endpoint slices of the service; look at the endpoint slice controller.",
    "Bring kube-controller-manager back, or add the endpoints that a service without selector needs.",
  ],
  "k8s-service-missing": [
    "Workloads call a service that does not exist.",
    "List the services of the namespace; look who deleted it.",
    "Create the service again, or correct the address in the workloads.",
  ],
  "k8s-external-name-wrong": [
    "The service stands for an external name that does not resolve.",
    "Resolve externalName.",
    "Correct externalName of the service.",
  ],
  "k8s-headless-service-missing": [
    "The StatefulSet names a governing service that does not exist, so its pods have no names.",
    "Compare serviceName with the services of the namespace.",
    "Create the headless service, or correct serviceName.",
  ],
  "k8s-service-publishes-unready": [
    "The service leads to pods that are not ready, as it shall publish all of their addresses.",
    "Read publishNotReadyAddresses of the service, and which of its pods are ready.",
    "Take publishNotReadyAddresses out of the service; members that look for each other need a headless one of their own.",
  ],
  "k8s-service-endpoints-stale": [
    "The service has no selector, and the addresses that somebody gave it are those of no pod.",
    "Compare its endpoint slices with the addresses of the workload's pods.",
    "Give the service a selector, or correct the addresses.",
  ],
  "k8s-mesh-route-wrong": [
    "A route of the service mesh leads to a host or a subset that does not exist, or that no pod belongs to.",
    "Compare the destinations of the VirtualService with the services, and with the subsets of the DestinationRule.",
    "Correct host or subset of the route, or define the subset.",
  ],
  "k8s-mesh-policy-denies": [
    "A policy of the service mesh lets no request through to workloads that are called.",
    "Compare the policy's rules with the accounts and sidecars of the callers.",
    "Add a rule for the callers, or take the policy back.",
  ],
  "k8s-load-balancer-failing": [
    "The cloud gives the service no load balancer.",
    "Read the events of the service.",
    "Act on what the cloud's controller says.",
  ],
  "k8s-ingress-class-missing": [
    "The ingress names a class that does not exist, so nobody serves it.",
    "List the IngressClasses.",
    "Correct ingressClassName, or install the controller.",
  ],
  "k8s-ingress-backend-missing": [
    "The ingress leads to a service that does not exist.",
    "List the services of the namespace.",
    "Correct the backend, or create the service.",
  ],
  "k8s-ingress-backend-port-wrong": [
    "The ingress leads to a port that the service does not have.",
    "Compare the backend's port with the ports of the service.",
    "Correct the backend's port.",
  ],
  "k8s-ingress-certificate-missing": [
    "The ingress's TLS Secret does not exist or lacks tls.crt and tls.key.",
    "List the Secrets of the namespace.",
    "Create the Secret, or correct secretName.",
  ],
  "k8s-ingress-certificate-expired": [
    "The certificate that the ingress shows has run out.",
    "Read notAfter of the certificate in the Secret; look at whoever renews it.",
    "Renew the certificate, and bring back what should have done so.",
  ],
  "k8s-ingress-annotation-invalid": [
    "The ingress controller cannot load the configuration that an ingress asks for, and keeps an old one.",
    "Read the controller's log for emerg; compare it with the annotations of the ingress.",
    "Correct or remove the annotation of the ingress.",
  ],
  "k8s-ingress-limit-too-small": [
    "The ingress sets a bound of size, time or rate that ordinary requests exceed.",
    "Compare the annotations of the ingress with the refused requests in the controller's log.",
    "Raise the bound in the annotation of the ingress.",
  ],
  "k8s-ingress-rewrite-wrong": [
    "The ingress rewrites requests to a group that its path does not have, so all of them lead to one path.",
    "Compare rewrite-target with the groups of the paths.",
    "Give the path the group, with pathType ImplementationSpecific, or correct rewrite-target.",
  ],
  "k8s-ingress-path-wrong": [
    "No path of the ingress takes the requests that come.",
    "Compare the paths and their pathType with the requests in the controller's log.",
    "Correct path or pathType.",
  ],
  "k8s-network-policy-blocks-ingress": [
    "A network policy lets no request through to pods that are called.",
    "Compare the policy's rules with the labels of the callers.",
    "Add a rule for the callers, or remove the policy.",
  ],
  "k8s-network-policy-blocks-egress": [
    "A network policy keeps pods from calling what they need.",
    "Compare the policy's egress rules with what the pods call.",
    "Add a rule for what they call, or remove the policy.",
  ],
  "k8s-network-policy-blocks-dns": [
    "A network policy keeps pods from asking DNS.",
    "Look for a rule for port 53 in the policy's egress.",
    "Allow port 53 of UDP and TCP to kube-system.",
  ],
  "k8s-dns-down": [
    "The cluster's DNS does not run, so no name resolves.",
    "Look at the pods of CoreDNS in kube-system.",
    "Bring CoreDNS back.",
  ],
  "k8s-dns-service-broken": [
    "The service kube-dns is gone or leads nowhere, so no name resolves.",
    "Compare the service kube-dns with the pods of CoreDNS.",
    "Bring the service back, or correct its selector and ports.",
  ],
  "k8s-dns-configuration-wrong": [
    "CoreDNS does not accept its configuration, or answers wrongly by it.",
    "Read the log of CoreDNS and its Corefile.",
    "Correct the ConfigMap of CoreDNS.",
  ],
  "k8s-pod-dns-wrong": [
    "The pod asks another DNS server than the cluster's, so service names do not resolve.",
    "Read dnsPolicy and dnsConfig of the pod.",
    "Use dnsPolicy ClusterFirst, or correct the nameservers.",
  ],
  "k8s-network-agent-down": [
    "Pods of the network plug-in do not run, so pods get no addresses or reach nothing.",
    "Read state and log of the plug-in's pods.",
    "Mend the plug-in's DaemonSet.",
  ],
  "k8s-kube-proxy-down": [
    "On a node kube-proxy does not run, so services are not reached from there.",
    "Look at the kube-proxy pod of the node.",
    "Bring kube-proxy back.",
  ],
} as const;
