import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.urls import BadUrl, normalise_site


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alfaholding17.ru", "https://alfaholding17.ru"),
        (" HTTP://WWW.Alfa.RU/ ", "http://www.alfa.ru"),
        ("http:alfa.ru", "http://alfa.ru"),
        ("//alfa.ru/Path?q=Ё#x", "https://alfa.ru/Path?q=Ё#x"),
        ("xn--e1afmkfd.xn--p1ai/каталог", "https://пример.рф/каталог"),
        ("ПРИМЕР.РФ", "https://пример.рф"),
        ("alfa.ru:8443", "https://alfa.ru:8443"),
        ("https://alfa.ru:443/", "https://alfa.ru"),
        ("192.168.1.10/crm", "https://192.168.1.10/crm"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_normalise_site(text: str, expected: str) -> None:
    assert normalise_site(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("javascript:alert(1)", "scheme"),
        ("JaVaScRiPt://alfa.ru/%0aalert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("java\nscript:alert(1)", "characters"),
        ("mailto:a@b.ru", "scheme"),
        ("https://bank.ru@evil.ru", "credentials"),
        ("https://evil.ru\\@bank.ru", "characters"),
        ("нет", "host"),
        ("http://", "host"),
        ("http://[", "host"),
        ("http://0x7f.1", "host"),
        ("alfa.ru:99999", "port"),
        ("alfa..ru", "host"),
        ("a b.ru", "characters"),
        ("", "empty"),
        ("a.ru/" + "x" * 3000, "too_long"),
    ],
)
def test_refused_addresses(text: str, code: str) -> None:
    with pytest.raises(BadUrl) as caught:
        normalise_site(text)
    assert caught.value.code == code


@given(
    st.text(max_size=50) | st.from_regex(r"\A(https?:)?/{0,3}[a-zа-я0-9.:@\[\]-]{1,20}\.(ru|рф)[/?#]?\w*\Z")
)
def test_only_bad_url_is_raised_and_the_normal_form_is_stable(text: str) -> None:
    try:
        site = normalise_site(text)
    except BadUrl:
        return
    assert site.startswith(("https://", "http://"))
    assert normalise_site(site) == site
