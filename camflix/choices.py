"""What a person can choose about themselves, in words: the same in the terminal app and on the command line."""

from __future__ import annotations

from camflix.i18n import N_

PRIVACY = {
    "private": N_("private: nobody sees you"),
    "members": N_("members: who has an account here may see you"),
    "public": N_("public: everybody may see you"),
}
DISPLAY = {"100": N_("0 to 100"), "10": N_("0 to 10"), "stars": N_("five stars")}
LANGUAGE = {"fr": "français", "en": "English"}
"""Each in its own language: who reads the other is looking for it."""
BLIND = N_(
    "yes: a film's page predicts nothing, nor tells averages, until I rate it; nor do receipt and like films in the app"
)
