"""``camflix doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from camflix.cli.exit_codes import ExitCode
from camflix.cli.output import print_json, print_words
from camflix.cli.session import JsonOption
from camflix.cli.tree import TranslatedCommand, new_app
from camflix.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camflix.cli.checkup import Finding

app = new_app()


@app.command(cls=TranslatedCommand)
def doctor(use_json: JsonOption = False) -> None:
    """Examine this installation."""
    from camflix.cli.checkup import examine  # noqa: PLC0415 - opens the database

    findings = examine()
    if use_json:
        print_json(findings)
    else:
        signs = {"ok": "✓", "hint": "!", "failed": "✗"}
        width = max(len(finding.part) for finding in findings)
        for finding in findings:
            print_words(f"{signs[finding.state]} {finding.part:<{width}}  {finding.words}")
            if finding.remedy:
                print_words(f"  {'':<{width}}  {finding.remedy}")
        print_words(_("Nothing is broken.") if _is_sound(findings) else _("Something is broken; see above."))
    if not _is_sound(findings):
        raise typer.Exit(ExitCode.FAILED)


def _is_sound(findings: Sequence[Finding]) -> bool:
    return all(finding.state != "failed" for finding in findings)
