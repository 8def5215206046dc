"""The body of CaseOpened 行政立案. Generated: see yisong.schemas.generate."""

from typing import Annotated

from pydantic import Strict

from yisong.schemas.models.base import Model
from yisong.schemas.models.enums import ArchiveSeries, PlatformType, Violation, WorkType
from yisong.schemas.models.records import Party


class CaseOpened(Model):
    """行政立案. For: owner, copyright, addressee."""

    #: 案由 (P0): item of the law believed broken
    violation: Violation
    #: 当事人 (P1): organisations and site owners proceeded against
    parties: Annotated[tuple[Party, ...], Strict(strict=False)]
    #: 作品类型 (P0): kinds of works affected
    work_types: Annotated[tuple[WorkType, ...], Strict(strict=False)]
    #: 平台类型 (P0): main platform
    platform_type: PlatformType
    #: 案卷系列 (P0): company complaints are filed apart
    archive_series: ArchiveSeries
