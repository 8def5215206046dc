"""Which cases hang together over dockets, and what do they come to, each counted once?"""

import pytest

from tests.unit.audit.linking import FAR, FIRST, SECOND, THIRD, Cases
from yisong.audit.clusters import Group, Total, groups, named, total


@pytest.fixture
def cases() -> Cases:
    found = Cases()
    for case_id in (FIRST, SECOND, THIRD):
        found.story(case_id)
    return found


def seen(cases: Cases) -> tuple[Group, ...]:
    return groups(cases.acts, cases.dockets)


def ids(group: Group) -> list[str]:
    return [one.case_id for one in group.members]


class TestGroup:
    def test_is_all_that_hangs_together_whatever_links_it(self, cases: Cases) -> None:
        """The first comes from the second, whose party is that of the third: one group of three."""
        cases.link("upstream", FIRST, SECOND)
        assert [ids(one) for one in seen(cases)] == [sorted([FIRST, SECOND])]

        cases.link("same_party", THIRD, SECOND, by="V97", at="2016-08-02T10:00:00+08:00")

        (group,) = seen(cases)
        assert ids(group) == sorted([FIRST, SECOND, THIRD])
        assert [one.kind for one in group.links] == ["upstream", "same_party"]

    def test_of_others_stands_apart_and_the_largest_comes_first(self, cases: Cases) -> None:
        cases.link("same_party", THIRD, FAR, by="V97")
        cases.link("ad_chain", FIRST, SECOND, "CRB-980100-2016-000048-K")

        assert [len(one.members) for one in seen(cases)] == [3, 2]

    def test_has_the_direction_of_its_sources(self, cases: Cases) -> None:
        """追根溯源: the first comes from the second, and the second from the third, where it begins."""
        cases.link("upstream", FIRST, SECOND)
        cases.link("upstream", SECOND, THIRD, by="V9702", at="2016-08-02T10:00:00+08:00")

        (group,) = seen(cases)
        assert group.sources == (THIRD,)

    def test_names_a_case_of_which_this_bus_has_nothing(self, cases: Cases) -> None:
        cases.link("same_party", FIRST, FAR)

        (group,) = seen(cases)
        assert {one.case_id: one.state for one in group.members} == {FAR: None, FIRST: "open"}
        assert {one.case_id: one.owner for one in group.members} == {FAR: None, FIRST: "V9801"}

    def test_is_none_of_a_case_that_is_linked_to_itself_alone(self, cases: Cases) -> None:
        cases.link("same_party", FIRST, FIRST)

        assert seen(cases) == ()


class TestCluster:
    def test_has_all_that_was_ever_linked_to_it_over_dockets(self, cases: Cases) -> None:
        cases.link("cluster", FIRST, SECOND, cluster="JQ-1", lead=FIRST)
        cases.link("cluster", THIRD, FIRST, cluster="JQ-1", by="V97", at="2016-08-02T10:00:00+08:00")

        (cluster,) = seen(cases)[0].clusters
        assert (cluster.id, cluster.lead) == ("JQ-1", FIRST)
        assert [one.case_id for one in cluster.members] == sorted([FIRST, SECOND, THIRD])

    def test_has_the_case_that_the_police_filed_as_part_of_it(self, cases: Cases) -> None:
        cases.link("cluster", FIRST, SECOND, cluster="JQ-1")
        cases.file(THIRD, 100, cluster="JQ-1")

        (cluster,) = seen(cases)[0].clusters
        assert THIRD in [one.case_id for one in cluster.members]

    def test_counts_each_member_once_however_often_it_is_linked_or_filed(self, cases: Cases) -> None:
        """Filed, dropped and filed again with another amount: one criminal case, with the newest amount."""
        cases.link("cluster", FIRST, SECOND, cluster="JQ-1")
        cases.link("cluster", SECOND, FIRST, cluster="JQ-1", by="V9702")
        cases.file(FIRST, 500_000)
        cases.file(FIRST, 700_000, at="2016-09-05T10:00:00+08:00")
        cases.file(SECOND, 300_000)

        (cluster,) = seen(cases)[0].clusters
        assert cluster.total == Total(cases=2, criminal=2, amount_fen=1_000_000, unknown=0, not_readable=0)

    def test_that_shares_a_case_with_another_counts_it_and_both_together_count_it_once(self, cases: Cases) -> None:
        cases.link("cluster", FIRST, SECOND, cluster="JQ-1")
        cases.link("cluster", SECOND, THIRD, cluster="JQ-2", by="V9702")
        for case_id in (FIRST, SECOND, THIRD):
            cases.file(case_id, 100)

        (group,) = seen(cases)
        assert [one.total.amount_fen for one in group.clusters] == [200, 200]
        assert group.total.amount_fen == 300
        assert next(one.clusters for one in group.members if one.case_id == SECOND) == ("JQ-1", "JQ-2")

    def test_says_what_is_unknown_and_what_cannot_be_read_here(self, cases: Cases) -> None:
        cases.link("cluster", FIRST, SECOND, THIRD, cluster="JQ-1")
        cases.file(FIRST, None)
        cases.file(SECOND, 300_000, hidden=True)

        (cluster,) = seen(cases)[0].clusters
        assert cluster.total == Total(cases=3, criminal=2, amount_fen=0, unknown=1, not_readable=1)

    def test_whose_link_cannot_be_read_here_has_its_members_and_no_id(self, cases: Cases) -> None:
        cases.link("cluster", FIRST, SECOND, cluster="JQ-1", hidden=True)

        (cluster,) = seen(cases)[0].clusters
        assert cluster.id is None
        assert [one.case_id for one in cluster.members] == sorted([FIRST, SECOND])


def test_a_case_counts_once_however_often_it_is_named(cases: Cases) -> None:
    cases.link("cluster", FIRST, SECOND, cluster="JQ-1")
    cases.file(FIRST, 100)

    (group,) = seen(cases)
    assert total((*group.members, *group.members)) == group.total


def test_all_cases_that_are_linked_or_filed_in_a_cluster_are_asked_for(cases: Cases) -> None:
    """Of a year's crimes most hang together with nothing, and their dockets are left alone."""
    cases.file(THIRD, 100)
    cases.link("upstream", FIRST, SECOND)
    assert set(named(cases.acts)) == {FIRST, SECOND}

    cases.file(THIRD, 100, cluster="JQ-1", at="2016-08-06T10:00:00+08:00")
    assert set(named(cases.acts)) == {FIRST, SECOND, THIRD}
