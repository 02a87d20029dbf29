/** Databases, caches and queues, as their common exporters and clients expose them. Data. */
import { exact, named, PROGRAM_LABELS, type Recipe, recipesOf } from "./recipe.js";

const STORE_LABELS = [
  ...exact("service", "app", "release", "cluster", "datname"),
  ...named("job", "job"),
  ...named("instance", "instance", "server"),
  ...named("pod", "pod"),
];

const postgres = recipesOf({ exporter: "postgres_exporter", labels: STORE_LABELS }, [
  ["availability", "ratio", ["pg_up"], "avg(pg_up{$match})"],
  ["connections", "count", ["pg_stat_activity_count"], "sum(pg_stat_activity_count{$match})"],
  ["connections", "count", ["pg_stat_database_numbackends"], "sum(pg_stat_database_numbackends{$match})"],
  [
    "connections_ratio",
    "ratio",
    ["pg_stat_activity_count", "pg_settings_max_connections"],
    "sum(pg_stat_activity_count{$match}) / sum(pg_settings_max_connections{$match})",
  ],
  ["deadlocks", "a second", ["pg_stat_database_deadlocks"], "sum(rate(pg_stat_database_deadlocks{$match}[$window]))"],
  [
    "cache_hit_ratio",
    "ratio",
    ["pg_stat_database_blks_hit", "pg_stat_database_blks_read"],
    "sum(rate(pg_stat_database_blks_hit{$match}[$window])) / (sum(rate(pg_stat_database_blks_hit{$match}[$window])) + sum(rate(pg_stat_database_blks_read{$match}[$window])))",
  ],
  ["replication_lag", "seconds", ["pg_replication_lag_seconds"], "max(pg_replication_lag_seconds{$match})"],
  ["replication_lag", "seconds", ["pg_replication_lag"], "max(pg_replication_lag{$match})"],
]);

const mysql = recipesOf({ exporter: "mysqld_exporter", labels: STORE_LABELS }, [
  ["availability", "ratio", ["mysql_up"], "avg(mysql_up{$match})"],
  [
    "request_rate",
    "a second",
    ["mysql_global_status_queries"],
    "sum(rate(mysql_global_status_queries{$match}[$window]))",
  ],
  [
    "connections",
    "count",
    ["mysql_global_status_threads_connected"],
    "sum(mysql_global_status_threads_connected{$match})",
  ],
  [
    "connections_ratio",
    "ratio",
    ["mysql_global_status_threads_connected", "mysql_global_variables_max_connections"],
    "sum(mysql_global_status_threads_connected{$match}) / sum(mysql_global_variables_max_connections{$match})",
  ],
  [
    "deadlocks",
    "a second",
    ["mysql_info_schema_innodb_metrics_lock_lock_deadlocks_total"],
    "sum(rate(mysql_info_schema_innodb_metrics_lock_lock_deadlocks_total{$match}[$window]))",
  ],
  [
    "replication_lag",
    "seconds",
    ["mysql_slave_status_seconds_behind_master"],
    "max(mysql_slave_status_seconds_behind_master{$match})",
  ],
  [
    "replication_lag",
    "seconds",
    ["mysql_replica_status_seconds_behind_source"],
    "max(mysql_replica_status_seconds_behind_source{$match})",
  ],
]);

const redis = recipesOf({ exporter: "redis_exporter", labels: STORE_LABELS }, [
  ["availability", "ratio", ["redis_up"], "avg(redis_up{$match})"],
  [
    "request_rate",
    "a second",
    ["redis_commands_processed_total"],
    "sum(rate(redis_commands_processed_total{$match}[$window]))",
  ],
  ["connections", "count", ["redis_connected_clients"], "sum(redis_connected_clients{$match})"],
  [
    "connections_ratio",
    "ratio",
    ["redis_connected_clients", "redis_config_maxclients"],
    "sum(redis_connected_clients{$match}) / sum(redis_config_maxclients{$match})",
  ],
  [
    "cache_hit_ratio",
    "ratio",
    ["redis_keyspace_hits_total", "redis_keyspace_misses_total"],
    "sum(rate(redis_keyspace_hits_total{$match}[$window])) / (sum(rate(redis_keyspace_hits_total{$match}[$window])) + sum(rate(redis_keyspace_misses_total{$match}[$window])))",
  ],
  ["memory", "bytes", ["redis_memory_used_bytes"], "sum(redis_memory_used_bytes{$match})"],
  [
    "memory_ratio",
    "ratio",
    ["redis_memory_used_bytes", "redis_memory_max_bytes"],
    "max(redis_memory_used_bytes{$match} / (redis_memory_max_bytes{$match} > 0))",
  ],
]);

/** Of the service that uses a database, not of the database. */
const pools = recipesOf({ exporter: "HikariCP (Micrometer)", labels: PROGRAM_LABELS }, [
  ["connections", "count", ["hikaricp_connections_active"], "sum(hikaricp_connections_active{$match})"],
  [
    "connections_ratio",
    "ratio",
    ["hikaricp_connections_active", "hikaricp_connections_max"],
    "max(hikaricp_connections_active{$match} / hikaricp_connections_max{$match})",
  ],
]);

const kafka = [
  ...recipesOf({ exporter: "kafka_exporter", labels: exact("consumergroup", "topic") }, [
    ["queue_lag", "count", ["kafka_consumergroup_lag"], "sum(kafka_consumergroup_lag{$match})"],
  ]),
  ...recipesOf({ exporter: "Kafka client (Micrometer)", labels: PROGRAM_LABELS }, [
    [
      "queue_lag",
      "count",
      ["kafka_consumer_fetch_manager_records_lag_max"],
      "max(kafka_consumer_fetch_manager_records_lag_max{$match})",
    ],
  ]),
];

const rabbit = recipesOf({ exporter: "RabbitMQ", labels: [...exact("queue"), ...STORE_LABELS] }, [
  ["queue_depth", "count", ["rabbitmq_queue_messages_ready"], "sum(rabbitmq_queue_messages_ready{$match})"],
  [
    "queue_depth",
    "count",
    ["rabbitmq_detailed_queue_messages_ready"],
    "sum(rabbitmq_detailed_queue_messages_ready{$match})",
  ],
  ["queue_depth", "count", ["rabbitmq_queue_messages"], "sum(rabbitmq_queue_messages{$match})"],
  ["connections", "count", ["rabbitmq_connections"], "sum(rabbitmq_connections{$match})"],
]);

export const STORE_RECIPES: readonly Recipe[] = [...pools, ...postgres, ...mysql, ...redis, ...kafka, ...rabbit];
