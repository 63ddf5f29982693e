"""dbt-duckdb plugin: makes the output folders and tells SQL which git revision is being built."""

import os
import subprocess
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


class Plugin(BasePlugin):
    def initialize(self, plugin_config: dict) -> None:
        for variable, default in (("WAREHOUSE_DIR", "warehouse"), ("PUBLISHED_DIR", "published")):
            Path(os.environ.get(variable, default)).mkdir(parents=True, exist_ok=True)
        self.revision = git_revision().replace("'", "")

    def configure_cursor(self, cursor) -> None:
        cursor.execute(f"set variable git_revision = '{self.revision}'")
