"""The engines by name; a model's module is imported when it is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from camflix.errors import InvalidInputError
from camflix.i18n import N_

if TYPE_CHECKING:
    from camflix.recommender.model import Model

Preset: TypeAlias = Literal["fast", "full"]
"""How thoroughly an engine is fitted: while somebody waits, or as accurately as it can."""

ENGINES: dict[str, str] = {
    "classic": "camflix.recommender.classic:Classic",
    "factors": "camflix.recommender.factors:Factors",
}
"""Where each engine's model lives, ``module:class``, by the name that users type."""

DEFAULT_ENGINE = "factors"
"""Serves until ratings of the database itself have told which is better (``camflix evaluate``)."""


def fit_options(name: str, preset: Preset, n_ratings: int) -> dict[str, Any]:
    """Return what ``fit`` of the engine ``name`` takes beside the ratings, for a preset and so many ratings."""
    if name != "factors":
        return {}
    from camflix.recommender.factors_fit import fast_settings, full_settings  # noqa: PLC0415 - a part of that engine

    return {"settings": (fast_settings if preset == "fast" else full_settings)(n_ratings)}


def model_class(name: str) -> type[Model]:
    """Return the model class of the engine ``name``.

    Raises:
        InvalidInputError: there is no such engine; the hint names the nearest one, or all.
    """
    if name not in ENGINES:
        known = ", ".join(sorted(ENGINES))
        nearest = get_close_matches(name, ENGINES, n=1)
        raise InvalidInputError(
            N_("engine: there is no engine “{value}”."),
            hint=N_("Did you mean “{nearest}”? The engines are: {known}.")
            if nearest
            else N_("The engines are: {known}."),
            field="engine",
            value=name,
            nearest=nearest[0] if nearest else "",
            known=known,
        )
    module, _, class_name = ENGINES[name].partition(":")
    found: type[Model] = getattr(import_module(module), class_name)
    return found
