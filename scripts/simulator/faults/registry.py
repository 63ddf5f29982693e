"""What a fault is, how it is put into landed tables, and the ledger of what it did to them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from .landing import Landing, key

CONSEQUENCES = ("landing", "held", "rejected", "harmless")


@dataclass(frozen=True)
class Fault:
    """A defect of landed tables, and what must come of it.

    consequence  landing: the build stops before the first model, and the rule's message names the table
                 held: a gate closes by `rule` of `judged`
                 rejected: the rows are kept in quality.rejects for the reason `rule`, and the rest is published
                 harmless: absorbed, every published value is that of the world without it
    judged       the table that the rule judges, as the gate names it
    gap          why it cannot be caught yet, where it cannot
    inject       changes the landing; returns what the rule has to name, where that is not the key of each row
    """

    name: str
    table: str
    also: tuple[str, ...]
    consequence: str
    rule: str
    judged: str
    gap: str
    inject: Callable[[Landing], Iterable[str] | None]

    @property
    def defect(self) -> str:
        return " ".join((self.inject.__doc__ or "").split())

    @property
    def tables(self) -> tuple[str, ...]:
        return (self.table, *self.also)


FAULTS: dict[str, Fault] = {}


def fault(table: str, consequence: str, rule: str = "", judged: str = "", also: tuple[str, ...] = (), gap: str = ""):
    """Registers a function over a Landing as the fault of its name."""
    assert consequence in CONSEQUENCES, consequence

    def register(inject: Callable[[Landing], Iterable[str] | None]):
        FAULTS[inject.__name__] = Fault(inject.__name__, table, also, consequence, rule, judged, gap, inject)
        return inject

    return register


@dataclass(frozen=True)
class Injected:
    """A fault as it was put into a landing. `rows`: one per row that it added, changed or removed, or per file whose bytes alone
    changed; `names`: what a report of it has to name, which is each row unless the fault says otherwise."""

    fault: Fault
    rows: pd.DataFrame
    names: list[str]


def inject(folder: Path, end: datetime, names: Iterable[str]) -> list[Injected]:
    """Puts the faults into the landing under `folder`, those that make a file unreadable last, with a ledger of all their rows beside
    the truth."""
    wanted = set(names)
    ordered = sorted(FAULTS.values(), key=lambda fault: fault.consequence == "landing")
    done = [_put(Landing(folder, end), fault) for fault in ordered if fault.name in wanted]
    ledger = pd.concat([injected.rows for injected in done], ignore_index=True)
    (folder / "truth").mkdir(exist_ok=True)
    ledger.to_parquet(folder / "truth" / "faults.parquet", index=False)
    return done


def _put(landing: Landing, fault: Fault) -> Injected:
    with tempfile.TemporaryDirectory() as folder:
        before = Landing(Path(folder), landing.end)
        for table in fault.tables:
            landing.copy(table, before.folder)
        named = fault.inject(landing)
        found = [row for table in fault.tables for row in _differences(before, landing, table)]
    rows = pd.DataFrame(found, columns=["raw_table", "key", "change"])
    rows.insert(0, "fault", fault.name)
    rows["consequence"], rows["rule"], rows["judged"] = fault.consequence, fault.rule, fault.judged
    return Injected(fault, rows, list(dict.fromkeys(rows["key"] if named is None else named)))


def _differences(before: Landing, after: Landing, table: str) -> list[tuple[str, str, str]]:
    """(table, key, added | changed | removed) of each row that differs; where none does, the files that do."""
    try:
        old, new = _as_text(before, table), _as_text(after, table)
    except (duckdb.Error, IndexError):
        return [(table, table, "file")]
    columns = [(table, name, "column") for name in sorted(set(old.columns) ^ set(new.columns))]
    shared = [name for name in old.columns if name in new.columns]
    if not set(key(table)) & set(shared):
        return [(table, table, "file")]
    with duckdb.connect() as connection:
        connection.register("old", old)
        connection.register("new", new)
        label = "concat_ws(' ', " + ", ".join(f'"{name}"' for name in key(table) if name in shared) + ")"
        listed = ", ".join(f'"{name}"' for name in shared)
        side = f"select {label} as key, count(*) as n from (select {listed} from %s except all select {listed} from %s) group by 1"
        found = connection.execute(
            f"""select coalesce(a.key, r.key), case when r.key is null then 'added' when a.key is null then 'removed' else 'changed' end
            from ({side % ("new", "old")}) as a full join ({side % ("old", "new")}) as r on a.key = r.key order by all"""
        ).fetchall()
    rows = columns + [(table, name, change) for name, change in found if name]
    return rows or [(table, table, "file")]


def _as_text(landing: Landing, table: str) -> pd.DataFrame:
    return landing.rows(table, "select columns(*)::varchar from t")
