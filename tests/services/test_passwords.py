"""Which passwords are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camflix.errors import InvalidInputError
from camflix.services.passwords import MIN_CHARACTERS, check_new_password, common_passwords


def test_there_are_3_000_common_passwords_that_would_be_long_enough_and_each_is_refused_in_any_case() -> None:
    common = common_passwords()
    assert len(common) >= 3000
    assert all(len(password) >= MIN_CHARACTERS for password in common)
    for password in sorted(common)[::50]:
        for written in (password, password.upper()):
            with pytest.raises(InvalidInputError):
                check_new_password(written)


@pytest.mark.parametrize("password", ["password123", "qwertyuiop", "motdepasse", "1q2w3e4r5t", "azertyuiop"])
def test_those_that_anyone_would_try_are_among_them(password: str) -> None:
    assert password in common_passwords()


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9), min_size=5, max_size=6, unique=True))
def test_a_few_words_of_one_s_own_are_taken(words: list[str]) -> None:
    check_new_password(" ".join(words), "ann", "ann@example.org")
