"""Writing: Parquet and CSV into a folder beside the target, then one swap per source."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .schemas import SCHEMAS


@contextmanager
def replaced_together(target: Path) -> Iterator[Path]:
    """A temporary folder whose subfolders replace those of `target` once the work is done."""
    work = target.parent / f".{target.name}.new"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        yield work
        target.mkdir(exist_ok=True)
        for source in sorted(work.iterdir()):
            shutil.rmtree(target / source.name, ignore_errors=True)
            source.rename(target / source.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def as_table(name: str, frame: pd.DataFrame, synced_at: datetime) -> pa.Table:
    """`frame` with exactly the columns and types of its schema, sorted by the first three (the key); a KPI's truth has its own, and a key of four."""
    if name not in SCHEMAS:
        return pa.Table.from_pandas(frame.sort_values(list(frame.columns[:4]), kind="stable"), preserve_index=False)
    schema = SCHEMAS[name]
    frame = frame.reindex(columns=schema.names).sort_values(schema.names[:3], kind="stable")
    if "_fivetran_synced" in schema.names and frame["_fivetran_synced"].isna().all():
        frame["_fivetran_synced"] = synced_at
    empty = frame.columns[frame.isna().all()]
    frame = frame.astype(dict.fromkeys(empty, object))
    return pa.Table.from_pandas(frame, schema=schema, preserve_index=False)


def write_table(folder: Path, name: str, frame: pd.DataFrame, synced_at: datetime) -> None:
    """One table: CSV for the files that people keep, Parquet for all else."""
    table = as_table(name, frame, synced_at)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.startswith("files/"):
        frame = table.to_pandas().replace({True: "true", False: "false"})
        frame.to_csv(path.with_suffix(".csv"), index=False, lineterminator="\n")
    else:
        pq.write_table(table, path.with_suffix(".parquet"), compression="zstd")


def write_part(folder: Path, name: str, part: str, table: pa.Table | pd.DataFrame) -> None:
    """One file of a table that lies in several."""
    path = (folder / name / part).with_suffix(".parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(table, pd.DataFrame):
        table = pa.Table.from_pandas(table.reindex(columns=SCHEMAS[name].names), SCHEMAS[name], preserve_index=False)
    # Ids hardly repeat: a dictionary of them would be built in vain.
    repeating = [field.name for field in table.schema if field.name != "id" and pa.types.is_string(field.type)]
    pq.write_table(table, path, compression="zstd", use_dictionary=repeating)
