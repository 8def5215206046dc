"""
How fast could one read the log at all, and how fast what one would write first?

(a) *ceiling*: kafka-python's poll, and the raw records by binary COPY, one transaction a batch. (b) *first idea*: one
INSERT and one commit a record. Neither checks anything. Each is a process of its own, like the trail beside it.
"""

import argparse
import sys
import time
from contextlib import closing
from itertools import islice

import psycopg
from kafka import KafkaConsumer, TopicPartition

from yisong.kafka.log import TOPIC

_TABLE = """
CREATE TABLE records ("partition" integer, "offset" bigint, broker_time bigint, key bytea, value bytea,
                      PRIMARY KEY ("partition", "offset"));
ALTER TABLE records ALTER COLUMN value SET STORAGE EXTERNAL"""
_TYPES = ["int4", "int8", "int8", "bytea", "bytea"]


def log_of(bootstrap: str) -> KafkaConsumer:
    """Return a consumer of the whole log, at its beginning."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=4000,
        fetch_max_bytes=8 * 1024 * 1024,
        max_partition_fetch_bytes=1024 * 1024,
    )
    partitions = sorted(consumer.partitions_for_topic(TOPIC) or ())
    consumer.assign([TopicPartition(TOPIC, partition) for partition in partitions])
    consumer.seek_to_beginning()
    return consumer


def ceiling(connection: psycopg.Connection, consumer: KafkaConsumer, count: int) -> float:
    """Write batches as they come, by binary COPY, each in one transaction; return the instant of the first."""
    begun = 0.0
    statement = 'COPY records ("partition", "offset", broker_time, key, value) FROM STDIN (FORMAT binary)'
    while count > 0:
        batch = [record for part in consumer.poll(timeout_ms=1000).values() for record in part][:count]
        begun = begun or time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(_TYPES)
            for one in batch:
                copy.write_row((one.partition, one.offset, one.timestamp, one.key, one.value))
        connection.commit()
        count -= len(batch)
    return begun


def first_idea(connection: psycopg.Connection, consumer: KafkaConsumer, count: int) -> float:
    """Insert record by record, each its own commit and one round trip; return the instant of the first."""
    begun = 0.0
    connection.autocommit = True
    for one in islice(consumer, count):
        begun = begun or time.perf_counter()
        connection.execute(
            "INSERT INTO records VALUES (%s, %s, %s, %s, %s)",
            (one.partition, one.offset, one.timestamp, one.key, one.value),
        )
    return begun


def main() -> int:
    """Read the log once, and print the seconds from the first delivery to the last commit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["ceiling", "first-idea"])
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--count", type=int, required=True)
    settings = parser.parse_args()
    run = ceiling if settings.which == "ceiling" else first_idea
    # The connection string comes by standard input, so that its password stands in no list of processes.
    with psycopg.connect(sys.stdin.readline().strip()) as connection, closing(log_of(settings.bootstrap)) as consumer:
        connection.execute(_TABLE)
        connection.commit()
        begun = run(connection, consumer, settings.count)
        print(time.perf_counter() - begun)
    return 0


if __name__ == "__main__":
    sys.exit(main())
