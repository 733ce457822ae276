"""E-mail addresses: which are taken, how they are kept, whose they are."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidInputError
from camflix.mail import Message
from camflix.services.addresses import check_email, kept_form

PARTS = st.text(st.sampled_from("abé.@=?,(\\[]\"'<>:; ‹\0\u200b\x7fßK") | st.characters(), max_size=8)


@pytest.mark.parametrize(
    "email", ["zoe@example.org", "o'brien+films@example.org", "é@exemple.fr", "a@é.fr", "x@1.2.3.4", "a!b%c@d_e.fr"]
)
def test_an_address_as_people_have_them_is_taken(email: str) -> None:
    check_email(email)


@pytest.mark.parametrize(
    "email",
    [
        *("a@[b.c", "‹@=,(\\.é", "a..b@c.d", ".a@b.c", "a.@b.c", "a@b..c", "a@.b.c", "a@b.c.", '"a"@b.c', "a(b)@c.d"),
        *(
            "a\u037eb@c.d",
            "a\x01@b.c",
            "a\u200b@b.c",
            "a,b@c.d",
            "a;b@c.d",
            "a:b@c.d",
            "<a@b.c>",
            "a\\b@c.d",
            "=?utf-8?q?a?=@b.c",
        ),
    ],
)
def test_what_no_letter_can_be_sent_to_is_no_address(email: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_email(email)
    assert refused.value.field == "email"


@given(name=PARTS, domain=PARTS)
def test_a_letter_to_any_address_that_is_taken_can_be_written_and_goes_there_alone(name: str, domain: str) -> None:
    email = f"{name}@{domain}.fr"
    with suppress(InvalidInputError):
        check_email(email)
        kept = kept_form(email)
        letter = Message(kept, "CamFlix", "À bientôt.").encoded("camflix@example.org")
        assert [address.addr_spec for address in letter["To"].addresses] == [kept]
        assert letter.as_bytes()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Zoe@Example.ORG", "zoe@example.org"),
        ("É@exemple.fr", "é@exemple.fr"),
        ("E\u0301@exemple.fr", "é@exemple.fr"),
        ("Straße@example.de", "straße@example.de"),
    ],
)
def test_an_address_is_kept_in_one_form_whatever_its_capitals(given: str, kept: str) -> None:
    assert kept_form(given) == kept


@given(email=st.text(st.sampled_from("aÉéßİKΣσς\u0301@.") | st.characters(), max_size=12))
def test_the_kept_form_of_a_kept_form_is_itself(email: str) -> None:
    assert kept_form(kept_form(email)) == kept_form(email)
