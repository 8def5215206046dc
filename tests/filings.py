"""Which filing do tests of the register of 通信 know? One, all of it invented."""

from datetime import date
from typing import Final

from yisong.desk.filings import Filing

NOVELS: Final = Filing(
    authority="T98",
    kind="domain",
    value="novel-a.example",
    icp_no="例ICP备16000001号-1",
    licence_no=None,
    sponsor_kind="organisation",
    sponsor_name="甲一市墨池网络科技有限公司(合成)",
    sponsor_uscc="91980100FAKE000139",
    contact_ref="ref://T98/contact/0001",
    access_provider="甲省示例接入(合成)",
    access_region="980000",
    valid_from=date(2016, 1, 1),
    valid_to=None,
)
