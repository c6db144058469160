import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.emails import BadEmail, normalise_email, split_emails


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" N.Antonova17@AlfaHolding17.ru; ", "n.antonova17@alfaholding17.ru"),
        ("Иван Петров <i.petrov@firma.ru>", "i.petrov@firma.ru"),
        ("mailto:a+b@c-d.com?subject=x", "a+b@c-d.com"),
        ("почта@пример.рф", "почта@пример.рф"),
        ("info@xn--e1afmkfd.xn--p1ai", "info@пример.рф"),
    ],
)
def test_normalise_email(text: str, expected: str) -> None:
    assert normalise_email(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        ("a.isaev65@mayakproekt,ru", "domain", "a.isaev65@mayakproekt.ru"),
        ("a.lazarev3 @merkuriytrans.ru", "space", "a.lazarev3@merkuriytrans.ru"),
        ("ivan@mаil.ru", "mixed_script", "ivan@mail.ru"),
        ("a@b@c.ru", "several", None),
        ("a.b.ru", "no_at", None),
        ("", "empty", None),
        (".a@b.ru", "local", "a@b.ru"),
        ("a..b@b.ru", "local", None),
        ('"a b"@b.ru', "space", None),
        ("a@localhost", "domain", None),
        ("a@-b.ru", "domain", None),
        ("a@127.0.0.1", "domain", None),
        ("a" * 65 + "@b.ru", "local", None),
        ("a@" + "b." * 200 + "ru", "too_long", None),
        ("a\x00@b.ru", "local", None),
        ("a\r\nBcc:x@b.ru", "space", None),
    ],
)
def test_bad_addresses_are_refused_with_a_suggestion(text: str, code: str, suggestion: str | None) -> None:
    with pytest.raises(BadEmail) as caught:
        normalise_email(text)
    assert (caught.value.code, caught.value.suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a@b.ru, c@d.ru;e@f.ru g@h.ru", ["a@b.ru", "c@d.ru", "e@f.ru", "g@h.ru"]),
        ("a @b,ru", ["a @b,ru"]),
        ("a@b,ru, c@d.ru", ["a@b,ru", "c@d.ru"]),
        ("Иван <a@b.ru>, <c@d.ru>", ["Иван <a@b.ru>", "<c@d.ru>"]),
        (" ;, ", []),
    ],
)
def test_split_emails(cell: str, expected: list[str]) -> None:
    assert split_emails(cell) == expected


@given(
    st.text(max_size=60)
    | st.from_regex(r"\A[a-zа-я0-9.]{1,8} ?@[a-zа-я0-9.,-]{1,12}\.(ru|рф)\Z")
    | st.emails()
)
def test_only_bad_email_is_raised_and_the_normal_form_is_stable(text: str) -> None:
    split_emails(text)
    try:
        address = normalise_email(text)
    except BadEmail as problem:
        if problem.suggestion is not None:
            assert normalise_email(problem.suggestion) == problem.suggestion
        return
    assert normalise_email(address) == address
    assert split_emails(address) == [address]
