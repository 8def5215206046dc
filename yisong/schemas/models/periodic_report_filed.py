"""The body of PeriodicReportFiled 报表报送. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Field, Strict

from yisong.schemas.models.base import Int, Model
from yisong.schemas.models.records import DutyAssignment, Focus, ReportFigure


class PeriodicReportFiled(Model):
    """报表报送. For: owner, addressee, copyright."""

    #: 报告期 (P0): yyyy, yyyy-mm or yyyy-Qn
    period: str = Field(pattern="^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$")
    #: 表式 (P0): id of the form, for example JW2016-1
    template: str
    #: 版本 (P0): a frozen version is never changed; a correction is a new version
    report_version: Int
    #: 数字 (P0): filed figures
    figures: Annotated[tuple[ReportFigure, ...], Strict(strict=False)]
    #: 与推算差异 (P0): filed minus derived; empty for columns that no event carries
    derived_diff: Annotated[tuple[ReportFigure, ...], Strict(strict=False)]
    #: 重点 (P0): plan, annual_plan: focus regions and links; 3 or 4 are asked for, another number is a warning
    focus: Annotated[tuple[Focus, ...], Strict(strict=False)]
    #: 责任分工 (P2): who answers for what (责任到人); may be empty
    duties: Annotated[tuple[DutyAssignment, ...], Strict(strict=False)]
    #: 摘要 (P1): main problems, results, experience
    text: str | None = None
    #: 自查企业 (P1): company of a self_check
    subject: str | None = None
    #: 统一社会信用代码 (P1): GB 32100 code
    subject_uscc: str | None = None
    #: 自查问题数 (P0): problems the company found itself; 0 = none
    problems_found: Int | None = None
    #: 当地党委政府 (P0): mandatory when variant is local_gov
    recipient_external: str | None = None
