"""dbt-duckdb plugin: makes the output folders and tells SQL what it cannot find out by itself, which git revision is being
built and which raw CSVs mix their line ends."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin


def git_revision() -> str:
    """The checked-out commit, with '+' where the work tree differs; '' outside a git checkout."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def mixes_line_ends(text: bytes) -> bool:
    """Whether some rows end with CR LF and some with LF alone. Line ends inside quotes are text and do not count."""
    if text.count(b"\r\n") in (0, text.count(b"\n")):
        return False
    rows = re.sub(rb'"[^"]*"', b"", text)
    return rows.count(b"\r\n") not in (0, rows.count(b"\n"))


@cache
def csv_with_mixed_line_ends() -> list[str]:
    """The CSVs of the enabled sources that DuckDB's reader gives up on without naming the fault."""
    raw = Path(os.environ.get("RAW_DIR", "data/raw"))
    sources = os.environ.get("SOURCES", "salesforce stripe segment zendesk files").split()
    return [
        str(path)
        for source in sources
        for path in sorted((raw / source).rglob("*.csv"))
        if path.is_file() and mixes_line_ends(path.read_bytes())
    ]


class Plugin(BasePlugin):
    def initialize(self, plugin_config: dict) -> None:
        for variable, default in (("WAREHOUSE_DIR", "warehouse"), ("PUBLISHED_DIR", "published")):
            Path(os.environ.get(variable, default)).mkdir(parents=True, exist_ok=True)
        self.revision = git_revision().replace("'", "")

    def configure_cursor(self, cursor) -> None:
        cursor.execute(f"set variable git_revision = '{self.revision}'")
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in csv_with_mixed_line_ends())
        cursor.execute(f"set variable csv_with_mixed_line_ends = cast([{names}] as varchar[])")
