"""The body of ListEntryChanged 名单变更. Generated: see yisong.schemas.generate."""

from yisong.schemas.models.base import Day, Model
from yisong.schemas.models.enums import ListName, ListSector
from yisong.schemas.models.records import Target, Work


class ListEntryChanged(Model):
    """名单变更. For: owner, copyright, cac, miit, police."""

    #: 名单 (P0): which list
    list: ListName
    #: 条目 (P1): company or work
    entry: str
    #: 统一社会信用代码 (P1): GB 32100 code
    entry_uscc: str | None = None
    #: 复核日 (P0): when the entry is reviewed
    review_on: Day | None = None
    #: 申诉途径 (P1): how to appeal
    appeal: str | None = None
    #: 领域 (P0): field that the black and white lists are kept for
    sector: ListSector | None = None
    #: 作品 (P1): for protected_works
    work: Work | None = None
    #: 起始日 (P0): first day of protection or validity
    valid_from: Day | None = None
    #: 截止日 (P0): last day; null = open
    valid_to: Day | None = None
    #: 网站 (P1): for site_registry and key_sites
    target: Target | None = None
    #: 目录号 (P0): for seizure_catalogue
    catalogue_no: str | None = None
    #: 投诉渠道 (P1): for platform_contacts; an office, never a person
    contact: str | None = None
