"""A mutated model in a warehouse that was built of a simulated company: what the data tests and the truth say of it.

The model is built anew in a transaction, then what reads it, as far as rows change; tests and answers (scripts/truth.py) are asked
as soon as everything they read is there. The first that fails kills the mutant, and all of it is rolled back.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import truth

from mutation.project import GIVEN, LAYERS, Project
from mutation.trial import limited


@dataclass(frozen=True)
class Check:
    """A data test or an answer, and the tables that it reads, of those that can change."""

    name: str
    reads: frozenset[str]
    sql: str
    answer: str = ""


class Warehouse:
    """`file` is written to and rolled back; `raw` is the folder of the simulated company. No model and no check takes
    `seconds`: one that does is a join of everything with everything."""

    def __init__(self, project: Project, file: Path, raw: Path, seconds: float):
        self.project, self.truth, self.seconds = project, raw / "truth", seconds
        self.connection = duckdb.connect(
            str(file), config={"threads": 1, "memory_limit": "1GB", "max_temp_directory_size": "1GB"}
        )
        self.connection.execute("set TimeZone = 'UTC'")
        self.schemas = project.schemas
        views = self.connection.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        self.views = {name for schema, name in views if project.schemas.get(name) == schema}
        self.sql = {
            name: self._here(project.built_sql(name))
            for name, node in project.models.items()
            if node["fqn"][1] in LAYERS
        }
        self.readers: dict[str, list[str]] = {name: [] for name in self.sql}
        for name in self.sql:
            for parent in project.parents(name):
                if parent in self.sql:
                    self.readers[parent].append(name)
        self.order = self._ordered()
        self.checks = [*self._data_tests(), *self._answers()]
        self.fingerprints: dict[str, tuple] = {}
        self.types: dict[str, list[tuple[str, str]]] = {}

    @classmethod
    def copied(cls, project: Project, file: Path, raw: Path, folder: Path, seconds: float) -> Warehouse:
        """A copy for this process, of the same name: DuckDB's catalog is called after its file."""
        copy = folder / str(os.getpid()) / file.name
        copy.parent.mkdir(parents=True)
        shutil.copy(file, copy)
        return cls(project, copy, raw, seconds)

    def _here(self, sql: str) -> str:
        """SQL with the tables of a unit test called as in this warehouse."""
        return re.sub(rf'"?{GIVEN}(\w+)"?', lambda match: f"{self.schemas[match[1]]}.{match[1]}", sql)

    def _ordered(self) -> list[str]:
        """The models, each after what it reads."""
        ordered: dict[str, None] = {}

        def add(name: str) -> None:
            if name not in ordered:
                for parent in self.project.parents(name):
                    if parent in self.sql:
                        add(parent)
                ordered[name] = None

        for name in self.sql:
            add(name)
        return list(ordered)

    def _data_tests(self) -> list[Check]:
        checks = []
        tests = [node for node in self.project.manifest["nodes"].values() if node["resource_type"] == "test"]
        for test in tests:
            reads = frozenset(self.sql.keys() & {one.split(".")[-1] for one in test["depends_on"]["nodes"]})
            if reads:
                sql = f"select count(*) from ({self.project.compiled(test)}) as failing"
                checks.append(Check(test["name"], reads, sql))
        return sorted(checks, key=lambda check: check.name)

    def _answers(self) -> list[Check]:
        checks = []
        for name, sql in truth.answers_of(self.truth):
            read = {one for one in self.sql if re.search(rf"\b{self.schemas[one]}\.{one}\b", sql)}
            checks.append(Check(f"truth of {name}", frozenset(read), sql, name))
        return checks

    def unchanged(self) -> list[str]:
        """The tests and answers that fail though nothing was changed."""
        return [check.name for check in self.checks if not self._holds(check)]

    def killed_by(self, model: str, sql: str) -> str | None:
        """The first test or answer that fails where the model's SQL is this; None where none does."""
        self.connection.execute("begin")
        try:
            return self._judged(model, self._here(sql))
        finally:
            self.connection.execute("rollback")

    def _judged(self, model: str, sql: str) -> str | None:
        affected = self._below(model)
        changed: set[str] = set()
        waiting = [check for check in self.checks if check.reads & affected]
        for name in (one for one in self.order if one in affected):
            if name == model or changed.intersection(self.project.parents(name)):
                try:
                    with limited(self.connection, self.seconds):
                        if name == model and self._columns(sql) != self._types(name):
                            return f"the contract of {name}"
                        is_changed = self._rebuilt(name, sql if name == model else self.sql[name])
                except duckdb.Error as error:
                    return f"the build of {name}: {type(error).__name__}"
                if is_changed:
                    changed.add(name)
                elif name == model:
                    return None
            affected.discard(name)
            for check in [check for check in waiting if not check.reads & affected]:
                waiting.remove(check)
                if check.reads & changed and not self._holds(check):
                    return check.name
        return None

    def _below(self, model: str) -> set[str]:
        found, queue = {model}, [model]
        while queue:
            for reader in self.readers[queue.pop()]:
                if reader not in found:
                    found.add(reader)
                    queue.append(reader)
        return found

    def _rebuilt(self, name: str, sql: str) -> bool:
        """Builds a model anew; whether its rows are others now."""
        relation = f"{self.schemas[name]}.{name}"
        before = self.fingerprints.get(name) or self.fingerprints.setdefault(name, self._fingerprint(relation))
        if name in self.views:
            self.connection.execute(f"create or replace view {relation} as {sql}")
        else:
            names = ", ".join(column for column, _ in self._types(name))
            self.connection.execute(f"delete from {relation}")
            self.connection.execute(f"insert into {relation} ({names}) {sql}")
        return self._fingerprint(relation) != before

    def _types(self, name: str) -> list[tuple[str, str]]:
        if name not in self.types:
            self.types[name] = self._columns(self.sql[name])
        return self.types[name]

    def _columns(self, sql: str) -> list[tuple[str, str]]:
        """The names of the columns, and their types without precision: what a contract holds a model to."""
        described = self.connection.execute(f"describe {sql}").fetchall()
        return [(name, kind.partition("(")[0]) for name, kind, *_ in described]

    def _fingerprint(self, table: str) -> tuple:
        return self.connection.execute(f"select count(*), sum(cast(hash(t) as hugeint)) from {table} as t").fetchone()

    def _holds(self, check: Check) -> bool:
        try:
            with limited(self.connection, self.seconds):
                if check.answer:
                    return truth.compare_answer(self.connection, self.truth, check.answer, check.sql).is_equal
                return self.connection.execute(check.sql).fetchone() == (0,)
        except duckdb.Error:
            return False
