"""One model's texts and unit tests in an in-memory DuckDB: its mutants, and which test each of them fails."""

from __future__ import annotations

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import sqlglot
from sqlglot import exp

from mutation.operators import Change, changes
from mutation.project import GIVEN, Model, UnitTest

SECONDS = 5  # a query over a few given rows; more is a mutant that does not end
DIALECT = "duckdb"
# What DuckDB says before it reads a row: such a mutant is no model.
NOT_SQL = (
    duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException, duckdb.SyntaxException,
    duckdb.NotImplementedException,
)  # fmt: skip
SHOWN = 120


@dataclass(frozen=True)
class Mutant:
    """A change of a model or of a macro that it calls."""

    owner: str  # the model, or `macro <name>`
    folder: str
    operator: str
    line: int
    change: str
    key: tuple  # the same wherever the same is changed: in several texts of a model, by a macro or a loop several times
    model: str
    text: int  # the index of the model's text …
    number: int  # … and of the change among all of that text


def _short(sql: str) -> str:
    return sql if len(sql) <= 2 * SHOWN else f"{sql[:SHOWN]} … {sql[-SHOWN:]}"


def _query_name(node: exp.Expression) -> str:
    cte = node.find_ancestor(exp.CTE)
    return cte.alias if cte else "select"


def _ends(node: exp.Expression) -> tuple[int, int] | None:
    """Where the leaves of a node begin and end in the SQL that was parsed."""
    leaves = [one.meta for one in node.walk() if "start" in one.meta]
    return (min(one["start"] for one in leaves), max(one["end"] for one in leaves) + 1) if leaves else None


SYMBOLS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.Add: "+", exp.Sub: "-",
    exp.Mul: "*", exp.Div: "/", exp.Neg: "-", exp.Is: "is", exp.In: "in", exp.Like: "like", exp.Between: "between",
    exp.Case: "case", exp.NullSafeEQ: "distinct", exp.NullSafeNEQ: "distinct",
}  # fmt: skip


def _symbol(change: Change) -> str:
    """The token that is changed, which says best where the change was written."""
    first = re.match(r"[\w.]+", change.before)
    return SYMBOLS.get(type(change.at)) or (first.group() if first else "")


def mutants(model: Model) -> Iterator[Mutant]:
    """Every mutant of a model, of each of its texts, in order; dbt's own code has none."""
    for index, text in enumerate(model.texts):
        tree = sqlglot.parse_one(text.sql, dialect=DIALECT)
        compiled = model.source.aligned(text.sql)
        found: Counter = Counter()
        for number, change in enumerate(changes(tree)):
            place = compiled.place(*(_ends(change.at) or _ends(change.node)), _symbol(change))
            if place is None or change.before == change.after:
                continue
            words = f"{_query_name(change.at)}: {change.before} -> {change.after or 'nothing'}"
            shape = compiled.shape(place, words)
            owner = f"macro {place.macro}" if place.macro else model.name
            folder = "macros" if place.macro else model.folder
            key = (owner, change.operator, shape)
            if not place.macro:
                key = (*key, place.line)
                if not any(place.line in lines for lines in model.source.repeated):
                    found[key] += 1
                    key = (*key, found[key])
            yield Mutant(owner, folder, change.operator, place.line, _short(shape), key, model.name, index, number)


class Bench:
    """The texts of a model with their unit tests' rows, each test in a schema of its own."""

    def __init__(self, model: Model, is_loaded: bool = True):
        self.model = model
        self.trees: dict[int, exp.Expression] = {}
        self.changes: dict[int, list[Change]] = {}
        if is_loaded:
            self._open()

    def _open(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        self.schemas: dict[str, str] = {}
        for text in self.model.texts:
            for test in text.tests:
                self._load(test)

    def _load(self, test: UnitTest) -> None:
        schema = self.schemas[test.name] = f"test_{len(self.schemas)}"
        self.connection.execute(f"create schema {schema}")
        for name, sql in test.given.items():
            self.connection.execute(f'create table {schema}."{GIVEN}{name}" as {sql}')
        if test.expected:
            self.connection.execute(f"create table {schema}.expected as {test.expected}")

    def sql(self, mutant: Mutant) -> str:
        """The model's text with the one change."""
        if mutant.text not in self.trees:
            tree = self.trees[mutant.text] = sqlglot.parse_one(self.model.texts[mutant.text].sql, dialect=DIALECT)
            self.changes[mutant.text] = list(changes(tree))
        change = self.changes[mutant.text][mutant.number]
        change.apply()
        try:
            return self.trees[mutant.text].sql(DIALECT, comments=False)
        finally:
            change.undo()

    def unchanged(self) -> list[str]:
        """The unit tests that the model fails though nothing was changed, only parsed and written again."""
        failing = []
        for text in self.model.texts:
            again = sqlglot.parse_one(text.sql, dialect=DIALECT).sql(DIALECT, comments=False)
            failing += [test.name for test in text.tests if self.run(again, test) != "passes"]
        return failing

    def killed_by(self, mutant: Mutant) -> str | None:
        """The first unit test that the mutant fails; '' where it is no SQL; None where it passes all."""
        sql = self.sql(mutant)
        for test in self.model.texts[mutant.text].tests:
            result = self.run(sql, test)
            if result == "no SQL":
                return ""
            if result != "passes":
                return test.name if result == "fails" else f"{test.name} ({result})"
        return None

    def run(self, sql: str, test: UnitTest) -> str:
        """passes, fails, error, endless or no SQL: what dbt would say of the model, were this its SQL."""
        self.connection.execute(f"set search_path = '{self.schemas[test.name]}'")
        query = f"select {test.columns}, 'actual' from ({sql}) as actual"
        if test.expected:
            query += f" union all select {test.columns}, 'expected' from expected"
        try:
            with limited(self.connection, SECONDS):
                rows = self.connection.execute(query).fetchall()
        except NOT_SQL:
            return "no SQL"
        except duckdb.InterruptException:
            return "endless"
        except duckdb.Error as error:
            if "FATAL" in str(error) or "INTERNAL" in str(error):
                self._open()
            return "error"
        sides: dict[str, Counter] = defaultdict(Counter)
        for *row, side in rows:
            sides[side][tuple(str(one) if isinstance(one, list | dict) else one for one in row)] += 1
        return "passes" if sides["actual"] == sides["expected"] else "fails"


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """What takes longer is interrupted."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
