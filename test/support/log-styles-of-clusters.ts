/** Statements in the styles of clusters and their jobs, with values made up at random. */
import { hex, ip, pick, type Statement, size, whole } from "./log-values.js";

export const CLUSTER_STYLES: Record<string, readonly Statement[]> = {
  Spark: [
    [
      400,
      () => `Block broadcast_${whole(0, 99)} stored as values in memory (estimated size ${size()}, free ${size()})`,
    ],
    [
      300,
      () =>
        `Block broadcast_${whole(0, 99)}_piece0 stored as bytes in memory (estimated size ${size()}, free ${size()})`,
    ],
    [300, () => `Found block rdd_${whole(1, 99)}_${whole(1, 99)} locally`],
    [200, () => `Running task ${whole(0, 39)}.0 in stage ${whole(0, 99)}.0 (TID ${whole(0, 999)})`],
    [
      200,
      () =>
        `Finished task ${whole(0, 39)}.0 in stage ${whole(0, 99)}.0 (TID ${whole(0, 999)}). ${whole(900, 3000)} bytes result sent to driver`,
    ],
    [100, () => `Reading broadcast variable ${whole(0, 99)} took ${whole(1, 400)} ms`],
    [100, () => `Started reading broadcast variable ${whole(0, 99)}`],
    [80, () => `Got assigned task ${whole(0, 999)}`],
    [60, () => `Input split: hdfs://10.10.34.11:9000/pjhe/logs/2kSOSP.log:${whole(0, 9999)}+${whole(0, 9999)}`],
    [
      20,
      () =>
        `Times: total = ${whole(1, 99)}, boot = ${pick("-", "")}${whole(1, 99)}, init = ${whole(1, 99)}, finish = ${whole(0, 3)}`,
    ],
    [
      4,
      () =>
        `${pick("mapred.tip.id", "mapred.task.id", "mapred.job.id")} is deprecated. Instead, use ${pick("mapreduce.task.id", "mapreduce.job.id")}`,
    ],
    [3, () => `MemoryStore started with capacity ${whole(1, 20)}.${whole(0, 9)} GB`],
    [3, () => `Changing view acls to: yarn,curi`],
    [3, () => `Changing modify acls to: yarn,curi`],
    [5, () => `Partition rdd_${whole(1, 9)}_${whole(1, 9)} not found, computing it`],
    [5, () => `Removed TaskAttempt`],
    [2, () => `Driver commanded a shutdown`],
    [3, () => `Connecting to driver: spark://CoarseGrainedScheduler@10.10.34.11:${whole(1000, 9999)}`],
  ],
  Hadoop: [
    [
      700,
      () => `Progress of TaskAttempt attempt_1445144423722_0020_m_00000${whole(0, 9)}_0 is : 0.${whole(1000, 99999)}`,
    ],
    [
      300,
      () =>
        `Address change detected. Old: msra-sa-41/10.190.173.170:${pick(9000, 8030)} New: msra-sa-41:${pick(9000, 8030)}`,
    ],
    [
      250,
      () =>
        `Retrying connect to server: msra-sa-41:8030. Already tried ${whole(0, 9)} time(s); retry policy is RetryUpToMaximumCountWithFixedSleep(maxRetries=10, sleepTime=1000 MILLISECONDS)`,
    ],
    [
      250,
      () =>
        `Failed to renew lease for [DFSClient_NONMAPREDUCE_1537864556_1] for ${whole(10, 900)} seconds.  Will retry shortly ...`,
    ],
    [100, () => `ERROR IN CONTACTING RM. `],
    [50, () => `Recalculating schedule, headroom=<memory:${whole(0, 2000)}, vCores:-${whole(1, 30)}>`],
    [50, () => `Reduce slow start threshold not met. completedMapsForReduceSlowstart 1`],
    [
      12,
      () =>
        `Before Scheduling: PendingReds:${whole(0, 1)} ScheduledMaps:${whole(0, 10)} ScheduledReds:0 AssignedMaps:${whole(0, 10)} AssignedReds:0 CompletedMaps:${whole(0, 9)} CompletedReds:0 ContAlloc:0 ContRel:0 HostLocal:0 RackLocal:0`,
    ],
    [
      8,
      () =>
        `After Scheduling: PendingReds:${whole(0, 1)} ScheduledMaps:${whole(0, 10)} ScheduledReds:0 AssignedMaps:${whole(0, 10)} AssignedReds:0 CompletedMaps:${whole(0, 9)} CompletedReds:0 ContAlloc:0 ContRel:0 HostLocal:0 RackLocal:0`,
    ],
    ...[
      ["NEW", "UNASSIGNED"],
      ["UNASSIGNED", "ASSIGNED"],
      ["ASSIGNED", "RUNNING"],
      ["RUNNING", "SUCCESS_CONTAINER_CLEANUP"],
      ["SUCCESS_CONTAINER_CLEANUP", "SUCCEEDED"],
    ].map(
      ([a, b]): Statement => [
        10,
        () => `attempt_1445144423722_0020_m_00000${whole(0, 9)}_0 TaskAttempt Transitioned from ${a} to ${b}`,
      ],
    ),
    [8, () => `task_1445144423722_0020_m_00000${whole(0, 9)} Task Transitioned from NEW to SCHEDULED`],
    [8, () => `task_1445144423722_0020_m_00000${whole(0, 9)} Task Transitioned from SCHEDULED to RUNNING`],
    [
      10,
      () =>
        `Registering class ${pick("org.apache.hadoop.mapreduce.jobhistory.EventType", "org.apache.hadoop.mapreduce.v2.app.job.event.JobEventType", "org.apache.hadoop.mapreduce.v2.app.job.event.TaskEventType", "org.apache.hadoop.mapreduce.v2.app.speculate.Speculator$EventType")} for class org.apache.hadoop.mapreduce.v2.app.${pick("MRAppMaster$JobEventDispatcher", "MRAppMaster$TaskEventDispatcher", "MRAppMaster$SpeculatorEventDispatcher", "launcher.ContainerLauncher")}`,
    ],
    [
      10,
      () =>
        `Assigned container container_1445144423722_0020_01_00000${whole(0, 9)} to attempt_1445144423722_0020_m_00000${whole(0, 9)}_0`,
    ],
    [
      9,
      () =>
        `JVM with ID: jvm_1445144423722_0020_m_00000${whole(0, 9)} given task: attempt_1445144423722_0020_m_00000${whole(0, 9)}_0`,
    ],
    [5, () => `JVM with ID : jvm_1445144423722_0020_m_00000${whole(0, 9)} asked for a task`],
    [
      6,
      () =>
        `Resolved ${pick("MSRA-SA-39.fareast.corp.microsoft.com", "MININT-FNANLI5.fareast.corp.microsoft.com", "04DN8IQ.fareast.corp.microsoft.com")} to /default-rack`,
    ],
    [4, () => `mapResourceRequest:<memory:1024, vCores:1>`],
    [3, () => `Num completed Tasks: ${whole(1, 9)}`],
    [3, () => `loaded properties from hadoop-metrics2.properties`],
    [2, () => `Scheduled snapshot period at 10 second(s).`],
  ],
  BGL: [
    [500, () => `generating core.${whole(1, 9999)}`],
    [100, () => `instruction cache parity error corrected`],
    [200, () => `${whole(1, 9999999)} double-hummer alignment exceptions`],
    [150, () => `iar ${hex(8)} dear ${hex(8)}`],
    [
      150,
      () =>
        `ciod: Error reading message prefix after LOGIN_MESSAGE on CioStream socket to ${ip()}:${whole(1000, 9999)}: Link has been severed`,
    ],
    [
      40,
      () => `ciod: failed to read message prefix on control stream (CioStream socket to ${ip()}:${whole(1000, 9999)}`,
    ],
    [100, () => `CE sym ${whole(0, 40)}, at 0x${hex(8)}, mask 0x0${whole(1, 8)}`],
    [60, () => `total of ${whole(1, 9)} ddr error(s) detected and corrected`],
    [
      40,
      () => `${whole(1, 9)} ddr errors(s) detected and corrected on rank 0, symbol ${whole(1, 30)}, bit ${whole(1, 7)}`,
    ],
    [30, () => `${whole(1, 9)} L3 EDRAM error(s) (dcr 0x0157) detected and corrected`],
    [30, () => `${whole(1, 9)} tree receiver ${whole(1, 2)} in re-synch state event(s) (dcr 0x0${hex(3)}) detected`],
    [30, () => `data TLB error interrupt`],
    [
      20,
      () =>
        `ciod: LOGIN chdir(${pick("/p/gb1/stella/RAPTOR/2183", "/home/auselton/bgl/64mps", "/p/gb2/draeger/benchmark/dat32k_062205")}) failed: Input/output error`,
    ],
    [20, () => `rts: kernel terminated for reason ${whole(1000, 1009)}`],
    [10, () => `wait state enable.................${whole(0, 1)}`],
    [10, () => `critical input interrupt enable...${whole(0, 1)}`],
    [10, () => `external input interrupt enable...${whole(0, 1)}`],
    [10, () => `machine check enable..............${whole(0, 1)}`],
    [10, () => `lr:${hex(8)} cr:${hex(8)} xer:${hex(8)} ctr:${hex(8)}`],
    [
      10,
      () =>
        `r0${whole(0, 9)}=0x${hex(8)} r0${whole(0, 9)}=0x${hex(8)} r0${whole(0, 9)}=0x${hex(8)} r0${whole(0, 9)}=0x${hex(8)}`,
    ],
    [8, () => `NFS Mount failed on bglio${whole(1, 99)}, slept ${whole(1, 9)} seconds, retrying (${whole(1, 9)})`],
    [
      10,
      () =>
        `ciod: Error loading ${pick("/p/gb1/a/b.rts", "/g/g24/x/raptor")}: invalid or missing program image, Permission denied`,
    ],
    [
      5,
      () =>
        `idoproxydb hit ASSERT condition: ASSERT expression=${whole(0, 1)} Source file=idotransportmgr.cpp Source line=${whole(1, 2000)} Function=int IdoTransportMgr::SendPacket(IdoUdpMgr*, BglCtlPavTrace*)`,
    ],
    [
      5,
      () =>
        `MidplaneSwitchController performing bit sparing on R${whole(10, 99)}-M0-L${whole(0, 3)}-U${whole(10, 19)}-A bit ${whole(0, 9)}`,
    ],
  ],
  HPC: [
    [400, () => `ambient=${whole(25, 40)}`],
    [300, () => `boot (command ${whole(100, 3999)})`],
    [
      200,
      () =>
        `inconsistent nodesets ${Array.from({ length: whole(2, 6) }, () => `node-${whole(0, 255)} 0x${hex(8)} <ok>`).join(" ")}`,
    ],
    [
      150,
      () => `Component State Change: Component \\042alt0\\042 is in the unavailable state (HWID=${whole(1000, 9999)})`,
    ],
    [
      150,
      () =>
        `Component State Change: Component \\042SCSI-WWID:01000010:6005-08b4-0001-00c6-0006-3000-003d-0000\\042 is in the unavailable state (HWID=${whole(1000, 9999)})`,
    ],
    [100, () => `PSU status ( ${pick("on", "off")} ${pick("on", "off")} )`],
    [
      100,
      () =>
        `Fan speeds ( ${Array.from({ length: 6 }, () => pick("****", whole(3000, 4000), whole(3000, 4000))).join(" ")} )`,
    ],
    [60, () => `Link error on broadcast tree Interconnect-0T00:00:${whole(0, 9)}:${whole(0, 9)}`],
    [60, () => `Temperature (${whole(35, 60)}) exceeds warning threshold`],
    [60, () => `network connection on network 0x${hex(6)}`],
    [100, () => `ServerFileSystem: An ServerFileSystem domain panic has occurred on storage${whole(100, 999)}`],
    [60, () => `ServerFileSystem domain storage${whole(100, 999)}_domain is full`],
    [80, () => `ClusterFileSystem: There is no server for ServerFileSystem domain storage${whole(100, 999)}`],
    [60, () => `node status: not responding`],
    [60, () => `running`],
    [
      40,
      () =>
        `Targeting domains:node-D${whole(0, 3)} and nodes:node-[${whole(1, 20)}-${whole(21, 63)}] child of command ${whole(1000, 3999)}`,
    ],
    [20, () => `Linkerror event interval expired`],
    [30, () => `starting`],
    [20, () => `configured out`],
  ],
  Thunderbird: [
    [300, () => `session opened for user root by (uid=0)`],
    [300, () => `session closed for user root`],
    [200, () => `(root) CMD (run-parts /etc/cron.hourly)`],
    [100, () => `(root) CMD (/usr/lib/sa/sa1 1 1)`],
    [
      400,
      () => `data_thread() got not answer from any [Thunderbird_${pick("A", "B", "C", "D")}${whole(1, 8)}] datasource`,
    ],
    [50, () => `DHCPDISCOVER from 00:11:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)} via eth1`],
    [
      40,
      () => `DHCPDISCOVER from 00:11:${hex(2)}:${hex(2)}:${hex(2)}:${hex(2)} via eth1: network A_net: no free leases`,
    ],
    [60, () => `synchronized to ${ip()}, stratum ${whole(2, 4)}`],
    [50, () => `synchronized to LOCAL(0), stratum 10`],
    [
      50,
      () =>
        `ACPI: PCI interrupt 0000:0${whole(1, 9)}:0${whole(0, 9)}.0[A] -> GSI ${whole(1, 60)} (level, low) -> IRQ ${whole(1, 300)}`,
    ],
    [30, () => `Losing some ticks... checking if CPU frequency changed.`],
    [30, () => `pbs_mom, Bad file descriptor (9) in tm_request, job ${whole(1000, 9999)}.tbird-admin1 not running`],
    [30, () => `connect from ${ip()}`],
    [30, () => `START: auth pid=${whole(1000, 9999)} from=${ip()}`],
    [50, () => `check pass; user unknown`],
    [30, () => `authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=${ip()} user=root`],
    [30, () => `Linux agpgart interface v0.100 (c) Dave Jones`],
    [30, () => `Processor #${whole(1, 8)} 15:4 APIC version 16`],
    [20, () => `Total HighMem ${whole(100, 999)}k`],
    [30, () => `DSA key found: ${pick("alice", "bob", "carol", "dave", "eve")}`],
    [
      20,
      () => `hda: ${pick("SAMSUNG", "TEAC", "HITACHI")} CD-ROM ${pick("SN-124", "CD-224E")}, ATAPI CD/DVD-ROM drive`,
    ],
    [
      15,
      () =>
        `shpchp: HPC vendor_id ${whole(1000, 9999)} device_id ${whole(100, 999)} ss_vid ${whole(0, 9)} ss_did ${whole(0, 9)}`,
    ],
  ],
};
