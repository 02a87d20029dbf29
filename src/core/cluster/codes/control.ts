/** Causes of controllers and nodes: what each means, what would confirm it, what to do next. */
export const CONTROLLERS = {
  "k8s-rollout-stalled": [
    "The rollout makes no progress, and nothing that was read says why.",
    "Compare the new ReplicaSet's pods with the old ones.",
    "Look at the new pods; roll back.",
  ],
  "k8s-cluster-agent-down": [
    "An agent, a controller or a server in the cluster that others need does not run.",
    "Read the state and the log of its pods.",
    "Bring it back: what waits for it goes on by itself.",
  ],
  "k8s-rollout-paused": [
    "The Deployment is paused: changes of its template do nothing.",
    "Read spec.paused.",
    "Resume the rollout.",
  ],
  "k8s-scaled-to-zero": [
    "A workload that others need has 0 replicas.",
    "Read spec.replicas, and who set it.",
    "Scale it up.",
  ],
  "k8s-update-waits-for-deletion": [
    "New pods only come when the old ones are deleted by hand (OnDelete).",
    "Read spec.updateStrategy.",
    "Delete the old pods, or use RollingUpdate.",
  ],
  "k8s-controller-manager-absent": [
    "Nobody makes the pods that workloads want.",
    "The observedGeneration stays behind generation; look at kube-controller-manager and its lease.",
    "Start kube-controller-manager again.",
  ],
  "k8s-update-waits-for-partition": [
    "The partition of a StatefulSet's update is above all of its pods: none gets the newest template.",
    "Compare partition with replicas, and currentRevision with updateRevision.",
    "Lower the partition, or take the change back.",
  ],
  "k8s-autoscaler-ambiguous": [
    "Two autoscalers scale the same workload, and Kubernetes lets neither act.",
    "Compare scaleTargetRef of the autoscalers in the namespace.",
    "Remove one of them.",
  ],
  "k8s-autoscaler-metrics-missing": [
    "The autoscaler gets no metrics, so it does not scale.",
    "Read the condition ScalingActive; look at metrics-server and the pods' requests.",
    "Bring the metrics API back, or give the containers requests.",
  ],
  "k8s-autoscaler-at-limit": [
    "The autoscaler wants more replicas than it may make.",
    "Read the condition ScalingLimited, and maxReplicas.",
    "Raise maxReplicas, or find out why so much is needed.",
  ],
  "k8s-autoscaler-target-missing": [
    "The autoscaler's target does not exist.",
    "Compare scaleTargetRef with the workloads.",
    "Correct the target.",
  ],
  "k8s-vertical-autoscaler-oversizes": [
    "A vertical autoscaler gives the pods requests that no node can hold.",
    "Compare the recommendation of the VerticalPodAutoscaler with what the nodes have.",
    "Set maxAllowed in its resourcePolicy, or correct minAllowed.",
  ],
  "k8s-vertical-autoscaler-undersizes": [
    "A vertical autoscaler gives the pods limits in which the program cannot run.",
    "Compare target with uncappedTarget of its recommendation, and read its maxAllowed.",
    "Raise maxAllowed in its resourcePolicy, or have it control requests only.",
  ],
  "k8s-budget-blocks-eviction": [
    "A disruption budget allows no eviction although all its pods are healthy, so a node cannot be drained.",
    "Compare minAvailable or maxUnavailable with the replicas.",
    "Correct the budget, or add a replica.",
  ],
  "k8s-job-back-off-limit": [
    "The Job's pods failed as often as they may.",
    "Read the log of its last pod.",
    "Mend what the Job does, and start it anew.",
  ],
  "k8s-job-deadline-exceeded": [
    "The Job took longer than it may.",
    "Compare activeDeadlineSeconds with how long it needs.",
    "Raise the deadline, or find out what it waits for.",
  ],
  "k8s-job-suspended": ["The Job is suspended.", "Read spec.suspend.", "Resume the Job."],
  "k8s-cron-job-suspended": [
    "The CronJob is suspended: nothing is started.",
    "Read spec.suspend, and lastScheduleTime.",
    "Resume it.",
  ],
  "k8s-job-kept-by-sidecar": [
    "The work of a Job is done, and a container that never ends keeps its pod running.",
    "Read which containers of the pod have ended.",
    "Declare the sidecar as an init container with restartPolicy Always, or have the main container end it.",
  ],
  "k8s-cron-job-missed": [
    "The CronJob has missed its times and starts no more.",
    "Read the events; compare startingDeadlineSeconds with the schedule.",
    "Set startingDeadlineSeconds, or look at the controller.",
  ],
  "k8s-cron-job-overlapping": [
    "Runs of the CronJob take longer than its period, and are skipped or pile up.",
    "Count the active Jobs; read concurrencyPolicy.",
    "Make the runs shorter, or the period longer.",
  ],
  "k8s-cron-job-schedule-invalid": [
    "The schedule or the time zone of the CronJob cannot be read.",
    "Read the event UnparseableSchedule or UnknownTimeZone.",
    "Correct schedule or timeZone.",
  ],
  "k8s-finalizer-blocks-deletion": [
    "An object shall be deleted, and a finalizer that nobody removes keeps it.",
    "Read metadata.finalizers, and look for its controller.",
    "Bring the controller back; remove the finalizer only when its work is done.",
  ],
  "k8s-pod-stuck-terminating": [
    "A pod that was deleted does not go away.",
    "Look at its node, its volumes and its preStop hook.",
    "Bring the node's kubelet back; delete the pod by force only where nothing of it can still run.",
  ],
  "k8s-daemon-set-without-nodes": [
    "No node has the labels that the DaemonSet wants.",
    "Compare its nodeSelector with the labels of the nodes.",
    "Correct the selector of the DaemonSet, or label the nodes.",
  ],
  "k8s-daemon-set-incomplete": [
    "A DaemonSet has fewer pods than nodes that it shall run on, and nothing that was read says why.",
    "Compare desiredNumberScheduled with its pods by node; look at kube-controller-manager.",
    "Look at the nodes without a pod of it; restart its rollout.",
  ],
  "k8s-custom-resource-failing": [
    "An object of a declared kind says that it is not well.",
    "Read its conditions, and the log of its controller.",
    "Correct what the condition says.",
  ],
  "k8s-custom-resource-refused": [
    "The operator of a custom resource cannot carry out what its spec asks for.",
    "Read the operator's log for the resource; compare the field that it names with the kind's documentation.",
    "Correct that field of the custom resource.",
  ],
  "k8s-namespace-terminating": [
    "The namespace is being deleted and does not go away.",
    "Read the conditions of the namespace: what is left in it.",
    "Remove what is left, or bring the API service back that is missing.",
  ],
} as const;

