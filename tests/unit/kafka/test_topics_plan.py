"""What topics.yaml declares, and what a plan does about each difference: create, set, grow, or refuse."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.kafka.declared import DeclaredTopic, TopicsFile, declared_topics, topic_faults, topics_file
from yisong.kafka.differences import ActualTopic, Change, compare
from yisong.rulebook.model import BusProfile
from yisong.rulebook.yaml_file import read

DEMO = BusProfile(name="demo.example", profile="demo", partitions=12, keys=())
PRODUCTION = replace(DEMO, profile="production")


def declared(name: str, *, bus: BusProfile = PRODUCTION) -> DeclaredTopic:
    return next(topic for topic in declared_topics(bus, brokers="production") if topic.name == name)


def as_declared(topic: DeclaredTopic) -> ActualTopic:
    return ActualTopic(partitions=topic.partitions, replication=topic.replication, settings=dict(topic.settings))


def with_setting(actual: ActualTopic, name: str, value: str) -> ActualTopic:
    return replace(actual, settings={**actual.settings, name: value})


class TestDeclared:
    def test_the_log_is_kept_for_ever_in_three_copies_without_compaction(self) -> None:
        """D1 of the design: twelve partitions, replication 3, two in sync, no unclean election."""
        log = declared("case-events")
        assert (log.partitions, log.replication) == (12, 3)
        assert log.settings["retention.ms"] == log.settings["retention.bytes"] == "-1"
        assert log.settings["cleanup.policy"] == "delete"
        assert log.settings["min.insync.replicas"] == "2"
        assert log.settings["unclean.leader.election.enable"] == "false"

    def test_log_time_is_the_brokers_but_on_a_demo_bus(self) -> None:
        assert declared("case-events").settings["message.timestamp.type"] == PRODUCTION.timestamp_type
        assert declared("case-events", bus=DEMO).settings["message.timestamp.type"] == DEMO.timestamp_type

    def test_an_oversized_record_reaches_the_log_and_is_refused_by_name(self) -> None:
        """The contract's limit is 1,048,576 bytes of value; the broker must take one byte more, and its frame."""
        assert int(declared("case-events").settings["max.message.bytes"]) > 1_048_576 + 1_000

    def test_every_agency_has_an_inbox_that_mirrors_the_log(self) -> None:
        for agency in ("copyright", "cac", "miit", "police"):
            inbox = topics_file().topics[f"inbox-{agency}"]
            assert (inbox.key, inbox.partitions, inbox.consumers) == ("case_id", 12, [agency])
            assert topics_file().topics[f"drafts-{agency}"].consumers == ["own-trail"]

    def test_wrapped_keys_are_compacted(self) -> None:
        assert declared("body-keys").settings["cleanup.policy"] == "compact"

    def test_a_bus_profile_with_other_partitions_is_refused(self) -> None:
        with pytest.raises(ContractFault, match=r"the bus profile has 6 partitions, topics\.yaml declares 12"):
            declared_topics(replace(DEMO, partitions=6), brokers="embedded")


CORRUPTIONS = [
    ("    owner: the four", "    owners: the four", r"owners: unknown key"),
    ("    key: case_id\n    value: envelope.v1", "    key: case_id\n    value: envelope.v9", r"no schema envelope\.v9"),
    ("    producers: [trail]\n", "    producers: [gossip]\n", r"producers\.0: Input should be"),
    (
        "partitions: 12            # mirrors",
        "partitions: 6            # mirrors",
        r"inbox-police must mirror case-events",
    ),
    ("retention: forever        # the log", "retention: 7d        # the log", r"retention must be forever"),
    ("key: event_id/key_id", "key: none", r"a compacted topic needs a key"),
    ("  embedded:   {replication: 1, min_insync: 1}\n", "", r"brokers: embedded is missing"),
    ("  case-events:\n", "  case-event:\n", r"case-events is missing"),
    ("retention: 30d", "retention: a month", r"retention: String should match"),
]


@pytest.mark.parametrize(("old", "new", "sentence"), CORRUPTIONS, ids=lambda text: text[-40:])
def test_a_corrupted_topics_file_is_refused_by_name(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (folder() / "topics.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "topics.yaml").write_text(text.replace(old, new, 1), "utf-8")
    (tmp_path / "schemas").symlink_to(folder() / "schemas")
    with pytest.raises(ContractFault, match=sentence):
        topics_file(tmp_path)


def test_every_declared_word_is_used() -> None:
    """A schema that a topic names exists; every component produces or consumes something or has a right."""
    file = read(folder() / "topics.yaml", TopicsFile)
    assert topic_faults(file, schemas=folder() / "schemas") == []
    named = {who for topic in file.topics.values() for who in (*topic.producers, *topic.consumers)}
    named |= {acl.who for topic in file.topics.values() for acl in topic.acls}
    assert named == {"trail", "own-trail", "copyright", "cac", "miit", "police", "clocks", "gateway", "sdk"}


def test_topics_yaml_is_plain_yaml() -> None:
    assert set(yaml.safe_load((folder() / "topics.yaml").read_text("utf-8"))) == {
        "version",
        "brokers",
        "groups",
        "topics",
    }


class TestCompare:
    log = declared("case-events")
    same = as_declared(log)

    def only(self, topic: DeclaredTopic, actual: ActualTopic | None) -> Change:
        (change,) = compare(topic, actual)
        return change

    def test_nothing_differs(self) -> None:
        assert list(compare(self.log, self.same)) == []

    def test_a_topic_that_is_absent_is_created(self) -> None:
        assert self.only(self.log, None).action == "create"

    @pytest.mark.parametrize("partitions", [11, 13])
    def test_partitions_of_the_log_are_never_changed(self, partitions: int) -> None:
        change = self.only(self.log, replace(self.same, partitions=partitions))
        assert (change.action, change.setting) == ("refuse", "partitions")
        assert "loses its order" in change.why

    def test_the_timestamp_type_of_the_log_is_never_changed(self) -> None:
        change = self.only(self.log, with_setting(self.same, "message.timestamp.type", "CreateTime"))
        assert (change.action, change.actual, change.declared) == ("refuse", "CreateTime", "LogAppendTime")

    def test_another_topic_may_grow_but_never_shrinks(self) -> None:
        keys = declared("body-keys")
        assert self.only(keys, replace(as_declared(keys), partitions=6)).action == "grow"
        assert self.only(keys, replace(as_declared(keys), partitions=24)).action == "refuse"

    def test_a_setting_that_loses_nothing_is_set(self) -> None:
        assert self.only(self.log, with_setting(self.same, "max.message.bytes", "1048588")).action == "set"
        assert self.only(self.log, with_setting(self.same, "retention.ms", "604800000")).action == "set"

    def test_a_shorter_retention_is_refused(self) -> None:
        inbox = declared("inbox-police")
        assert self.only(inbox, with_setting(as_declared(inbox), "retention.ms", "-1")).action == "refuse"
        assert self.only(inbox, with_setting(as_declared(inbox), "retention.ms", "1000")).action == "set"

    def test_compaction_is_neither_switched_on_nor_off(self) -> None:
        assert self.only(self.log, with_setting(self.same, "cleanup.policy", "compact")).action == "refuse"

    def test_copies_are_moved_by_a_person(self) -> None:
        assert self.only(self.log, replace(self.same, replication=1)).action == "refuse"

    def test_every_declared_setting_is_compared(self) -> None:
        for name in self.log.settings:
            assert [change.setting for change in compare(self.log, with_setting(self.same, name, "other"))] == [name]
