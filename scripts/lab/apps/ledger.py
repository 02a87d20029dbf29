"""The lab's second application (Python, prometheus_client): accounts in PostgreSQL, entries to a queue. Log as text lines."""
import json
import logging
import os
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pika
import psycopg2
import psycopg2.pool
from prometheus_client import Counter, Gauge, Summary, start_http_server

logging.basicConfig(
    filename=os.environ["LOG"], level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
)
logging.getLogger("pika").setLevel(logging.ERROR)
log = logging.getLogger("ledger")

HANDLED = Counter("ledger_requests_total", "Requests handled.", ["operation", "outcome"])
TOOK = Summary("ledger_request_seconds", "Seconds a request took.", ["operation"])
POOL = Gauge("ledger_db_connections_in_use", "Connections in use.")
PUBLISHED = Counter("ledger_events_published_total", "Events published.", ["outcome"])

DSN = os.environ["DSN"]
pool = None
pool_lock = threading.Lock()


def faults():
    try:
        with open(os.environ["FAULTS_FILE"]) as file:
            return json.load(file)
    except Exception:
        return {}


def connection():
    dsn = DSN.replace("user=ledger ", "user=ledger_old ") if faults().get("ledger") == "password" else DSN
    return psycopg2.connect(dsn, connect_timeout=2, options="-c statement_timeout=4000")


class Publisher:
    def __init__(self):
        self.channel = None
        self.lock = threading.Lock()

    def send(self, body):
        with self.lock:
            try:
                if self.channel is None or self.channel.is_closed:
                    parameters = pika.ConnectionParameters(
                        "127.0.0.1", int(os.environ["AMQP_PORT"]), socket_timeout=2, blocked_connection_timeout=2
                    )
                    self.channel = pika.BlockingConnection(parameters).channel()
                    self.channel.queue_declare("entries", durable=True)
                self.channel.basic_publish("", "entries", body)
                PUBLISHED.labels("ok").inc()
            except Exception:
                self.channel = None
                PUBLISHED.labels("failed").inc()
                raise


publisher = Publisher()
local = threading.local()


def query(sql, values):
    POOL.inc()
    try:
        held = getattr(local, "held", None)
        if held is None or held.closed:
            held = connection()
            held.autocommit = True
            local.held = held
        try:
            with held.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        except Exception:
            held.close()
            local.held = None
            raise
    finally:
        POOL.dec()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, operation, work):
        began = time.time()
        status = 200
        try:
            if faults().get("ledger") == "bug" and random.random() < 0.7:
                raise KeyError("currency")
            work()
            HANDLED.labels(operation, "ok").inc()
        except Exception as error:
            status = 500
            HANDLED.labels(operation, "error").inc()
            log.error("%s failed: %s: %s", operation, type(error).__name__, str(error).strip())
        TOOK.labels(operation).observe(time.time() - began)
        self.send_response(status)
        self.send_header("content-length", "2")
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_GET(self):
        reference = f"ref-{random.randrange(60000)}"
        self.answer("account", lambda: query("SELECT id, balance FROM accounts WHERE reference = %s", (reference,)))

    def do_POST(self):
        def work():
            query("UPDATE accounts SET balance = balance + 1 WHERE id = %s", (random.randrange(60000),))
            publisher.send(b"entry")

        self.answer("entry", work)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


start_http_server(int(os.environ["METRICS_PORT"]), "127.0.0.1")
log.info("ledger listens on %s", os.environ["PORT"])
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
