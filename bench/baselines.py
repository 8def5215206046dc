"""
How fast could one read the log at all, and how fast what one would write first?

(a) *ceiling*: kafka-python's poll, and the raw records by binary COPY, one transaction a batch. (b) *first idea*: one
INSERT and one commit a record. Neither checks anything. Each is a process of its own, like the trail beside it.
"""

import argparse
import sys
import time
from collections.abc import Iterator

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from yisong.kafka.log import TOPIC

_TABLE = """
CREATE TABLE records ("partition" integer, "offset" bigint, broker_time bigint, key bytea, value bytea,
                      PRIMARY KEY ("partition", "offset"));
ALTER TABLE records ALTER COLUMN value SET STORAGE EXTERNAL"""
_TYPES = ["int4", "int8", "int8", "bytea", "bytea"]


def batches(bootstrap: str, count: int) -> Iterator[list[ConsumerRecord]]:
    """Give the first *count* records of the log, as kafka-python delivers them."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=4000,
        fetch_max_bytes=16 * 1024 * 1024,
        max_partition_fetch_bytes=1024 * 1024,
    )
    partitions = sorted(consumer.partitions_for_topic(TOPIC) or ())
    consumer.assign([TopicPartition(TOPIC, partition) for partition in partitions])
    consumer.seek_to_beginning()
    left = count
    while left > 0:
        polled = consumer.poll(timeout_ms=1000)
        records = [record for part in polled.values() for record in part][:left]
        left -= len(records)
        if records:
            yield records
    consumer.close()


def ceiling(connection: psycopg.Connection, batch: list[ConsumerRecord]) -> None:
    """Write a batch as it is, by binary COPY, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        statement = 'COPY records ("partition", "offset", broker_time, key, value) FROM STDIN (FORMAT binary)'
        with cursor.copy(statement) as copy:
            copy.set_types(_TYPES)
            for one in batch:
                copy.write_row((one.partition, one.offset, one.timestamp, one.key, one.value))


def first_idea(connection: psycopg.Connection, batch: list[ConsumerRecord]) -> None:
    """Write record by record, each in a transaction of its own."""
    for one in batch:
        connection.execute(
            "INSERT INTO records VALUES (%s, %s, %s, %s, %s)",
            (one.partition, one.offset, one.timestamp, one.key, one.value),
        )


def main() -> int:
    """Read the log once, and print the seconds from the first delivery to the last commit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["ceiling", "first-idea"])
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--count", type=int, required=True)
    settings = parser.parse_args()
    write = ceiling if settings.which == "ceiling" else first_idea
    # The connection string comes by standard input, so that its password stands in no list of processes.
    with psycopg.connect(sys.stdin.readline().strip(), autocommit=True) as connection:
        connection.execute(_TABLE)
        begun = None
        for batch in batches(settings.bootstrap, settings.count):
            begun = begun or time.perf_counter()
            write(connection, batch)
        print(time.perf_counter() - (begun or 0.0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
