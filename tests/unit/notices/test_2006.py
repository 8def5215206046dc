"""What 阳光行动 (2006) asks for beyond 剑网2016 can be said, is admitted, and is found again where it is looked for."""

from typing import Any

import pytest

from tests.unit.ledger.story import law
from tests.unit.notices.telling import CASE, MINISTRY, PROVINCE, Refused, Told, read
from yisong.campaigns.phases import campaigns, phase_of
from yisong.registers.seizures import seizures
from yisong.schemas.faults import body_faults
from yisong.statistics.rules import FILED_ONLY

#: 广州、天津、郑州、武汉、成都、重庆、西安、长沙、福州、南宁, as GB/T 2260 has them.
KEY_CITIES = (
    *("440100", "120000", "410100", "420100", "510100"),
    *("500000", "610100", "430100", "350100", "450100"),
)


class TestCampaign:
    def announced(self, **more: Any) -> Told:
        told = Told()
        body = {
            "phase": "wave", "name": "阳光1号", "starts_on": "2016-01-01", "ends_on": "2016-06-30",
            "date_precision": "season", "focus": [], **more,
        }  # fmt: skip
        number = "整规办发〔2005〕31号"
        told.says("CampaignPhaseChanged", body, by="V00", case=MINISTRY, campaign_id="YG2016", doc_no=number)
        return told

    def test_has_its_ten_key_cities(self) -> None:
        told = self.announced(focus=[{"stance": "crack_down", "region": city} for city in KEY_CITIES])
        (act,) = told.acts
        phase = phase_of(act.body or {}, act.header, log_time=act.log_time, position=(0, 0))
        assert phase is not None

        found = campaigns([phase], law())["YG2016"]

        assert tuple(one.region for one in found.focus) == KEY_CITIES

    @pytest.mark.parametrize("kind", ["wave", "publicity", "training"])
    def test_has_waves_weeks_of_publicity_and_courses_by_the_number_of_their_document(self, kind: str) -> None:
        """阳光1号; 4月20日至26日 法制宣传活动; 培训班."""
        told = self.announced(phase=kind, starts_on="2016-04-20", ends_on="2016-04-26", date_precision="day")

        (act,) = told.acts
        assert (read(act, "phase", "starts_on", "ends_on"), act.header.doc_no) == (
            (kind, "2016-04-20", "2016-04-26"), "整规办发〔2005〕31号",
        )  # fmt: skip


class TestInspection:
    @pytest.mark.parametrize("kind", ["open", "covert", "surprise", "routine", "online", "joint", "cross"])
    def test_is_of_its_kind(self, kind: str) -> None:
        """明查暗访, 突击检查, 日常巡查, 网络监控, 联合执法, 交叉检查."""
        assert read(Told().inspects(kind=kind), "kind") == (kind,)

    @pytest.mark.parametrize(
        "premises",
        [
            *("wholesale", "retail", "rental", "stall", "vendor", "electronics_market"),
            *("den", "warehouse", "plant", "private_cinema"),
        ],
    )
    def test_is_of_premises_of_their_kind(self, premises: str) -> None:
        """批发、零售、出租店铺; 非法经营窝点; 电子软件市场、游商以及无证摊点; of 2016 私人影院."""
        assert read(Told().inspects(premises_kind=premises), "premises_kind") == (premises,)

    def test_is_recorded_by_two_officers_or_not_at_all(self) -> None:
        """做好现场检查记录,以备查验."""
        with pytest.raises(Refused, match="too-few-officers"):
            Told().inspects(header={"officers": ["U-V9801-01"]})

    def test_has_its_protocol_among_its_papers(self) -> None:
        paper = {"kind": "inspection_record", "sha256": "ab" * 32, "size": 1, "media_type": "application/pdf"}

        act = Told().inspects(header={"attachments": [paper]})

        assert [(one.kind, one.sha256) for one in act.header.attachments] == [
            ("inspection_record", bytes.fromhex("ab" * 32))
        ]

    def test_of_another_city_s_officers_says_for_whom_they_act_and_where_they_come_from(self) -> None:
        """交叉检查, 抽调: 丙省三市 acts for 乙省二市 under its delegation, and the figures count for who acted."""
        told = Told()
        team = [{"officer": "U-V9603-01", "home_org": "V9603"}, {"officer": "U-V9702-01", "home_org": "V9702"}]
        act = told.inspects(
            by="V9603", kind="cross", team=team, place_region="970200",
            header={"acting_for": "V9702", "officers": ["U-V9603-01", "U-V9702-01"]},
        )  # fmt: skip

        assert (act.header.publisher, act.header.speaker, read(act, "team")) == ("V9603", "V9702", (team,))
        assert {one.organ for one in told.derived().counted} == {"V9603"}

    def test_takes_what_was_imported_illegally_in_its_own_units(self) -> None:
        """张(盘)、盒: sorted 分门别类, and counted as seized by unit."""
        taken = {"category": "illegal_import", "measure": "confiscated"}
        units = ("disc", "tape", "case_box")
        told = Told()
        act = told.inspects(items=[{"name": "制品", "quantity": 7, "unit": unit, **taken} for unit in units])

        rows = seizures([act])

        assert {(row.category, row.unit, row.quantity.known) for row in rows} == {
            ("illegal_import", unit, 7) for unit in units
        }
        assert {one.detail: one.value for one in told.derived().counted if one.stat == "items_seized"} == dict.fromkeys(
            units, 7
        )


