"""Passwords that cost little, for tests."""

from __future__ import annotations

from argon2 import PasswordHasher

from camflix.services.passwords import Passwords

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), n_at_once=4)
PASSWORD = "correct horse battery"
