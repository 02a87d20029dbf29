/** Names that other loggers give to the three fields, in small letters; tried after the declared ones. */
export const TIME_FIELDS = [
  ..."time timestamp @timestamp ts t date datetime @t asctime instant timeunixnano time_unix_nano timemillis".split(
    " ",
  ),
  ..."_time __realtime_timestamp time_iso8601 time_local start_time starttime event_time eventtime logged_at created".split(
    " ",
  ),
  ..."emitted_at started_at _meta.date lasttimestamp record.time observedtimeunixnano requestreceivedtimestamp stagetimestamp when msec timecreated timegenerated edgestarttimestamp".split(
    " ",
  ),
];
export const LEVEL_FIELDS = [
  ..."level severity lvl loglevel log.level level_name levelname log_level @l @level severitytext severity_text".split(
    " ",
  ),
  ..."severitynumber severity_number priority syslog.severity severity_label level_value levelno sev".split(" "),
  ..."error_severity severitylevel label record.level context.logLevel _meta.logLevelName status".split(" "),
];
export const MESSAGE_FIELDS = [
  ..."message msg event log text @m @mt @message body short_message full_message log_message request record.message".split(
    " ",
  ),
];
