"""The raw tables under a landing folder, read, changed and written back as their loader left them."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

# What names a row of a table; where nothing is said, its first column.
KEYS = {
    "salesforce/account": ("id", "_fivetran_start"),
    "salesforce/contact": ("id", "_fivetran_start"),
    "stripe/subscription_history": ("id", "_fivetran_start"),
    "zendesk/ticket_field_history": ("ticket_id", "field_name", "updated"),
    "files/fx_rates": ("currency", "rate_type", "rate_on"),
    "files/process_daily": ("customer_id", "process", "date"),
    "files/message_events": ("message_id", "event_type", "occurred_at"),
    "files/content_events": ("user_id", "content_id", "occurred_at"),
    "files/seat_entitlements": ("customer_id", "limit_type", "valid_from"),
    "files/seat_assignments": ("user_id", "assigned_at"),
    "files/stage_history": ("customer_id", "stage", "entered_at"),
    "files/touchpoint_contacts": ("touchpoint_id", "contact_id"),
    "files/loyalty_members": ("customer_id", "eligible_from"),
    "files/health_overrides": ("customer_id", "valid_from"),
    "files/feature_entitlements": ("customer_id", "feature_id", "valid_from"),
}


class Landing:
    """A landing folder whose newest data ends at `end`. A table is named as its files are: stripe/invoice.

    In SQL its rows are `t`; CSV holds text alone. What is chosen at random is chosen by the rows' own keys.
    """

    def __init__(self, folder: Path, end: datetime) -> None:
        self.folder = folder
        self.end = end

    def files(self, table: str) -> list[Path]:
        """The files of a table: one, or all in the folder of its name."""
        place = self.folder / table
        return sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else self._file(table)

    def _file(self, table: str) -> list[Path]:
        return sorted((self.folder / table).parent.glob(f"{Path(table).name}.*"))

    def file(self, table: str) -> Path:
        (path,) = self._file(table)
        return path

    def rows(self, table: str, sql: str = "select * from t") -> pd.DataFrame:
        return self._connect(self.files(table)).sql(sql).df()

    def values(self, table: str, sql: str) -> list:
        """The first column of a query."""
        return [row[0] for row in self._connect(self.files(table)).sql(sql).fetchall()]

    def some(self, table: str, count: int, where: str = "true", column: str = "") -> list[str]:
        """So many different values of a column (the key's first) of the rows that `where` holds for."""
        column = column or key(table)[0]
        return self.values(
            table,
            f"select {column}::varchar from t where {where} group by 1 order by md5({column}::varchar) limit {count}",
        )

    def rewrite(self, table: str, sql: str) -> None:
        """Every file of the table holds what a query over its rows returns."""
        self._rewrite(self.files(table), sql)

    def _rewrite(self, files: list[Path], sql: str) -> None:
        for path in files:
            self._write(path, sql, [path])

    def _holding(self, table: str, where: str) -> list[Path]:
        """The files of a table that hold a row for which `where` holds."""
        return [Path(name) for name in self.values(table, f"select distinct filename from located where {where}")]

    def replace(self, table: str, where: str = "true", **columns: str) -> None:
        """These columns of the rows that `where` holds for are the SQL given for them."""
        changed = ", ".join(
            f'case when {where} then {sql} else "{name}" end as "{name}"' for name, sql in columns.items()
        )
        self._rewrite(self._holding(table, where), f"select * replace ({changed}) from t")

    def remove(self, table: str, where: str) -> None:
        self._rewrite(self._holding(table, where), f"select * from t where not coalesce({where}, false)")

    def add(self, table: str, sql: str) -> None:
        """The rows that a query over the whole table returns lie in it too; columns that they lack are empty."""
        files = self.files(table)
        if len(files) == 1 and files[0].parent.name != Path(table).name:
            self._write(files[0], f"select * from t union all by name ({sql})", files)
        else:
            self._write(self.folder / table / f"late{len(files)}{files[0].suffix}", sql, files)

    def _connect(self, files: list[Path]) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        paths = [str(path) for path in files]
        options = ", all_varchar = true, null_padding = false, strict_mode = false" if files[0].suffix == ".csv" else ""
        reader = "read_csv" if files[0].suffix == ".csv" else "read_parquet"
        for view, more in (("t", ""), ("located", ", filename = true")):
            source = f"{reader}({paths}, union_by_name = true, hive_partitioning = false{options}{more})"
            connection.execute(f"create view {view} as from {source}")
        return connection

    def _write(self, path: Path, sql: str, sources: list[Path]) -> None:
        new = path.with_name(f"{path.name}.new")
        how = "format csv, header" if path.suffix == ".csv" else "format parquet, compression zstd"
        with self._connect(sources) as connection:
            connection.execute(f"copy ({sql}) to '{new}' ({how})")
        new.replace(path)

    def copy(self, table: str, folder: Path) -> None:
        """The table's files as they are now, under `folder`."""
        for path in self.files(table):
            target = folder / path.relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def listed(values: list[str]) -> str:
    """Values as SQL's list of an `in`."""
    return "('" + "', '".join(values) + "')"


def one_in(count: int, column: str = "id") -> str:
    """So many rows by chance, always the same ones, as SQL."""
    return f"md5_number_lower({column}::varchar) % {count} = 0"


def key(table: str) -> tuple[str, ...]:
    return KEYS.get(table, ("id",) if not table.startswith("files/") else (_first_column(table),))


def _first_column(table: str) -> str:
    from ..schemas import SCHEMAS

    return SCHEMAS[table].names[0]
