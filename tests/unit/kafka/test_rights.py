from pathlib import Path

import pytest

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.home import AGENCIES
from yisong.kafka.declared import topics_file
from yisong.kafka.rights import ADMIN, Right, rights, user_of, users
from yisong.kafka.rights_page import PAGE, read_table, with_table


def who(operation: str, name: str) -> set[str]:
    return {one.user for one in rights() if (one.operation, one.name) == (operation, name)}


class TestTheRightsOfTopicsYaml:
    @pytest.mark.parametrize("agency", AGENCIES)
    def test_let_an_inbox_be_written_by_its_own_relay_and_read_by_its_own_desk(self, agency: str) -> None:
        assert who("write", f"inbox-{agency}") == {f"trail-{agency}"}
        assert who("read", f"inbox-{agency}") == {f"desk-{agency}"}

    @pytest.mark.parametrize("agency", AGENCIES)
    def test_let_every_node_write_to_another_and_none_read_over_its_shoulder(self, agency: str) -> None:
        """Drafts, and questions about P2 tokens."""
        for topic in (f"drafts-{agency}", f"pii-{agency}"):
            assert who("write", topic) == {f"trail-{one}" for one in AGENCIES}
            assert who("read", topic) == {f"trail-{agency}"}

    def test_let_an_agencys_system_append_to_the_log_and_read_it(self) -> None:
        assert who("read", "case-events") == {user_of(one, agency) for agency in AGENCIES for one in ("trail", "sdk")}
        assert who("write", "case-events") == who("read", "case-events")

    def test_keep_wrapped_keys_from_everybody_but_the_nodes(self) -> None:
        assert who("read", "body-keys") == {f"trail-{agency}" for agency in AGENCIES}

    def test_let_each_desk_alone_say_how_far_it_has_come(self) -> None:
        for agency in AGENCIES:
            assert who("read", f"desk-{agency}") == {f"desk-{agency}"}
            assert who("describe", f"desk-{agency}") == {f"trail-{agency}"}

    def test_let_nobody_do_more_than_read_write_and_look(self) -> None:
        assert {one.operation for one in rights()} == {"read", "write", "describe", "describe_configs"}
        assert ADMIN not in {one.user for one in rights()}
        assert {one.user for one in rights()} == set(users())


class TestOwnTrail:
    def test_on_a_topic_of_no_line_is_a_fault(self, tmp_path: Path) -> None:
        text = (folder() / "topics.yaml").read_text("utf-8")
        old = "    producers: [trail, sdk]\n    consumers: [trail, sdk]\n"
        assert old in text
        (tmp_path / "topics.yaml").write_text(text.replace(old, old.replace("s: [trail", "s: [own-trail")), "utf-8")
        (tmp_path / "schemas").symlink_to(folder() / "schemas")
        with pytest.raises(ContractFault, match="case-events: own-trail: it is a topic of no line"):
            topics_file(tmp_path)


class TestThePage:
    def test_holds_the_rights_of_topics_yaml(self) -> None:
        """After a change of topics.yaml: ``python -m yisong.kafka.rights_page``."""
        page = (folder() / PAGE).read_text("utf-8")
        assert page == with_table(page, rights())
        assert read_table(page) == rights()

    def test_without_a_place_for_them_is_a_fault(self) -> None:
        with pytest.raises(ContractFault, match="no place for the table of rights"):
            with_table("# Security\n", {Right("sdk-cac", "topic", "rulebook", "read")})
