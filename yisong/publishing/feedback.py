"""
May whoever complained go without an answer?

对群众举报、著作权人投诉和领导批示必须迅速作出处理并及时反馈 (campaign notice of 2006): a company or association, a
right-holder, a caller of 12318 and a leader get one always, unless nobody knows who they are. P-FEEDBACK starts on the
variant, which nothing can overrule later, so the wrong one is refused before it is sent.
"""

from collections.abc import Iterator, Mapping

_RIGHT_HOLDERS = frozenset({"rightsholder_complaint", "rightsholder_green_channel", "foreign_rightsholder"})
#: Whoever complains as one of these has said who it is.
_NAMED = {"company_or_association": "a company or association", "leader_instruction": "a leader's instruction"}


def feedback_faults(event_type: str | None, variant: str | None, body: Mapping[str, object]) -> Iterator[str]:
    """Yield the fault of a clue that says nobody waits for an answer although somebody is owed one."""
    if event_type != "ClueFound" or variant != "feedback_not_wanted":
        return
    source = _owed(body)
    if source is not None:
        yield f"variant: {source} is always answered; only an anonymous complaint is feedback_not_wanted"


def _owed(body: Mapping[str, object]) -> str | None:
    """Return who is owed an answer, or None. Anonymous: neither a reporter nor a right-holder is stated."""
    source = str(body.get("source"))
    if source in _NAMED:
        return _NAMED[source]
    if body.get("company_complaint") is True:
        return _NAMED["company_or_association"]
    if not body.get("reporter_token") and not body.get("rightsholder"):
        return None
    if source in _RIGHT_HOLDERS:
        return "a right-holder"
    return "a caller of 12318" if source == "hotline_12318" else None
