"""The body of CriminalOutcomeNotified 刑事结果. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Count, Day, Model


class CriminalOutcomeNotified(Model):
    """刑事结果. For: owner, addressee."""

    #: 结果代码 (P0): opaque code
    result_code: str
    #: 人数 (P0): number of persons the stage concerns
    persons: Count
    #: 生效日期 (P0): date the result took effect
    effective_on: Day
