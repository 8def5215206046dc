"""Does the public learn where to complain?"""

from tests.unit.registers.saying import at, rulebook
from yisong.publishing.instants import to_ms
from yisong.registers.intake import intake
from yisong.registers.rendering import export_csv


def test_every_channel_that_an_organ_publishes_goes_out_with_its_address() -> None:
    """公布电话、电子信箱、微信等投诉举报方式: those of 甲省网信办 stand in the directory."""
    found = intake(rulebook(), at("2016-08-01"))

    assert [(one.organ, one.channel, one.address) for one in found.rows] == [  # type: ignore[attr-defined]
        ("W98", "phone", "12318"), ("W98", "email", "jubao@w98.example"), ("W98", "wechat", "示例公众号"),
    ]  # fmt: skip
    assert found.withheld == ()
    lines = export_csv(found).decode().splitlines()
    assert lines[1].startswith("W98,甲省网信办,示例甲省,phone,12318")


def test_an_organ_that_is_not_there_yet_publishes_nothing() -> None:
    assert intake(rulebook(), to_ms("2009-12-31T23:59:59+08:00")).rows == ()
