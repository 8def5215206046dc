"""What 剑网2016 asks the agencies to do can be said, is admitted, and is found again where it is looked for."""

from datetime import date
from typing import Any

import pytest

from tests.unit.ledger.story import law
from tests.unit.notices.telling import CASE, MINISTRY, PROVINCE, Told, read
from tests.unit.registers.saying import at, listed
from yisong.campaigns.phases import campaigns, phase_of
from yisong.contract import folder
from yisong.registers.catalogue import register
from yisong.registers.compliance import compliance
from yisong.registers.credit import credit
from yisong.registers.docket import docket
from yisong.registers.parties import parties
from yisong.registers.rendering import row_json
from yisong.registers.rewards_and_plans import plans, rewards
from yisong.rulebook.directory import read_directory

CODE, OTHER = "91980100FAKE00064H", "91970200FAKE00056P"
TODAY = at("2017-03-01")


class TestOrgans:
    def test_each_province_has_its_organs_under_the_one_above_them(self) -> None:
        """版权、网信、通信、公安: a city's organ answers to its province, that to the country; levels are data."""
        organs = law().rulebook.directory.organs

        chains = {one: [one] for one in ("V9801", "W98", "T98", "P9801")}
        for chain in chains.values():
            while (parent := organs[chain[-1]].parent) is not None:
                chain.append(parent)

        assert {one: [organs[each].level for each in chain] for one, chain in chains.items()} == {
            "V9801": ["city", "province", "national"],
            "W98": ["province", "national"],
            "T98": ["province", "national"],
            "P9801": ["city", "province", "national"],
        }
        assert [organs[one].role for one in chains] == ["copyright", "cac", "miit", "police"]
        assert set(law().rulebook.directory.levels) == {"national", "province", "city", "county"}

    def test_the_directory_keeps_other_names_and_where_people_complain(self) -> None:
        """网信办(网宣办、网管办); 公布电话、电子信箱、微信等投诉举报方式."""
        (office,) = (one for one in read_directory(folder() / "rulebook").orgs if one.id == "W98")

        assert office.aliases == ["甲省网宣办", "甲省网管办"]
        assert [one.channel for one in office.intake] == ["phone", "email", "wechat"]


@pytest.mark.parametrize(
    "work",
    [
        *("literature", "news", "film_tv", "music", "broadcast", "financial_info"),
        *("book", "audiovisual", "software", "game", "electronic_pub"),
    ],
)
def test_a_case_counts_under_the_kind_of_work_that_the_notice_names(work: str) -> None:
    told = Told()
    told.finds(work_types=[work])
    told.opens(work_types=[work])

    kinds = told.derived().kinds[-1]

    assert (kinds.clue_works, kinds.case_works) == ([work], [work])


@pytest.mark.parametrize(
    "platform",
    [
        *("app", "ecommerce", "ad_network", "private_cinema", "cloud_storage", "website", "tieba", "weibo", "wechat"),
        *("browser", "search", "app_store", "aggregator_app", "tv_stick_or_stb"),
        *("physical_den", "distribution", "wholesale", "shop", "rental", "electronics_market", "vendor", "stall"),
    ],
)
def test_a_case_counts_under_the_kind_of_platform_that_the_notices_name(platform: str) -> None:
    told = Told()
    told.finds(platform_type=platform)
    told.opens(platform_type=platform)

    kinds = told.derived().kinds[-1]

    assert (kinds.clue_platform, kinds.case_platform) == (platform, platform)


