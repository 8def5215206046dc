"""Does a URL give no secret away, and is an IP address written in one way only?"""

import pytest

from yisong.validators.address import ip, url


@pytest.mark.parametrize(
    "text",
    [
        "http://novel-a.example/",
        "https://films-d.example:8443/a/b?id=3&page=2#top",
        "http://192.0.2.7/",
        "http://[2001:db8::7]/",
        "https://novel-a.example/search?keyword=token",
    ],
)
def test_a_url_without_a_secret_is_sound(text: str) -> None:
    assert list(url(text, synthetic=True)) == []


@pytest.mark.parametrize(
    "text",
    [
        "http://user:word@novel-a.example/",
        "http://user@novel-a.example/",
        "http://novel-a.example/?id=1&Token=abc",
        "http://novel-a.example/?PHPSESSID=abc",
        "http://novel-a.example/#access_token=abc",
    ],
)
def test_a_url_with_one_does_not_travel(text: str) -> None:
    assert [remark.weight for remark in url(text, synthetic=True)] == ["refuse"]


@pytest.mark.parametrize("text", ["novel-a.example", "http://", "http://[1", "mailto:a", "http://示例小说.example/"])
def test_what_is_no_url_is_warned_of(text: str) -> None:
    assert [remark.weight for remark in url(text, synthetic=True)] == ["warn"]


@pytest.mark.parametrize("text", ["203.0.113.9", "2001:db8::1"])
def test_an_address_for_documents_is_one_in_test_data_only(text: str) -> None:
    assert list(ip(text, synthetic=True)) == []
    assert [remark.weight for remark in ip(text, synthetic=False)] == ["warn"]


@pytest.mark.parametrize("text", ["2001:DB8:0::1", "192.0.2.7:80", "192.0.2.0/24", "8.8.8.8", "192.0.2.007", "host"])
def test_another_address_is_warned_of(text: str) -> None:
    assert [remark.weight for remark in ip(text, synthetic=True)] == ["warn"]
