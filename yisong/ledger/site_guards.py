"""May this organ do this to a site now? The guards of 网站处置, one function each; see `yisong.ledger.guards`."""

from yisong.ledger.act import Act
from yisong.ledger.docket import FilingInfo
from yisong.legal_time.days import MS_PER_DAY

FRESH_FILING_INFO = 30 * MS_PER_DAY
"""How old a look-up may be that a decision on a site rests on (guard fresh-filing-info; policy), in ms."""


def determination_attached(act: Act) -> bool:
    """G-SITE-1, MII Order 33: the written determination 书面认定意见 is attached."""
    return any(attachment.kind == "determination" for attachment in act.header.attachments)


def _fresh_infos(act: Act) -> tuple[FilingInfo, ...]:
    cited = act.cited
    oldest = act.log_time - FRESH_FILING_INFO
    return tuple(info for info in act.docket.filing_infos if info.event_id in cited and info.occurred_at >= oldest)


def fresh_filing_info(act: Act) -> bool:
    """Policy: an answer to a filing look-up, not more than 30 days old at log time, is cited instead of a new one."""
    return bool(_fresh_infos(act))


def filing_authority(act: Act) -> bool:
    """Cross-province practice: who answered the look-up that located the site, or the fresh one that is cited."""
    known = act.aggregate.fact("filing_authority") or tuple(info.organ for info in _fresh_infos(act))
    return act.speaks_for_one_of(known)


def access_authority(act: Act) -> bool:
    """Cross-province practice: the newest approving decision names the publisher."""
    return act.speaks_for_one_of(act.aggregate.fact("access_authority"))


def same_requester(act: Act) -> bool:
    """§3.3: who asked for the suspension, or its superior."""
    asked, speaking = act.aggregate.fact("requester"), {act.header.publisher, act.header.speaker}
    return act.speaks_for_one_of(asked) or any(
        act.law.is_superior(organ, of=one) for organ in speaking for one in asked
    )


def serious(act: Act) -> bool:
    """JW2016 (A55), G-SITE-3: the infringement is serious 情节严重."""
    return act.header.severity == "serious"


def disposed(act: Act) -> bool:
    """JW2016 (A55), G-SITE-3: a copyright bureau or the police have dealt with the case 经版权、公安部门查处."""
    return bool(act.docket.case.fact("disposed"))