class TestClues:
    @pytest.mark.parametrize(
        ("source", "more"),
        [
            ("third_party_monitor", {}),
            ("monitoring", {}),
            ("case_tracing", {}),
            ("rightsholder_green_channel", {"reporter_token": "K-V9801-1"}),
            ("rightsholder_complaint", {"intake_channel": "email", "reporter_token": "K-V9801-1"}),
            ("hotline_12318", {"intake_channel": "phone", "reporter_token": "K-V9801-1"}),
            ("public_report", {"intake_channel": "wechat", "reporter_token": "K-V9801-1"}),
            ("foreign_rightsholder", {"rightsholder": "Example Studios", "rightsholder_country": "US"}),
            ("platform_report", {"reporting_platform_uscc": CODE}),
            ("company_or_association", {"company_complaint": True}),
            ("upper_level", {"origin": "upper"}),
            ("leader_instruction", {"origin": "upper"}),
            ("peer_agency", {"origin": "peer"}),
            ("self_check", {}),
            ("cac", {"origin": "peer"}),
        ],
    )
    def test_from_any_source_of_the_notices_is_found_waits_and_counts_under_it(
        self, source: str, more: dict[str, Any]
    ) -> None:
        """What else is known of it (the channel, the reporter's token, whose duty it was) came through as said."""
        told = Told()
        clue = told.finds(source=source, **more)

        assert read(clue, *more) == tuple(more.values())
        assert told.derived().kinds[0].source == source
        assert told.clocks() == {"P-FEEDBACK": "running", "P-TRIAGE": "running"}

    def test_of_a_monitor_is_found_its_evidence_fixed_and_both_handed_over(self) -> None:
        """发现线索、固定证据、移交转办: what the next organ gets rests on what the first one kept."""
        told = Told()
        told.finds(source="third_party_monitor", variant="feedback_not_wanted")
        at_ten = "2016-07-18T11:00:00+08:00"
        kept = {
            "kind": "web_capture", "sha256": "ab" * 32, "captured_at": at_ten, "method": "截存", "item_count": 3,
            "storage_ref": "store://evidence/ab", "original_medium_sealed": True,
        }  # fmt: skip
        paper = {"kind": "evidence_package", "sha256": "ab" * 32, "size": 1, "media_type": "application/zip"}
        told.says(
            "EvidencePreserved", kept, at=at_ten, officers=["U-1", "U-2"], attachments=[paper],
            aggregate={"kind": "evidence", "id": f"E-{CASE}-1"},
        )  # fmt: skip
        told.says(
            "ClueHandedOver", {"reason": "属地管辖", "evidence_count": 1}, at="2016-07-18T12:00:00+08:00",
            variant="agency", to=["W98"], aggregate={"kind": "clue", "id": f"C-{CASE}-1"},
            cites=[{"kind": "event", "line": 2}],
        )  # fmt: skip

        assert told.stories[CASE].now.case.fact("holders") == ("W98",)
        assert told.clocks() == {"P-TRIAGE": "on_time", "P-CLUE-ACK": "running"}
        assert [one.stat for one in told.derived().counted] == ["clues_received", "clues_handed_over"]


class TestParties:
    @pytest.mark.parametrize("second", ["store", "aggregator", "device_vendor", "ad_network"])
    def test_a_case_has_the_uploader_and_another_who_answers_beside_him(self, second: str) -> None:
        told = Told()
        told.finds()
        sides = [
            {"party_id": f"p{n}", "role": role, "kind": "organisation", "name": role, "uscc": code, "uscc_check": "ok"}
            for n, (role, code) in enumerate((("uploader", CODE), (second, OTHER)), 1)
        ]
        case = told.opens(parties=sides)

        found = {row.uscc: row.roles[0].role for row in parties([case])}

        assert found == {CODE: "uploader", OTHER: second}

    def test_an_ad_network_is_cut_off_from_a_site_and_the_cases_of_the_chain_are_linked(self) -> None:
        """切断侵权盗版黑色经济链条: which sites, whether it was done, and which case pays for which."""
        told = Told()
        told.finds()
        told.opens(violation="aiding", platform_type="ad_network")
        site = {"kind": "domain", "value": "novel-a.example"}
        cut = told.says(
            "RegulatoryMeasureTaken",
            {"subject": "联盟", "subject_uscc": CODE, "outcome": "切断", "rule_hits": [], "targets": [site],
             "executed_at": "2016-07-20T09:00:00+08:00"},
            at="2016-07-20T10:00:00+08:00", variant="ad_cutoff", to=["W98"],
        )  # fmt: skip
        chain = told.says(
            "CasesLinked", {"reason": "广告费去向"}, at="2016-07-20T11:00:00+08:00", variant="ad_chain",
            cites=[{"kind": "case", "id": "CRB-980100-2016-000048-K"}],
        )  # fmt: skip

        (row,) = compliance([cut], TODAY)
        assert [one.kind for one in row.measures_taken] == ["ad_cutoff"]
        assert read(cut, "executed_at") == ("2016-07-20T09:00:00+08:00",)
        assert [one["value"] for one in read(cut, "targets")[0]] == ["novel-a.example"]
        assert [one.id for one in chain.header.cites] == ["CRB-980100-2016-000048-K"]