@pytest.mark.parametrize(
    "violation", ["illegal_import", "catalogue_listed", "unlicensed_trade", "aiding", "not_rectified", "no_filing"]
)
def test_a_case_may_be_opened_for_what_the_notices_name(violation: str) -> None:
    """违法进口, 查缴目录所列, 无证经营; of 2016 故意提供支持, 逾期未整改."""
    told = Told()
    told.finds()

    assert read(told.opens(violation=violation), "violation") == (violation,)
    assert told.state("case") == "open"


def test_the_file_of_a_company_s_complaint_is_kept_apart_from_its_opening_to_its_end() -> None:
    """案卷另行存档."""
    told = Told()
    apart = {"archive_series": "corporate_complaint"}
    told.finds(source="company_or_association", company_complaint=True)
    opened = told.opens(**apart)
    closed = told.says(
        "CaseClosed", {"reason": "不予处罚", "archive_no": "甲一文档2016-031", **apart},
        at="2016-08-01T10:00:00+08:00", variant="no_penalty", approver="U-V9801-90",
        aggregate={"kind": "case", "id": CASE},
    )  # fmt: skip

    assert read(opened, "archive_series") == read(closed, "archive_series") == ("corporate_complaint",)
    assert told.clocks()["P-FEEDBACK"] == "running"


def test_what_others_have_to_deal_with_goes_to_them_through_a_coordinating_office_and_is_asked_for_again() -> None:
    """请文管办、扫黄办、整规办等协调工商、城管…及时作出处理: the clock stops with the answer that is put on record."""
    told = Told()
    told.finds(platform_type="vendor")
    about = {"kind": "clue", "id": f"C-{CASE}-1"}
    sent = {"to_external": "甲一市城市管理局(合成)", "via_coordinator": "甲一市文化市场管理办公室(合成)"}
    act = told.says(
        "ClueHandedOver", {**sent, "reason": "无证游商", "evidence_count": 0}, at="2016-07-19T10:00:00+08:00",
        variant="external", aggregate=about,
    )  # fmt: skip
    assert read(act, "to_external", "via_coordinator") == tuple(sent.values())
    assert told.clocks()["P-EXT-REPLY"] == "running"

    reply = {"external": sent["to_external"], "external_doc_no": "甲一城函〔2016〕31号", "result": "已取缔"}
    told.says("ExternalReplyRecorded", reply, at="2016-08-01T10:00:00+08:00", variant="handled", aggregate=about)
    assert told.clocks()["P-EXT-REPLY"] == "on_time"


def test_a_matter_is_supervised_by_one_ministry_alone() -> None:
    told = Told()
    told.finds()
    told.opens()
    order = {"level": "single_ministry", "report_cycle": "monthly", "requirements": "年底前办结"}
    act = told.says(
        "JointSupervisionOrdered", order, by="V00", at="2016-08-01T10:00:00+08:00", to=["V9801"],
        due_at="2016-12-30T23:59:59+08:00", doc_no="国版督字〔2016〕1号", cites=[{"kind": "case", "id": CASE}],
        aggregate={"kind": "supervision", "id": f"D-{CASE}-1"},
    )  # fmt: skip

    assert (read(act, "level"), act.header.cc) == (("single_ministry",), ())
    assert {"T-JS-DUE": "running", "T-JS-RPT": "running"}.items() <= told.clocks().items()


class TestReports:
    @pytest.mark.parametrize("column", FILED_ONLY)
    @pytest.mark.parametrize("variant", ["quarterly", "adhoc"])
    def test_courses_publicity_and_hours_are_what_was_filed_and_nothing_derives_them(
        self, variant: str, column: str
    ) -> None:
        """两期培训班; 广泛宣传; 主要执法力量和执法时间: only a bureau knows, and it says so upwards."""
        told = Told()
        told.files(variant, period="2016-Q2", figures=[{"column": column, "value": 2}])

        found = told.derived(PROVINCE)

        assert [(one.organ, one.period, one.stat, one.value) for one in found.reported] == [
            ("V98", "2016-Q2", column, 2)
        ]
        assert found.counted == ()

    def test_one_to_the_local_government_names_it(self) -> None:
        """积极向当地党委、政府汇报: it is no organ of the bus, and so its name stands in the body."""
        act = Told().files("local_gov", to=[], recipient_external="甲省人民政府(合成)", text="汇报")
        assert read(act, "recipient_external") == ("甲省人民政府(合成)",)

        (fault,) = body_faults(
            "PeriodicReportFiled", {**(act.body or {}), "recipient_external": None}, variant="local_gov"
        )
        assert "recipient_external" in fault


def test_a_reward_names_the_unit_and_never_the_persons() -> None:
    """对工作突出的单位和个人: persons travel as tokens."""
    told = Told()
    body = {"kind": "先进单位", "unit_name": "甲一市支队", "person_tokens": ["U-V9801-01"]}
    act = told.says("RewardGranted", body, by="V00", case=MINISTRY, doc_no="示国版奖〔2016〕1号")

    assert read(act, "unit_name", "person_tokens") == ("甲一市支队", ["U-V9801-01"])
    assert [(one.stat, one.value) for one in told.derived(MINISTRY).counted] == [("rewards", 1)]
