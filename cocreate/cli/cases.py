"""``flask cases``: lists the published cases, and plays one from its file to a sealed contract."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from cocreate import jobs, sentences, upgrading
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain import cases
from cocreate.errors import CocreateError, Invalid
from cocreate.services import casebook, playing, records
from cocreate.services.facts import look
from cocreate.words import Reader
from workflows import library

MOST_BYTES = 20 * 2**20

group = AppGroup("cases", help="Published cases, and playing them to a contract.")


@group.command("list")
def list_cases() -> None:
    """List the cases that are shipped."""
    for case in casebook.shipped():
        click.echo(f"{case.key}  {case.strategy}  {len(case.parties)} parties  {case.title}")


@group.command("play")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path),
              help="Folder of what it writes.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def play_case(file: Path, out: Path, *, as_json: bool) -> None:
    """Play a case to the sealed contract; its figures count as answers here alone, and every output says so."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = app.config["SETTINGS"]
    if settings.production:
        raise click.ClickException("A case is never played in production: its people and its agreement are invented.")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Invalid("case.large")
        case = cases.read(file.read_bytes())
        out.mkdir(parents=True, exist_ok=True)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        upgrading.upgrade()
        app.config["SETTINGS"] = replace(settings, smtp="")  # mails to stand-ins become files, whatever is set
        played = playing.play(case, store=app.extensions["store"], certificates=settings.folder / "seal", now=now,
                              deliver=lambda: jobs.tick(app))
        summary = _write(out, played)
    except CocreateError as error:
        raise click.ClickException(_why(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from error
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
    else:
        _tell(summary, out)


def _write(out: Path, played: playing.Played) -> dict[str, Any]:
    """The four files; they replace what an earlier run left there."""
    facts, sealed, evidence = casebook.files(db.session(), played.ref, current_app.extensions["store"], now=now())
    summary = casebook.summary(db.session(), played, facts)
    record = {"specimen": True, "published_figures_as_answers": True, "note": playing.SAYS_SO,
              **records.export(db.session(), facts)}
    (out / "contract.pdf").write_bytes(sealed)
    (out / "evidence.pdf").write_bytes(evidence)
    for name, content in (("record.json", record), ("summary.json", summary)):
        (out / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return summary


def _tell(summary: Mapping[str, Any], out: Path) -> None:
    counts, reminders = summary["counts"], summary["reminders"]
    click.echo(f"{summary['title']}: {summary['outcome']}, as a specimen with published figures.")
    click.echo(f"  {counts['stages']} stages, {counts['tasks']} tasks; fields: {counts['answered']} answered, "
               f"{counts['not_available']} not available; waived {counts['waived']}, settled later "
               f"{counts['settled_later']}, struck {counts['struck']}")
    click.echo(f"  reminders: {reminders['planned']} planned, {reminders['sent']} sent")
    for one in summary["seats"]:
        click.echo(f"  {one['seat']}: {one['organisation']}{' (stand-in)' if one['stand_in'] else ''}")
    if summary["affected_groups"]:
        click.echo(f"  affected groups: {', '.join(one['name'] for one in summary['affected_groups'])}")
    click.echo(f"  {out}: contract.pdf, evidence.pdf, record.json, summary.json")


def _why(error: CocreateError) -> str:
    """Why a case was not played, in one sentence."""
    values = error.values
    match error.code:
        case "case.json":
            return f"This file is no JSON: {values['why']}."
        case "case.object" | "case.large":
            return "This file is no case: it should be one JSON object of at most 20 MB."
        case "case.strategy":
            return (f"This file is no case: its strategy is '{values['strategy']}', not one of "
                    f"{', '.join(cases.STRATEGIES)}.")
        case "case.no_template":
            return f"No template is shipped for the strategy '{values['strategy']}'; there are: {_shipped()}."
        case "case.stuck":
            return _stuck(values)
        case _:
            return f"The case cannot be played: {sentences.error(error, Reader())}"


def _shipped() -> str:
    return ", ".join(library.names())


def _stuck(values: Mapping[str, Any]) -> str:
    said = [sentences.refusal(reason, look(db.session(), values["ref"], person=None, now=now()).facts, Reader(),
                              party=None, mask=-1).text for reason in values["reasons"][:1]]
    because = f": {said[0]}" if said else "."
    return f"The case cannot reach 'agreed'; it stays in '{values['stage']}'{because}"