class TestMeasures:
    @pytest.mark.parametrize("by", ["V98", "W98"])
    @pytest.mark.parametrize("variant", ["interview", "warning", "notice", "bulletin"])
    def test_copyright_and_cac_interview_warn_and_notify(self, by: str, variant: str) -> None:
        """约谈、警示、通报 and, of 2006, 通报进展情况; W works on content as V does."""
        told = Told()
        told.finds()
        body = {"subject": "甲平台", "subject_uscc": CODE, "outcome": "…", "rule_hits": []}

        said = told.says("RegulatoryMeasureTaken", body, by=by, variant=variant)

        assert (said.header.variant, said.header.publisher) == (variant, by)

    @pytest.mark.parametrize("by", ["V00", "W00", "T00", "P00"])
    def test_each_of_the_four_ministries_visits_to_supervise(self, by: str) -> None:
        """督查总结阶段: 国家版权局、网信办、工信部、公安部 supervise together, also where there is no case."""
        said = Told().says(
            "RegulatoryMeasureTaken", {"subject": "甲省", "outcome": "督导检查", "rule_hits": []}, by=by,
            variant="supervision_visit", case=MINISTRY, campaign_id="JW2016",
        )  # fmt: skip

        assert (said.header.publisher, said.header.campaign_id) == (by, "JW2016")

    @pytest.mark.parametrize("kind", ["press", "deployment", "on_site", "owners", "regional"])
    def test_a_meeting_is_on_record_with_its_form(self, kind: str) -> None:
        """新闻通气会, 行动部署会; of 2006 现场会, 业主大会, 地区片会."""
        body = {"subject": "剑网2016", "outcome": "已召开", "rule_hits": [], "meeting_kind": kind}

        said = Told().says("RegulatoryMeasureTaken", body, by="V98", case=PROVINCE, variant="meeting")

        assert read(said, "meeting_kind") == (kind,)

    @pytest.mark.parametrize("severity", ["ordinary", "serious"])
    def test_a_penalty_says_how_serious_the_matter_was(self, severity: str) -> None:
        told = Told()
        told.finds()
        told.opens()
        at_ten = "2016-08-20T10:00:00+08:00"
        said = told.says(
            "PenaltyDecided",
            {"penalties": [{"kind": "fine", "amount_fen": 500}], "hearing_held": False, "public": True},
            at=at_ten, variant="monetary", decided_at=at_ten, served_at=at_ten, severity=severity,
            approver="U-V9801-90", doc_no="甲一文罚字〔2016〕1号", aggregate={"kind": "case", "id": CASE},
        )  # fmt: skip

        assert said.header.severity == severity


class TestLists:
    @pytest.mark.parametrize("sector", ["literature", "app", "ad_network"])
    @pytest.mark.parametrize(("list_", "name"), [("black", "black-list"), ("white", "white-list")])
    def test_black_and_white_are_kept_for_each_sector(self, list_: str, name: str, sector: str) -> None:
        """网络文学、APP、网络广告联盟等领域: what stands on the one is not on the other."""
        act = Told().says(
            "ListEntryChanged", {"list": list_, "entry": "甲平台", "entry_uscc": CODE, "sector": sector}, by="V98",
            case=PROVINCE, variant="add", doc_no="甲版名〔2016〕1号",
        )  # fmt: skip

        rows = {one: register(one, [act], agency="copyright", as_of=TODAY).rows for one in ("black-list", "white-list")}

        assert [row_json(row)["sector"] for row in rows.pop(name)] == [sector]
        assert list(rows.values()) == [()]

    def test_a_key_site_says_when_it_was_inspected_last(self) -> None:
        """对重点网站进行全面清理检查."""
        told = Told()
        site = {"list": "key_sites", "entry": "甲平台", "entry_uscc": CODE}
        told.says("ListEntryChanged", site, by="V98", case=PROVINCE, variant="add", doc_no="甲版名〔2016〕2号")
        told.inspects(subject_uscc=CODE, kind="online", sites_checked=1)

        found = register("sites", told.acts, agency="copyright", as_of=TODAY)

        assert [row_json(row)["last_inspected"] for row in found.rows] == ["2016-07-20"]
        assert found.notes == ("1 of 1 sites inspected",)

    def test_a_takedown_says_when_it_was_asked_for_done_and_objected_to(self) -> None:
        """通知——删除: the notice, the act and the counter-notice, each with its instant."""
        told = Told()
        told.finds()
        instants = {
            "notice_at": "2016-07-18T10:00:00+08:00", "action_at": "2016-07-18T13:00:00+08:00",
            "counter_notice_at": "2016-07-19T10:00:00+08:00",
        }  # fmt: skip
        act = told.says(
            "TakedownRecorded", {"platform": "甲平台", "platform_uscc": CODE, "links": 64, **instants},
            at="2016-07-20T10:00:00+08:00", variant="unlink",
        )  # fmt: skip

        ((taken,),) = (row.takedowns for row in compliance([act], TODAY))

        assert (taken.how, taken.delay_s) == ("unlink", 10_800)
        assert (taken.notice, taken.action, taken.counter_notice) == tuple(instants.values())


