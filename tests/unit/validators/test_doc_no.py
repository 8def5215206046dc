"""Is a document number written as GB/T 9704 has it, and can an importer put right what people type?"""

import pytest

from yisong.validators.doc_no import doc_no, normalised


@pytest.mark.parametrize(
    "number",
    [
        "国版发〔2015〕2号",
        "川版权〔2015〕5号",
        "国版移字〔2016〕12号",
        "乙二公（知）立字〔2016〕5号",
        "整规办发〔2005〕31号",
    ],
)
def test_numbers_of_real_and_synthetic_documents_are_sound(number: str) -> None:
    assert list(doc_no(number)) == []
    assert normalised(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "国版移字[2016]12号",
        "国版移字(2016)12号",
        "国版移字【2016】第012号",
        "国版移字〔２０１６〕１２号",
        " 国版移字（2016）12 号",
    ],
)
def test_what_importers_meet_is_put_right(number: str) -> None:
    """The original is kept beside it: it is what the paper says."""
    (remark,) = doc_no(number)

    assert remark.weight == "warn"
    assert "〔 〕" in remark.what
    assert normalised(number) == "国版移字〔2016〕12号"


@pytest.mark.parametrize(
    "number", ["", "12号", "国版移字〔16〕12号", "国版移字〔2016〕号", "notice 12", "国版移字2016年12号"]
)
def test_what_is_no_document_number_is_warned_of(number: str) -> None:
    (remark,) = doc_no(number)

    assert (remark.weight, "is no document number" in remark.what) == ("warn", True)
