/** Statements in the styles of desktops, devices and clouds, with values made up at random. */
import { hex, host, ip, life, pick, type Statement, uuid, whole } from "./log-values.js";

export const DEVICE_STYLES: Record<string, readonly Statement[]> = {
  Proxifier: [
    [900, () => `${host()} close, ${whole(0, 900)} bytes sent, ${whole(0, 900)} bytes received, lifetime ${life()}`],
    [
      300,
      () =>
        `${host()} close, ${whole(0, 900)} bytes sent, ${whole(2000, 90000)} bytes (${whole(2, 90)}.${whole(0, 9)} KB) received, lifetime ${life()}`,
    ],
    [
      200,
      () =>
        `${host()} close, ${whole(2000, 90000)} bytes (${whole(2, 90)}.${whole(0, 9)} ${pick("KB", "KB", "MB")}) sent, ${whole(2000, 90000)} bytes (${whole(2, 90)}.${whole(0, 9)} ${pick("KB", "MB")}) received, lifetime ${life()}`,
    ],
    [
      80,
      () =>
        `${host()} close, ${whole(2000, 90000)} bytes (${whole(2, 90)}.${whole(0, 9)} KB) sent, ${whole(0, 900)} bytes received, lifetime ${life()}`,
    ],
    [600, () => `${host()} open through proxy proxy.cse.cuhk.edu.hk:5070 HTTPS`],
    [20, () => `${pick("sj.ie.sogou.com:80", "a.b.com:80", "c.d.cn:443")} open directly`],
    [
      30,
      () =>
        `${pick("sj.ie.sogou.com:80", "p3.pinyin.sogou.com:80", "x.y.cn:443")} error : Could not connect through proxy proxy.cse.cuhk.edu.hk:5070 - Proxy server cannot establish a connection with the target, status code ${pick(403, 503)}`,
    ],
    [10, () => `open through proxy proxy.cse.cuhk.edu.hk:5070 SOCKS5`],
  ],
  Windows: [
    [
      400,
      () =>
        `Read out cached package applicability for package: Package_for_KB${whole(1000000, 3999999)}~31bf3856ad364e35~amd64~~6.1.1.0, ApplicableState: ${pick(0, 112, 80)}, CurrentState:${pick(0, 112, 80)}`,
    ],
    [300, () => `Session: 3054617${whole(1, 9)}_40736642${whole(10, 99)} initialized by client WindowsUpdateAgent.`],
    [
      200,
      () =>
        `Loaded Servicing Stack v6.1.7601.23505 with Core: C:\\Windows\\winsxs\\amd64_microsoft-windows-servicingstack_31bf3856ad364e35_6.1.7601.23505_none_681aa442f6fed7f0\\cbscore.dll`,
    ],
    [150, () => `SQM: Initializing online with Windows opt-in: False`],
    [
      150,
      () =>
        `SQM: Failed to start upload with file pattern: C:\\Windows\\servicing\\sqm\\*_std.sqm, flags: 0x2 [HRESULT = 0x80004005 - E_FAIL]`,
    ],
    [150, () => `Warning: Unrecognized packageExtended attribute.`],
    [100, () => `Expecting attribute name [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]`],
    [100, () => `Failed to get next element [HRESULT = 0x800f080d - CBS_E_MANIFEST_INVALID_ITEM]`],
    [
      80,
      () =>
        `SQM: Queued ${whole(0, 3)} file(s) for upload with pattern: C:\\Windows\\servicing\\sqm\\*_all.sqm, flags: 0x6`,
    ],
    [60, () => `TrustedInstaller service starts successfully.`],
    [60, () => `Ending TrustedInstaller initialization.`],
    [60, () => `Ending TrustedInstaller finalization.`],
    [60, () => `Starting TrustedInstaller initialization.`],
    [60, () => `Starting TrustedInstaller finalization.`],
    [
      50,
      () =>
        `0000000${hex(1)}@2016/9/2${whole(1, 9)}:02:30:31.${whole(100, 999)} WcpInitialize (wcp.dll version 0.0.0.6) called (stack @0x7fed806eb5d @0x7fef9fb9b6d @0x${hex(9)} @0xff83e474 @0x${hex(8)})`,
    ],
    [
      50,
      () =>
        `0000000${hex(1)} CSI Transaction @0x${hex(6)} initialized for deployment engine {d16d444c-56d8-11d5-882d-0080c847b195} with flags 00000002 and client id [${whole(10, 30)}]"TI6.30546174_4073664297:2/Package_for_KB${whole(1000000, 3999999)}~31bf3856ad364e35~amd64~~6.1.1.0"/`,
    ],
    [20, () => `Scavenge: Begin CSI Store`],
    [
      20,
      () =>
        `No startup processing required, TrustedInstaller service was not set as autostart, or else a reboot is still pending.`,
    ],
  ],
  OpenStack: [
    [
      600,
      () =>
        `10.11.10.1 "GET /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/${pick("detail", uuid())} HTTP/1.1" status: 200 len: ${whole(100, 2000)} time: 0.${whole(1000000, 9999999)}`,
    ],
    [
      60,
      () =>
        `10.11.10.1 "POST /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers HTTP/1.1" status: 202 len: 733 time: 0.${whole(1000000, 9999999)}`,
    ],
    [
      40,
      () =>
        `10.11.10.1 "DELETE /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/${uuid()} HTTP/1.1" status: 204 len: 203 time: 0.${whole(1000000, 9999999)}`,
    ],
    [
      60,
      () =>
        `10.11.10.1,10.11.21.${whole(100, 150)} "GET /openstack/2013-10-17/${pick("meta_data.json", "user_data", "vendor_data.json")} HTTP/1.1" status: 200 len: 264 time: 0.${whole(1000000, 9999999)}`,
    ],
    ...["Started", "Paused", "Resumed", "Stopped"].map(
      (x): Statement => [22, () => `[instance: ${uuid()}] VM ${x} (Lifecycle Event)`],
    ),
    [60, () => `[instance: ${uuid()}] Attempting claim: memory 2048 MB, disk 20 GB, vcpus 1 CPU`],
    [60, () => `[instance: ${uuid()}] Total memory: 64172 MB, used: 512.00 MB`],
    [60, () => `[instance: ${uuid()}] memory limit: 96258.00 MB, free: 95746.00 MB`],
    [60, () => `[instance: ${uuid()}] Total disk: 15 GB, used: 0.00 GB`],
    [60, () => `[instance: ${uuid()}] Total vcpu: 16 VCPU, used: 0.00 VCPU`],
    [40, () => `[instance: ${uuid()}] vcpu limit not specified, defaulting to unlimited`],
    [40, () => `[instance: ${uuid()}] disk limit not specified, defaulting to unlimited`],
    [40, () => `[instance: ${uuid()}] Took ${whole(1, 20)}.${whole(10, 99)} seconds to build instance.`],
    [
      30,
      () =>
        `[instance: ${uuid()}] Took ${whole(1, 20)}.${whole(10, 99)} seconds to spawn the instance on the hypervisor.`,
    ],
    [
      30,
      () =>
        `[instance: ${uuid()}] Took ${whole(0, 1)}.${whole(10, 99)} seconds to destroy the instance on the hypervisor.`,
    ],
    [
      40,
      () =>
        `image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): checking`,
    ],
    [
      40,
      () =>
        `image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): in use: on this node ${whole(1, 3)} local, 0 on other nodes sharing this instance storage`,
    ],
    [30, () => `Active base files: /var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742`],
    [20, () => `[instance: ${uuid()}] Creating image`],
    [20, () => `[instance: ${uuid()}] Instance spawned successfully.`],
    [20, () => `[instance: ${uuid()}] Instance destroyed successfully.`],
    [20, () => `[instance: ${uuid()}] Terminating instance`],
    [20, () => `[instance: ${uuid()}] Deleting instance files /var/lib/nova/instances/${uuid()}_del`],
    [20, () => `[instance: ${uuid()}] Deletion of /var/lib/nova/instances/${uuid()}_del complete`],
    [20, () => `Creating event network-vif-plugged:${uuid()} for instance ${uuid()}`],
    [20, () => `Unknown base file: /var/lib/nova/instances/_base/${hex(40)}`],
    [5, () => `HTTP exception thrown: No instances found for any event`],
    [20, () => `Auditing locally available compute resources for node cp-1.slowvm1.tcloud-pg0.utah.cloudlab.us`],
    [
      20,
      () =>
        `Final resource view: name=cp-1.slowvm1.tcloud-pg0.utah.cloudlab.us phys_ram=64172MB used_ram=${whole(500, 3000)}MB phys_disk=15GB used_disk=${whole(0, 20)}GB total_vcpus=16 used_vcpus=${whole(0, 1)} pci_stats=[]`,
    ],
  ],
  HealthApp: [
    [300, () => `onStandStepChanged ${whole(1000, 9999)}`],
    [200, () => `onExtend:15140${whole(10000000, 99999999)} ${whole(0, 20)} 0 ${whole(0, 9)}`],
    [200, () => `calculateCaloriesWithCache totalCalories=${whole(10000, 199999)}`],
    [200, () => `calculateAltitudeWithCache totalAltitude=${whole(10, 400)}`],
    [
      200,
      () =>
        `getTodayTotalDetailSteps = 15140${whole(10000000, 99999999)}##${whole(1, 9999)}##${whole(1, 99999)}##${whole(1, 9999)}##${whole(1, 99999)}##${whole(1, 9999999)}`,
    ],
    [
      150,
      () =>
        `setTodayTotalDetailSteps=15140${whole(10000000, 99999999)}##${whole(1, 9999)}##${whole(1, 99999)}##${whole(1, 9999)}##${whole(1, 99999)}##${whole(1, 9999999)}`,
    ],
    [150, () => `REPORT : ${whole(1000, 9999)} ${whole(1000, 9999)} ${whole(100, 999)} ${whole(0, 300)}`],
    [50, () => `processHandleBroadcastAction action:android.intent.action.TIME_TICK`],
    [30, () => `processHandleBroadcastAction action:android.intent.action.SCREEN_ON`],
    [30, () => `onReceive action: android.intent.action.SCREEN_ON`],
    [30, () => `onReceive action: android.intent.action.SCREEN_OFF`],
    [40, () => `flush sensor data`],
    [20, () => `getTodayBasicStandardSteps end|${whole(1, 9)}|${whole(1, 99)}`],
    [20, () => `saveHealthDetailData() deleteContent = ${whole(0, 3)}`],
    [
      15,
      () => `aggregateHealthDetailToBasic deviceID=${whole(1, 9)},userId=${whole(1, 9)}|endtime=${whole(1000, 9999)}`,
    ],
    [
      15,
      () =>
        `upLoadOneMinuteDataToEngine time=${whole(10000000, 99999999)},${whole(0, 3)},${whole(0, 3)},${whole(0, 3)},${whole(0, 3)}`,
    ],
    [15, () => `processTodayDiffTotalSteps() needRefresh=${pick("true", "false")} diff=${whole(0, 5)}`],
    [15, () => `getStepCounter steps=${whole(0, 9999)},isOpen=${pick("true", "false")}`],
    [10, () => `screen status unknown,think screen on`],
  ],
  Android: [
    [
      300,
      () =>
        `printFreezingDisplayLogsopening app wtoken = AppWindowToken{${hex(7)} token=Token{${hex(7)} ActivityRecord{${hex(7)} u0 com.tencent.${pick("qt.qtl", "mm", "mobileqq")}/.activity.${pick("info.NewsDetail", "main.Launcher", "SplashActivity")} t7${whole(10, 99)}}}}, allDrawn= ${pick("false", "true")}, startingDisplayed =  ${pick("false", "true")}, startingMoved =  false, isRelaunching =  false`,
    ],
    [
      250,
      () =>
        `ready=true,policy=${whole(1, 3)},wakefulness=1,wksummary=0x${hex(2)},uasummary=0x1,bootcompleted=true,boostinprogress=false,waitmodeenable=false,mode=${pick("true", "false")},manual=${whole(1, 90)},auto=-1,adj=0.0userId=0`,
    ],
    [
      200,
      () =>
        `setSystemUiVisibility vis=${hex(8)} mask=${hex(8)} oldVal=${whole(0, 40000500)} newVal=${whole(0, 40000500)} diff=${whole(0, 9)} fullscreenStackVis=0 dockedStackVis=0, fullscreenStackBounds=Rect(0, 0 - 0, 0), dockedStackBounds=Rect(0, 0 - ${whole(0, 1000)}, ${whole(0, 2000)})`,
    ],
    [200, () => `HBM brightnessIn =${whole(0, 99)}`],
    [150, () => `Animating brightness: target=${whole(1, 99)}, rate=${pick(200, 4)}`],
    [150, () => `getRunningAppProcesses: caller ${whole(10000, 10200)} does not hold REAL_GET_TASKS; limiting output`],
    [
      100,
      () =>
        `userActivityNoUpdateLocked: eventTime=${whole(10000, 99999999)}, event=${whole(0, 3)}, flags=0x${whole(0, 1)}, uid=${whole(1000, 1100)}`,
    ],
    [
      80,
      () =>
        `cancelPeek, notification key = ${whole(0, 3)}|com.${pick("tencent.mm", "android.phone", "tencent.mobileqq", "android.systemui")}|${whole(1, 999)}|null|${whole(10000, 10200)}`,
    ],
    [
      80,
      () =>
        `interceptKeyTq keycode=${whole(3, 300)} interactive=${pick("true", "false")} keyguardActive=${pick("true", "false")} policyFlags=${hex(7)}`,
    ],
    [60, () => `shouldBlockLocation isScreenOff: ${pick("true", "false")}`],
    [
      60,
      () =>
        `Skipping AppWindowToken{${hex(7)} token=Token{${hex(7)} ActivityRecord{${hex(7)} u0 com.tencent.mm/.ui.LauncherUI t7${whole(10, 99)}}}} -- going to hide`,
    ],
    [50, () => `startAnimation begin`],
    [50, () => `startAnimation end`],
    [30, () => `isKeyguardShowing : ${pick("true", "false")}`],
    [
      30,
      () =>
        `updateClipping isOverlap:${pick("true", "false")}, getTopOverlap=${whole(0, 99)}.0, getTranslationZ=${whole(0, 9)}.0`,
    ],
    [
      20,
      () =>
        `onTouchEvent : MotionEvent { action=ACTION_${pick("UP", "DOWN", "MOVE")}, actionButton=0, id[0]=0, x[0]=${whole(0, 900)}.0, y[0]=${whole(0, 900)}.0 }`,
    ],
  ],
  Mac: [
    [
      100,
      () => `ARPT: ${whole(600000, 699999)}.${whole(100000, 999999)}: AirPort_Brcm43xx::syncPowerState: WWEN[enabled]`,
    ],
    [
      60,
      () =>
        `ARPT: ${whole(600000, 699999)}.${whole(100000, 999999)}: wl0: wl_update_tcpkeep_seq: Original Seq: ${whole(1, 999999999)}, Ack: ${whole(1, 999999999)}, Win size: ${whole(100, 4096)}`,
    ],
    [60, () => `ARPT: ${whole(600000, 699999)}.${whole(100000, 999999)}: wl0: MDNS: IPV4 Addr: ${ip()}`],
    [60, () => `en0: BSSID changed to 5c:50:15:${hex(2)}:${hex(2)}:${hex(2)}`],
    [80, () => `Unexpected payload found for message ${whole(1, 30)}, dataLen=${whole(0, 9)}`],
    [80, () => `PM response took ${whole(1000, 3000)} ms (${whole(1, 99)}, powerd)`],
    [80, () => `[HID] [MT] AppleMultitouchDevice::willTerminate entered`],
    [90, () => `USBMSC Identifier (non-unique): 000000000820 0x5ac 0x8406 0x820, 3`],
    [60, () => `Previous sleep cause: ${whole(0, 9)}`],
    [60, () => `Wake reason: ${pick("EC.SleepTimer (SleepTimer)", "RTC (Alarm)", "EC.ARPT")}`],
    [50, () => `AppleThunderboltNHIType2::prePCIWake - power up complete - took ${whole(1, 3)} us`],
    [50, () => `Thunderbolt Switch Plug Event`],
    [50, () => `in6_unlink_ifa: IPv6 address 0x${hex(16)} has no prefix`],
    [
      50,
      () =>
        `Captive: [CNInfoNetworkActive:1748] en0: SSID '${pick("CalVisitor", "AirBears2", "CMU-Guest", "home")}' making interface primary (cache indicates network not captive)`,
    ],
    [
      40,
      () =>
        `tcp_connection_tls_session_error_callback_imp ${whole(1000, 3000)} __tcp_connection_tls_session_callback_write_block_invoke.${whole(100, 500)} error ${whole(10, 99)}`,
    ],
    [40, () => `AirPort: Link Down on en0. Reason ${whole(1, 8)} (Disassociated because station leaving).`],
    [
      40,
      () =>
        `IO80211AWDLPeerManager::setAwdlOperatingMode Setting the AWDL operation mode from ${pick("AUTO", "SUSPENDED")} to ${pick("AUTO", "SUSPENDED")}`,
    ],
    [
      30,
      () =>
        `WARNING: 140: This application, or a library it uses, is using the deprecated Carbon Component Manager for hosting Audio Units.`,
    ],
    [60, () => `Bluetooth -- LE is supported - Disable LE meta event`],
    [
      30,
      () =>
        `${pick("Google Chrome", "Mail", "Safari", "WeChat")} (${whole(100, 999)}) deny file-read-data ${pick("/private/etc", "/Users/x")}`,
    ],
  ],
};
