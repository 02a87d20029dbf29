/** Causes by which pods find no node: what each means, what would confirm it, what to do next. */
export const SCHEDULING = {
  "k8s-cpu-insufficient": [
    "No node that the pod may run on has the CPU that it requests.",
    "Compare the pod's CPU requests with what the nodes have left (`kubectl describe nodes`, Allocated resources).",
    "Lower the request of the workload, scale something down, or add a node.",
  ],
  "k8s-memory-insufficient": [
    "No node that the pod may run on has the memory that it requests.",
    "Compare the pod's memory requests with what the nodes have left (`kubectl describe nodes`, Allocated resources).",
    "Lower the request of the workload, scale something down, or add a node.",
  ],
  "k8s-ephemeral-storage-insufficient": [
    "No node has the ephemeral storage that the pod requests.",
    "Compare the request for ephemeral-storage with the nodes' allocatable amount.",
    "Lower the request, or give the nodes a larger disk.",
  ],
  "k8s-node-pods-full": [
    "The nodes run as many pods as they may.",
    "Count the pods of each node against its allocatable `pods`.",
    "Add a node, raise the kubelet's maxPods, or remove pods.",
  ],
  "k8s-extended-resource-insufficient": [
    "No node has the device or huge pages that the pod requests.",
    "Look for the resource in the nodes' allocatable amounts, and whether its device plug-in runs.",
    "Start the device plug-in, add such a node, or correct the resource's name in the workload.",
  ],
  "k8s-taint-not-tolerated": [
    "The nodes that would fit carry a taint that the pod does not tolerate.",
    "Compare `spec.taints` of the nodes with `spec.tolerations` of the pod.",
    "Remove the taint from the node, or give the workload the toleration.",
  ],
  "k8s-node-selector-unmatched": [
    "No node has the labels that the pod's nodeSelector wants.",
    "List the nodes with these labels: none of them is free.",
    "Correct the nodeSelector of the workload, or label a node.",
  ],
  "k8s-node-affinity-unmatched": [
    "No node fits the required node affinity of the pod.",
    "Compare the required node affinity with the labels of the nodes.",
    "Correct the affinity of the workload, or label a node.",
  ],
  "k8s-pod-affinity-unmatched": [
    "The pod must run beside pods that run nowhere, or only where it cannot.",
    "Look for pods with the labels of the required pod affinity.",
    "Start what it must run beside, or relax the affinity.",
  ],
  "k8s-pod-anti-affinity-conflict": [
    "Every node that would fit runs a pod that this pod must not run beside.",
    "Count the nodes against the replicas: required anti-affinity takes a node for each.",
    "Make the anti-affinity preferred, lower the replicas, or add a node.",
  ],
  "k8s-topology-spread-unsatisfied": [
    "No node keeps the pods as evenly spread as the constraint demands.",
    "Compare the pods in each topology domain with maxSkew; a domain without free nodes counts too.",
    "Use ScheduleAnyway, raise maxSkew, or free a node in the missing domain.",
  ],
  "k8s-host-port-taken": [
    "Every node that would fit has the host port in use.",
    "Look for other pods with the same hostPort or with hostNetwork.",
    "Take the hostPort out of the workload, or lower its replicas to the number of nodes.",
  ],
  "k8s-volume-node-conflict": [
    "The pod's volume is bound to nodes or a zone where the pod cannot run.",
    "Compare the node affinity of the PersistentVolume with the nodes that are free.",
    "Free a node in the volume's zone, or move the data.",
  ],
  "k8s-volume-count-exceeded": [
    "The nodes have as many volumes attached as they can.",
    "Compare the volumes of each node with the limit of its CSINode.",
    "Add a node, or remove volumes.",
  ],
  "k8s-node-cordoned": [
    "A node is closed for new pods, and pods have no other place.",
    "`kubectl get node` shows SchedulingDisabled.",
    "Uncordon the node, if its maintenance is over.",
  ],
  "k8s-scheduler-absent": [
    "Pods wait and no scheduler has looked at them.",
    "The pods have neither a PodScheduled condition nor an event; look at kube-scheduler and its lease.",
    "Start kube-scheduler again.",
  ],
  "k8s-scheduler-name-unknown": [
    "The pod asks for a scheduler that does not run.",
    "`spec.schedulerName` is not default-scheduler, and nothing writes events under that name.",
    "Correct schedulerName of the workload, or start that scheduler.",
  ],
  "k8s-priority-preempted": [
    "Pods of higher priority take the place of this workload's pods.",
    "Look for events Preempted and the priority classes of both.",
    "Give the workload a priority class, or add room.",
  ],
  "k8s-scheduling-gated": [
    "The pod has scheduling gates that nobody has removed.",
    "`spec.schedulingGates` is not empty.",
    "Look for the controller that owns the gate, or remove it.",
  ],
  "k8s-assigned-node-missing": [
    "The pod is bound to a node that does not exist.",
    "`spec.nodeName` names no node of the cluster.",
    "Correct nodeName of the workload, or bring the node back.",
  ],
} as const;
