"""One HTML file that needs neither a server nor a network: a template with its style, its one script and data as JSON."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import math
from decimal import Decimal
from pathlib import Path

import duckdb

DIGITS = 6


def plain(value: object) -> object:
    """A value as JSON has it: days and times as text, numbers with six significant digits, whole ones without a point."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = float(f"{value:.{DIGITS}g}")
        return int(value) if value.is_integer() else value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, dt.date) else value


def rows(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list | None = None) -> list[dict]:
    cursor = connection.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]


def script_json(value: object) -> str:
    """JSON that can stand inside a script element: without `<` there is neither `</script>` nor `<!--`, whatever a customer is called."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def assembled(template: Path, script: str, parts: dict[str, str]) -> str:
    """The template with {{SCRIPT}}, {{HASH}} (of the one script that may run) and the other parts in their places."""
    parts = parts | {"SCRIPT": script, "HASH": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}
    html, *pieces = template.read_text(encoding="utf-8").split("{{")
    for piece in pieces:
        name, rest = piece.split("}}", 1)
        html += parts[name] + rest
    return html