export const NODES = {
  "k8s-node-not-ready": [
    "The node's kubelet no longer reports, or says that it is not ready.",
    "Look at kubelet on the node, and whether the node runs at all.",
    "Start kubelet or the node again.",
  ],
  "k8s-node-runtime-down": [
    "The container runtime of the node does not answer.",
    "Look at containerd on the node.",
    "Start the container runtime again.",
  ],
  "k8s-node-network-plugin-down": [
    "The network plug-in of the node is not ready, so pods get no network.",
    "Look at the plug-in's pod on the node, and its configuration in /etc/cni/net.d.",
    "Bring the network plug-in back.",
  ],
  "k8s-node-disk-pressure": [
    "The node is short of disk and evicts pods.",
    "Read the condition DiskPressure, and the disk's use.",
    "Make room on the node: images, logs, ephemeral storage.",
  ],
  "k8s-node-memory-pressure": [
    "The node is short of memory and evicts pods.",
    "Read the condition MemoryPressure, and who uses the memory.",
    "Give the pods limits, or move some.",
  ],
  "k8s-node-pid-pressure": [
    "The node is short of process ids.",
    "Read the condition PIDPressure, and who starts so many processes.",
    "End them, or set a pod PID limit.",
  ],
  "k8s-node-out-of-memory": [
    "The node itself ran out of memory, and its kernel killed processes.",
    "Read the event SystemOOM or OOMKilling of the node.",
    "Give the pods memory requests and limits that fit the node.",
  ],
  "k8s-node-kernel-problem": [
    "The node's kernel or file system is in trouble.",
    "Read the node's conditions of the problem detector.",
    "Drain and restart the node.",
  ],
  "k8s-node-certificate-expired": [
    "A certificate of the node has expired or is not trusted.",
    "Read the node's condition or events for x509.",
    "Renew the certificate of the kubelet.",
  ],
  "k8s-node-version-skewed": [
    "The node's kubelet is more than three minor versions apart from those of the other nodes.",
    "`kubectl get nodes` shows the versions.",
    "Upgrade the node, or replace it.",
  ],
  "k8s-node-clock-wrong": [
    "The node's clock is off.",
    "Compare the node's clock with the API server's.",
    "Set the clock; look at its time service.",
  ],
  "k8s-node-sandbox-failing": [
    "The node cannot give pods a network or a sandbox.",
    "Read the event FailedCreatePodSandBox.",
    "Mend the network plug-in; where addresses are used up, free or add some.",
  ],
  "k8s-node-network-impaired": [
    "Whatever goes to or from one node is slow or lost, while the node says that it is well.",
    "Call a pod of the node from another node, and the other way round; compare latency and loss with the other nodes.",
    "Look at the node's network: interface, cable, tunnel, traffic rules; move the pods away until it is mended.",
  ],
  "k8s-control-plane-down": [
    "A part of the control plane does not run.",
    "Look at its pod in kube-system, and its log.",
    "Bring it back.",
  ],
} as const;
