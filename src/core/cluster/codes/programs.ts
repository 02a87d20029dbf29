/** Causes at run time and in what programs are told: what each means, what would confirm it, what to do next. */
export const RUN_TIME = {
  "k8s-memory-limit-close": [
    "A container uses nearly all the memory that it may.",
    "Compare its use with the limit over time.",
    "Raise the limit, or look for a leak, before it is killed.",
  ],
  "k8s-cpu-limit-close": [
    "A container uses all the CPU that it may, and is slowed down.",
    "Compare the throttled periods of the container with all of them.",
    "Raise the limit, or find out what it computes.",
  ],
  "k8s-cpu-throttled": [
    "A container is held back at its CPU limit for much of its time, so it answers late.",
    "Compare container_cpu_cfs_throttled_periods_total with container_cpu_cfs_periods_total over time.",
    "Raise the CPU limit, or find out what uses so much.",
  ],
  "k8s-heap-exhausted": [
    "The program has used up the heap that it gives itself, below or at the container's memory limit.",
    "Read the log for OutOfMemoryError or heap; compare the heap's bound (-Xmx, --max-old-space-size, GOMEMLIMIT) with the memory limit.",
    "Raise the heap together with the memory limit, or look for what fills it.",
  ],
  "k8s-node-cpu-hogged": [
    "One workload uses most of its node's CPU, and others on the node get too little.",
    "Compare the CPU use of the pods on the node with what the node has.",
    "Give the workload a CPU limit, or move it to a node of its own.",
  ],
  "k8s-container-restarted": [
    "A container was restarted lately and runs again.",
    "Read its last end, and the log before it.",
    "Mend what ended it.",
  ],
  "k8s-workload-unresponsive": [
    "The workload looks well and does not serve those who call it: it is slow, cut off, or out of resources.",
    "Call it from inside the cluster; compare its latency, CPU, memory and network with before.",
    "Find what slows it or cuts it off; restart it, give it more, or take back what changed last.",
  ],
  "k8s-program-reports-errors": [
    "The workload is ready, and much of its log is errors of its own.",
    "Read the log since it began.",
    "Mend the program or its data; roll back if it began with a rollout.",
  ],
  "k8s-cpu-limit-too-small": [
    "The CPU limit of a container is too small for anything to run in.",
    "Compare the limit with what the program uses elsewhere.",
    "Raise the limit in the workload.",
  ],
  "k8s-process-limit-reached": [
    "The program has as many files, threads or processes as it may.",
    "Compare its open files and threads with ulimit and the pod's PID limit.",
    "Look for what it does not close; raise the limit, and restart the workload meanwhile.",
  ],
  "k8s-fault-injected": [
    "A tool that injects faults acts on the workload.",
    "List the tool's experiments in the namespace.",
    "End the experiment, if it is not meant.",
  ],
} as const;

export const CONFIGURATION = {
  "k8s-dependency-address-wrong": [
    "The workload has an address of a dependency that does not exist.",
    "Compare the variable with the names of the services.",
    "Correct the variable of the workload.",
  ],
  "k8s-dependency-port-wrong": [
    "The workload has a port of a dependency that its service does not have.",
    "Compare the variable with the ports of the service.",
    "Correct the variable of the workload.",
  ],
  "k8s-dependency-name-unresolved": [
    "A name that the workload calls does not resolve.",
    "Resolve the name inside the pod.",
    "Correct the name, or bring the service behind it back.",
  ],
  "k8s-dependency-refused": [
    "What the workload calls does not take connections.",
    "Connect to it from inside the pod.",
    "Bring the dependency back, or correct address and port.",
  ],
  "k8s-dependency-timing-out": [
    "What the workload calls does not answer in time.",
    "Connect to it from inside the pod; look for network policies.",
    "Mend the dependency or the way to it.",
  ],
  "k8s-dependency-user-missing": [
    "The database, cache or queue does not know the user that a workload signs in as.",
    "List the users of the store; look who removed or renamed this one.",
    "Create the user in the store again, with the rights that it had.",
  ],
  "k8s-dependency-rights-missing": [
    "The database, cache or queue knows the workload's user, and does not let it do what it needs.",
    "List the roles and grants of the user in the store.",
    "Grant the user in the store what it needs again.",
  ],
  "k8s-dependency-credentials-wrong": [
    "A dependency does not accept the workload's credentials.",
    "Compare user and password in the Secret with the dependency's own.",
    "Correct the credentials.",
  ],
  "k8s-dependency-database-missing": [
    "The database, table or topic that the workload wants does not exist.",
    "List what the dependency has.",
    "Create it, run the migration, or correct the name.",
  ],
  "k8s-dependency-certificate-refused": [
    "The workload does not trust a dependency's certificate.",
    "Read the certificate that the dependency shows.",
    "Renew it, or give the workload its authority.",
  ],
  "k8s-dependency-exhausted": [
    "A dependency takes no more: its connections, memory or pool are used up.",
    "Compare its open connections and memory with what it allows.",
    "Raise its limit, or find who takes so much.",
  ],
  "k8s-dependency-locked": [
    "Statements in a database wait for locks that others hold, until they are given up.",
    "List its open transactions and who waits for whom.",
    "End the transaction that holds the lock; look for what leaves it open.",
  ],
  "k8s-broker-address-wrong": [
    "A queue or database gives its clients an address that they cannot reach.",
    "Compare its advertised listeners, or the members that it tells, with what its service is called.",
    "Correct the advertised address in the settings of the queue or database.",
  ],
  "k8s-external-dependency-failing": [
    "Something outside of the cluster that a workload calls does not answer, or answers with errors.",
    "Call it from inside the pod; look at the other side's status.",
    "Wait for the other side, or lead the calls elsewhere; look at egress rules when nothing gets out.",
  ],
  "k8s-dependency-not-initialised": [
    "A database, cache or queue is there and is not whole: without a primary, still loading, or never set up.",
    "Ask it for its role and the state of its members.",
    "Set it up, or bring its missing members back.",
  ],
  "k8s-dependency-scheme-wrong": [
    "The workload speaks TLS to a dependency that does not, or the other way round.",
    "Compare the scheme in the workload's setting with what the port speaks.",
    "Correct the scheme in the workload's setting.",
  ],
  "k8s-program-port-unexpected": [
    "The program listens on another port than its container declares and its service leads to.",
    "Compare what the log says that it listens on with the container's ports and the service's targetPort.",
    "Correct the port in the workload's settings.",
  ],
  "k8s-dependency-read-only": [
    "A database or cache takes no writes: it is a replica, or was made read-only.",
    "Ask it for its role and its read-only setting.",
    "Make it writable again, or lead the writers to the primary.",
  ],
  "k8s-host-alias-wrong": [
    "The workload's hostAliases lead the name of a dependency elsewhere.",
    "Compare hostAliases with the address of the service.",
    "Remove the alias from the workload.",
  ],
  "k8s-setting-missing": [
    "The program wants a setting that nobody gives it.",
    "Compare the log with the variables of the container.",
    "Set it in the workload.",
  ],
  "k8s-setting-invalid": [
    "The program does not accept a setting or a configuration file.",
    "Read the log.",
    "Correct the setting.",
  ],
} as const;
