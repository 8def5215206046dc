"""Which identifiers in an event look wrong, and which things in it do not travel on this bus?"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from yisong.envelope.case_id import is_case_id
from yisong.ledger import Law
from yisong.publishing.compose import Fields
from yisong.rulebook.field_types import field_type
from yisong.rulebook.model import BodyField
from yisong.validators import Remark, refuse, warn
from yisong.validators.address import ip, url
from yisong.validators.doc_no import doc_no
from yisong.validators.domain import domain
from yisong.validators.icp import filing_no, licence_no
from yisong.validators.person_id import no_identity_card
from yisong.validators.region import PROVINCES, region
from yisong.validators.uscc import uscc
from yisong.validators.work import identifier

Body = Mapping[str, object]
Remarks = Iterator[Remark]


class Found(NamedTuple):
    """A remark and the field that it is about: ``doc_no`` of the header, or ``body.targets[0].url``."""

    path: str
    remark: Remark

    def __str__(self) -> str:
        """Return the sentence that a publisher reads; it holds no value."""
        return f"{self.path}: {self.remark.what}"


class _Text(NamedTuple):
    """A text of an event: where it stands, in which body or record (*owner*, *row*) under which name, and the law."""

    path: str
    owner: str
    name: str
    text: str
    row: Body
    law: Law

    @property
    def synthetic(self) -> bool:
        """Hold on a bus of test data, whose provinces, hosts and filing numbers are those of no real place."""
        return self.law.test_data


def identifier_warnings(fields: Fields, body: Body, *, law: Law) -> tuple[str, ...]:
    """Return one sentence for each identifier that breaks its own rule; the event may be published all the same."""
    return tuple(str(found) for found in findings(fields, body, law=law) if found.remark.weight == "warn")


def identifier_refusals(fields: Fields, body: Body, *, law: Law) -> tuple[str, ...]:
    """Return one sentence for each thing of which the contract says that it does not travel so."""
    return tuple(str(found) for found in findings(fields, body, law=law) if found.remark.weight == "refuse")


def findings(fields: Fields, body: Body, *, law: Law) -> Iterator[Found]:
    """
    Yield all that is to be said against identifiers in the stated header *fields* and the *body*, in their order.

    What cannot be read, or has no place in the schema, is left to those who check that.
    """
    provinces = _provinces(law)
    for place in (*_header_texts(fields, law), *_body_texts(fields, body, law)):
        for remark in _remarks(place, provinces):
            yield Found(place.path, remark)
    if fields.get("event_type") == "PeriodicReportFiled" and fields.get("variant") in _PLANS:
        for remark in _focus(body.get("focus")):
            yield Found("body.focus", remark)


def _header_texts(fields: Fields, law: Law) -> Iterator[_Text]:
    for name, value in fields.items():
        values = value if isinstance(value, list | tuple) else [value]
        for n, one in enumerate(values):
            path = name if values is not value else f"{name}[{n}]"
            inner = one.items() if isinstance(one, Mapping) else [("", one)]
            for below, text in inner:
                if isinstance(text, str):
                    yield _Text(f"{path}.{below}" if below else path, "header", name, text, fields, law)


def _body_texts(fields: Fields, body: Body, law: Law) -> Iterator[_Text]:
    name = fields.get("event_type")
    event = law.events.get(name) if isinstance(name, str) else None
    if event is not None:
        yield from _texts(event.body, body, owner=event.name, path="body", law=law)


def _texts(rows: tuple[BodyField, ...], value: Body, *, owner: str, path: str, law: Law) -> Iterator[_Text]:
    """Yield the texts in *value*, a body or record *owner* whose fields are *rows*, and in the records inside it."""
    for row in rows:
        given, meant = value.get(row.name), field_type(row.type)
        items = list(given) if isinstance(given, list | tuple) else [given]
        for n, item in enumerate(items):
            here = f"{path}.{row.name}[{n}]" if isinstance(given, list | tuple) else f"{path}.{row.name}"
            if isinstance(item, str):
                yield _Text(here, owner, row.name, item, value, law)
            elif isinstance(item, Mapping) and meant is not None and meant.kind == "record":
                yield from _texts(
                    law.rulebook.catalogue.records[meant.name], item, owner=meant.name, path=here, law=law
                )


def _provinces(law: Law) -> Collection[str]:
    """Return the first two digits of every region that there is; of test data there are more."""
    return PROVINCES | {code[:2] for code in law.rulebook.directory.regions} if law.test_data else PROVINCES


def _remarks(place: _Text, provinces: Collection[str]) -> Remarks:
    check = VALIDATORS.get((place.owner, place.name))
    if check is not None:
        yield from check(place)
    # A credit code of digits only may look like the number of a card: both end in a check character.
    if check not in (_uscc, _party_uscc) or any(uscc(place.text)):
        yield from no_identity_card(place.text, provinces=provinces)


def _uscc(place: _Text) -> Remarks:
    yield from uscc(place.text)


def _party_uscc(place: _Text) -> Remarks:
    """Compare the code with what the party says of its check: whoever says that it fails knows it."""
    wrong, stated = tuple(uscc(place.text)), place.row.get("uscc_check")
    if stated == "fail":
        if not wrong:
            yield warn("the credit code is sound, though uscc_check says that it fails")
        return
    yield from wrong
    if wrong and stated == "ok":
        yield warn("uscc_check says that the credit code is sound")


def _filing_no(place: _Text) -> Remarks:
    yield from filing_no(place.text, synthetic=place.synthetic)


def _licence_no(place: _Text) -> Remarks:
    yield from licence_no(place.text, synthetic=place.synthetic)


def _cancelled(place: _Text) -> Remarks:
    """Accept either: a filing or a licence is cancelled."""
    both = (filing_no(place.text, synthetic=place.synthetic), licence_no(place.text, synthetic=place.synthetic))
    if all(any(remarks) for remarks in both):
        yield warn("is neither an ICP filing number nor a licence number")


def _doc_no(place: _Text) -> Remarks:
    yield from doc_no(place.text)


def _region(place: _Text) -> Remarks:
    yield from region(place.text, known=place.law.rulebook.directory.regions)


def _target(place: _Text) -> Remarks:
    match place.row.get("kind"):
        case "domain":
            yield from domain(place.text, synthetic=place.synthetic)
        case "ip":
            yield from ip(place.text, synthetic=place.synthetic)
        case "url":
            yield from url(place.text, synthetic=place.synthetic)


def _url(place: _Text) -> Remarks:
    yield from url(place.text, synthetic=place.synthetic)


def _case(place: _Text) -> Remarks:
    if not is_case_id(place.text):
        yield refuse("is no case id (form or check character)")


def _organ(place: _Text) -> Remarks:
    if place.text not in place.law.organs:
        yield warn("is no organ of the directory")


def _work(place: _Text) -> Remarks:
    yield from identifier(place.text)


#: Which validator looks at which field, by the body or record it stands in. A test reads the catalogue for others.
VALIDATORS: Mapping[tuple[str, str], Callable[[_Text], Remarks]] = {
    ("header", "doc_no"): _doc_no,
    ("header", "region_code"): _region,
    ("ClueFound", "reporting_platform_uscc"): _uscc,
    ("InspectionRecorded", "subject_uscc"): _uscc,
    ("RegulatoryMeasureTaken", "subject_uscc"): _uscc,
    ("RectificationOrdered", "subject_uscc"): _uscc,
    ("FilingInfoProvided", "sponsor_uscc"): _uscc,
    ("ListEntryChanged", "entry_uscc"): _uscc,
    ("PeriodicReportFiled", "subject_uscc"): _uscc,
    ("TakedownRecorded", "platform_uscc"): _uscc,
    ("Party", "uscc"): _party_uscc,
    ("FilingInfoProvided", "icp_no"): _filing_no,
    ("Target", "filing_no"): _filing_no,
    ("FilingInfoProvided", "licence_no"): _licence_no,
    ("LicenceOrFilingCancelled", "number"): _cancelled,
    ("ExternalReplyRecorded", "external_doc_no"): _doc_no,
    ("ReferralRerouted", "sender_notice_doc_no"): _doc_no,
    ("InspectionRecorded", "place_region"): _region,
    ("FilingInfoProvided", "access_region"): _region,
    ("Focus", "region"): _region,
    ("DutyAssignment", "region"): _region,
    ("Target", "value"): _target,
    ("Target", "url"): _url,
    ("CasesLinked", "lead_case"): _case,
    ("TeamMember", "home_org"): _organ,
    ("DutyAssignment", "org"): _organ,
    ("Work", "identifier"): _work,
}

_PLANS = ("plan", "annual_plan")
_FOCUS = (3, 4)


def _focus(value: object) -> Remarks:
    """Compare the number of focuses with what the notice of 2006 asks for: 分别确定3－4个重点区域."""
    if isinstance(value, list | tuple) and len(value) not in _FOCUS:
        yield warn("a plan names three or four focuses")
