"""The lab's worker: takes entries from the queue. No HTTP of its own but /metrics."""
import json
import logging
import os
import time

import pika
from prometheus_client import Counter, Gauge, start_http_server

logging.basicConfig(filename=os.environ["LOG"], level=logging.INFO, format="%(asctime)s [%(levelname)s] %(message)s")
logging.getLogger("pika").setLevel(logging.CRITICAL)
SENT = Counter("mailer_messages_processed_total", "Messages processed.", ["result"])
LAST = Gauge("mailer_last_success_timestamp_seconds", "When the last message was processed.")


def faults():
    try:
        with open(os.environ["FAULTS_FILE"]) as file:
            return json.load(file)
    except Exception:
        return {}


def run():
    parameters = pika.ConnectionParameters("127.0.0.1", int(os.environ["AMQP_PORT"]))
    channel = pika.BlockingConnection(parameters).channel()
    channel.queue_declare("entries", durable=True)
    channel.basic_qos(prefetch_count=20)
    for method, _, _ in channel.consume("entries", inactivity_timeout=1):
        if method is None:
            continue
        if faults().get("mailer") == "stuck":
            time.sleep(5)
        channel.basic_ack(method.delivery_tag)
        SENT.labels("ok").inc()
        LAST.set_to_current_time()


start_http_server(int(os.environ["METRICS_PORT"]), "127.0.0.1")
while True:
    try:
        run()
    except Exception as error:
        logging.error("the queue is lost: %s %s", type(error).__name__, error)
        time.sleep(1)