class TestPublicity:
    def test_a_major_case_is_seen_by_everybody_once_it_is_published_and_not_before(self) -> None:
        """加大对大案要案和典型案件的宣传力度: what is only on the list does not go out."""
        rulebook = law().rulebook
        noted = listed("major_cases", "某网站案", entry_uscc=CODE)
        published = listed("major_cases", "某网站案", variant="publish", on="2016-09-01", entry_uscc=CODE)

        (row,) = docket([noted, published], rulebook).rows

        assert docket([noted], rulebook).rows == ()
        assert row_json(row)["list"] == "major_cases"
        assert [row_json(one)["uscc"] for one in credit([noted, published], rulebook).rows] == [CODE]

    def test_a_major_case_stands_in_the_register_of_major_cases_before_it_is_published_too(self) -> None:
        noted = listed("major_cases", "某网站案", entry_uscc=CODE)
        published = listed("major_cases", "某网站案", variant="publish", on="2016-09-01", entry_uscc=CODE)

        before, after = (
            register("major-cases", said, agency="copyright", as_of=TODAY) for said in ([noted], [noted, published])
        )

        assert [(row_json(one)["entry"], row_json(one)["published"]) for one in before.rows] == [("某网站案", None)]
        assert [row_json(one)["published"] for one in after.rows] == ["2016-09-01"]

    def test_a_reward_may_lie_in_the_case_that_earned_it_even_after_its_end(self) -> None:
        """对重大典型案件进行专项奖励."""
        told = Told()
        told.finds()
        closing = {"reason": "另案处理", "archive_series": "general"}
        told.says(
            "CaseClosed", closing, at="2016-07-25T10:00:00+08:00", variant="not_opened", approver="U-V9801-90",
            aggregate={"kind": "case", "id": CASE},
        )  # fmt: skip
        told.says(
            "RewardGranted", {"kind": "专项奖励", "unit_name": "支队", "person_tokens": []}, by="V00",
            at="2017-01-12T10:00:00+08:00", doc_no="示国版奖〔2017〕1号", cites=[{"kind": "case", "id": CASE}],
        )  # fmt: skip

        (row,) = rewards([told.acts[-1]])

        assert told.state("case") == "not_opened"
        assert (row.kind, row.unit, row.cases) == ("专项奖励", "支队", (CASE,))


class TestCampaign:
    def test_has_the_four_phases_of_the_notice_each_on_its_days(self) -> None:
        """(一)工作部署 (二)清理检查 (三)集中整治 (四)督查总结, as the ministry announces them one by one."""
        told = Told()
        days = {
            "whole": ("2016-07-01", "2016-11-30"),
            "deployment": ("2016-07-01", "2016-07-15"),
            "cleanup": ("2016-07-16", "2016-07-31"),
            "enforcement": ("2016-08-01", "2016-10-31"),
            "summary": ("2016-11-01", "2016-11-30"),
        }
        for kind, (starts, ends) in days.items():
            told.says(
                "CampaignPhaseChanged",
                {"phase": kind, "name": "剑网2016", "series_no": 12, "starts_on": starts, "ends_on": ends,
                 "date_precision": "day", "focus": []},
                by="V00", case=MINISTRY, campaign_id="JW2016", doc_no="示国版发〔2016〕5号",
            )  # fmt: skip
        phases = [
            phase_of(act.body or {}, act.header, log_time=act.log_time, position=(0, act.offset)) for act in told.acts
        ]

        found = campaigns([one for one in phases if one is not None], law())["JW2016"]

        assert (found.window, found.lead.series_no) == ((date(2016, 7, 1), date(2016, 11, 30)), 12)
        assert {
            str(day): [one.kind for one in found.phases_on(day)]
            for day in (date(2016, 7, 15), date(2016, 7, 16), date(2016, 10, 31), date(2016, 11, 1), date(2016, 12, 1))
        } == {
            "2016-07-15": ["deployment"],
            "2016-07-16": ["cleanup"],
            "2016-10-31": ["enforcement"],
            "2016-11-01": ["summary"],
            "2016-12-01": [],
        }

    def test_a_company_examines_itself_and_the_bureau_reports_what_it_found(self) -> None:
        """组织企业开展自查自纠: which company, and how many problems; 0 is one that found none."""
        told = Told()

        said = told.files("self_check", subject="甲平台", subject_uscc=CODE, problems_found=0)

        assert read(said, "subject", "subject_uscc", "problems_found") == ("甲平台", CODE, 0)
        assert [(one.stat, one.value) for one in told.derived(PROVINCE).counted] == [("self_checks", 1)]

    def test_a_plan_says_who_answers_for_what(self) -> None:
        """明确任务和责任分工; of 2006: 责任到人, by a token."""
        duty = {"org": "V9801", "region": "980100", "task": "清理网络文学", "officer": "U-V9801-01"}
        focus = [{"stance": "crack_down", "region": region} for region in ("980100", "980200", "980300")]

        said = Told().files("plan", focus=focus, duties=[duty])

        (row,) = plans([said])
        assert (row.duties_assigned, row.warning) == (1, None)
        assert read(said, "duties") == ([duty],)
