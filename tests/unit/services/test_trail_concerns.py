"""Whom does an event concern? What comes into which inbox."""

from collections.abc import Iterator

import pytest

from services.trail.rules import concerns, organs_concerned
from tests.unit.ledger.routes import way
from tests.unit.ledger.story import Story, history, law, told
from yisong.home import AGENCIES
from yisong.ledger import Entry, organs_meant

REGISTER = "CRB-000000-2016-000000-8"


def inboxes(story: Story, entry: Entry) -> set[str]:
    """Name the agencies into whose inboxes the newest event of *story* comes."""
    return {agency for agency in AGENCIES if concerns(entry, story.now, agency, law())}


def of_history(name: str) -> Iterator[tuple[str, set[str]]]:
    """Tell a history of one case, and name with each event the inboxes into which it comes."""
    story = told(name)
    for line in history(name):
        entry = story.line(line)
        assert entry.header is not None
        yield entry.header.event_type, inboxes(story, entry)


class TestWhatComes:
    def test_of_a_suspension_over_two_provinces(self) -> None:
        """H4: 网信 of 乙省 hears of its clue until somebody owns the case, and again when it is told (cc)."""
        first_nine = list(of_history("H4"))[:9]

        assert first_nine == [
            ("ClueFound", {"cac"}),
            ("ClueHandedOver", {"cac", "copyright"}),
            ("EvidencePreserved", {"cac", "copyright"}),
            ("CaseOpened", {"copyright"}),
            ("SiteActionRequested", {"copyright", "miit"}),
            ("FilingLookupRequested", {"copyright", "miit"}),
            ("FilingInfoProvided", {"copyright", "miit"}),
            ("SiteActionDecided", {"copyright", "miit"}),
            ("SiteSuspended", {"copyright", "miit", "cac"}),
        ]

    def test_of_a_referral_to_the_police(self) -> None:
        """H1: the police hear nothing of the case before it is referred to them."""
        said = list(of_history("H1"))

        assert [event for event, inbox in said if "police" in inbox] == [
            "CriminalReferralSent",
            "ReferralReceipted",
            "CriminalCaseFiled",
            "CaseItemsHandedOver",
            "CriminalOutcomeNotified",
            "CriminalOutcomeNotified",
        ]
        assert all("copyright" in inbox for _, inbox in said)
        assert not any("cac" in inbox for _, inbox in said)

    def test_of_no_case_comes_to_whom_it_is_said(self) -> None:
        """What V98 reports in the register docket of its year comes to copyright, and to nobody else."""
        story = Story(next(one["header"]["case_id"] for one in history("H7") if one["header"]["publisher"] == "V98"))
        lines = [line for line in history("H7") if line["header"]["case_id"] == story.case_id]
        said = [(story.line(line), line["header"]["event_type"]) for line in lines]

        assert {event for _, event in said} == {"PeriodicReportFiled"}
        assert inboxes(story, said[-1][0]) == {"copyright"}

    def test_is_all_that_an_audience_names_by_role(self) -> None:
        """A breach is for all four, although it is the police who are late."""
        story = told("H1").until("H1", "CriminalReferralSent")
        clock = next(one for one in story.now.clocks if one.timer == "T-REF-03")
        breach = story.says(
            "DeadlineBreached", by="S-copyright", at="2016-08-05T10:00:00+08:00",
            occurred_at="2016-08-04T10:15:00.001+08:00", due_at="2016-08-04T10:15:00+08:00",
            aggregate={"kind": "referral", "id": clock.aggregate.id}, to=["P9801"],
            cites=[{"kind": "clock", "id": clock.id}],
        )  # fmt: skip

        assert (breach.verdict, breach.reason) == ("admitted", None)
        assert inboxes(story, breach) == set(AGENCIES)


class TestWhichOrgans:
    def test_an_event_has_to_do_with_stands_beside_it_in_the_inbox(self) -> None:
        """Who says it, who must act, who is told, and whom its audience means in the state of the case."""
        story = told("H4").until("H4", "SiteSuspended")
        header = story.entries[-1].header
        assert header is not None
        assert organs_concerned(header, story.now, "miit", law())[0] == header.publisher
        assert set(organs_concerned(header, story.now, "cac", law())) == {"W97"}
        assert "V97" in organs_concerned(header, story.now, "copyright", law())
        assert organs_concerned(header, story.now, "police", law()) == ()


class TestWhatDoesNotCome:
    def test_is_what_was_refused(self) -> None:
        """A receipt of the wrong police is in every trail, and in no inbox."""
        story = told("H1").until("H1", "CriminalReferralSent")
        line = next(one for one in history("H1") if one["header"]["event_type"] == "ReferralReceipted")

        refused = story.line(line, publisher="P9702")

        assert refused.verdict == "refused"
        assert inboxes(story, refused) == set()

    def test_is_a_heartbeat(self) -> None:
        """It says that a node lives, and nothing of any case."""
        story = Story(REGISTER)
        at, register = "2016-07-18T09:00:00+08:00", {"case_id": REGISTER, "region_code": "000000"}
        said = {"event_type": "Heartbeat", "publisher": "S-police", "occurred_at": at, "pii_level": "P0", "cites": []}

        beat = story.line({"at": at, "header": {**said, **register}, "body": {"counter": 1}})

        assert beat.verdict == "admitted"
        assert inboxes(story, beat) == set()


class TestAudience:
    @pytest.mark.parametrize(
        ("token", "upto", "organs"),
        [
            ("owner", "ClueFound", ("W97",)),
            ("owner", "ClueHandedOver", ("W97", "V97")),
            ("owner", "CaseOpened", ("V97",)),
            ("addressee", "SiteActionDecided", ("T96",)),
            ("cc", "SiteSuspended", ("T97", "W97")),
            ("requester", "FilingInfoProvided", ("V97",)),
            ("requester", "SiteSuspended", ("V97",)),
            ("superiors", "ClueFound", ("W00",)),
            ("superiors", "SiteActionDecided", ("T00", "V00")),
            ("requester", "CaseOpened", ()),
        ],
    )
    def test_means_organs_by_the_state_of_the_docket(self, token: str, upto: str, organs: tuple[str, ...]) -> None:
        """The words of events.yaml in H4, each after the event named."""
        story = told("H4").until("H4", upto)
        header = story.entries[-1].header
        assert header is not None

        assert organs_meant(token, header, story.now, law()) == organs

    def test_knows_who_ordered_a_supervision_together(self) -> None:
        """Co-signers are the cc of the order, whoever is told of what is reported later."""
        story = way("open").fork()
        story.act("JointSupervisionOrdered", None, by="V98", cc=["W98", "P98"])

        entry = story.act("SupervisionProgressReported", "progress", by="V9801", to=["V98"], cc=[])

        assert entry.header is not None
        assert entry.verdict == "admitted"
        assert organs_meant("co_signers", entry.header, story.now, law()) == ("W98", "P98")
        assert inboxes(story, entry) == {"copyright", "cac", "police"}

    def test_of_a_role_is_every_organ_of_it(self) -> None:
        story = told("H4").until("H4", "ClueFound")
        header = story.entries[-1].header
        assert header is not None

        assert {"T96", "T97", "T98"} <= set(organs_meant("miit", header, story.now, law()))

    def test_has_no_other_words(self) -> None:
        story = told("H4").until("H4", "ClueFound")
        header = story.entries[-1].header
        assert header is not None

        with pytest.raises(KeyError, match="bystander"):
            organs_meant("bystander", header, story.now, law())
