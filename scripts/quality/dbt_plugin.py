"""dbt-duckdb plugin: makes the output folders, stops where another command writes the warehouse, spares dbt the messages that nobody
reads, and tells SQL what it cannot find out by itself: which git revision is being built, the salt of hashes, which raw CSVs mix
their line ends, which are not UTF-8 from the header on and which Parquet files are cut short."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager
from dbt_common.exceptions import DbtRuntimeError

from quality.publish import restore_parquet


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


def has_header_in_utf_8(text: bytes) -> bool:
    """Whether the first line is UTF-8, which UTF-16 with its mark is not."""
    try:
        text.split(b"\n", 1)[0].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_whole_parquet(path: Path) -> bool:
    """Whether a file begins and ends as Parquet does; one that was not written to its end lacks what describes it."""
    with path.open("rb") as file:
        begins = file.read(4)
        file.seek(-min(path.stat().st_size, 4), os.SEEK_END)
        return begins == file.read() == b"PAR1"


@cache
def unreadable_files() -> dict[str, list[str]]:
    """The files of the enabled sources that DuckDB's readers give up on without naming the fault, by fault."""
    raw = Path(os.environ.get("RAW_DIR", "data/raw"))
    sources = os.environ.get("SOURCES", "salesforce stripe segment zendesk files").split()
    found: dict[str, list[str]] = {"csv_with_mixed_line_ends": [], "csv_not_in_utf_8": [], "parquet_cut_short": []}
    for source in sources:
        for path in sorted((raw / source).rglob("*.csv")):
            text = path.read_bytes() if path.is_file() else b""
            if mixes_line_ends(text):
                found["csv_with_mixed_line_ends"].append(str(path))
            if not has_header_in_utf_8(text):
                found["csv_not_in_utf_8"].append(str(path))
        for path in sorted((raw / source).rglob("*.parquet")):
            if path.is_file() and not is_whole_parquet(path):
                found["parquet_cut_short"].append(str(path))
    return found


def stop_where_another_writes(warehouse: Path) -> None:
    """DuckDB lets one process write a file: the second of two builds stops here, with a message instead of a traceback."""
    if not warehouse.exists():
        return
    try:
        duckdb.connect(str(warehouse)).close()
    except duckdb.ConnectionException:
        pass  # this process holds it already
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        holder = re.search(r"PID (\d+)", str(error))
        raise DbtRuntimeError(
            f"{warehouse} is held by another command{f' (process {holder[1]})' if holder else ''}, a build or a reader. Wait for it "
            "to end, or give this one a WAREHOUSE_DIR of its own. BI reads the published file, which nobody holds."
        ) from None


class EventsThatAreRead(EventManager):
    """dbt's event manager without the debug events that no logger shows. dbt itself formats each of them, scrubs it of secrets and only
    then finds its level too low: some forty times a node, a sixth of a build's Python time."""

    def fire_event(self, e, level=None, node=None, force_warn_or_error_handling=False) -> None:
        is_read = (
            (level or e.level_tag()) not in (EventLevel.DEBUG, EventLevel.TEST)
            or any(logger.level == EventLevel.DEBUG for logger in self.loggers)
            or len(self.callbacks) > 1  # dbt's own one waits for warnings
        )
        if is_read:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def skip_unread_events() -> None:
    if not isinstance(get_event_manager(), EventsThatAreRead):
        events = EventsThatAreRead()
        events.__dict__.update(get_event_manager().__dict__)
        ctx_set_event_manager(events)


class Plugin(BasePlugin):
    def initialize(self, plugin_config: dict) -> None:
        skip_unread_events()
        folders = {
            variable: Path(os.environ.get(variable, default))
            for variable, default in (("WAREHOUSE_DIR", "warehouse"), ("PUBLISHED_DIR", "published"))
        }
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True)
        stop_where_another_writes(folders["WAREHOUSE_DIR"] / "customer_success.duckdb")
        restore_parquet(folders["PUBLISHED_DIR"])
        self.revision = git_revision().replace("'", "")

    def configure_cursor(self, cursor) -> None:
        salt = os.environ.get("PRIVACY_SALT", "").replace("'", "''")
        statements = [f"set variable git_revision = '{self.revision}'", f"set variable privacy_salt = '{salt}'"]
        for variable, files in unreadable_files().items():
            names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
            statements.append(f"set variable {variable} = cast([{names}] as varchar[])")
        cursor.execute("; ".join(statements))
