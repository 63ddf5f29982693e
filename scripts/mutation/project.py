"""The models and unit tests of the project as dbt compiled them.

dbt runs a unit test as one query: the given rows as CTEs before the model's own, beside the expected rows. `dbt test` leaves it in
target/run; here it is taken apart again. A model has one text as it is built and further ones where a unit test overrides a
variable or a macro. In all of them a table that the model reads is called as its given rows are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from mutation.source import TOKEN, Source

GIVEN = "__dbt__cte__"
# Folders of models that are changed.
LAYERS = ("core", "marts", "actions")
UNIT_TEST = re.compile(
    r"dbt_internal_unit_test_actual as \(\s*select\s+(?P<columns>[^\n]*), 'actual' as \"actual_or_expected\"\s+from \(\n"
    r"(?P<sql>.*)\n  \) _dbt_internal_unit_test_actual\n\),.*?from \(\n(?P<expected>.*)\n  \) _dbt_internal_unit_test_expected\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class UnitTest:
    name: str
    columns: str
    given: dict[str, str]
    expected: str


@dataclass
class Text:
    """A model's compiled SQL, and the unit tests in which it is this."""

    sql: str
    tests: list[UnitTest] = field(default_factory=list)
    is_built: bool = False


@dataclass
class Model:
    name: str
    path: str
    source: Source
    texts: list[Text]
    reads: list[str] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """Its layer and theme, such as core/usage."""
        return "/".join(Path(self.path).parts[1:-1])


class Project:
    """What lies under dbt's target folder after `dbt compile` and `dbt test -s test_type:unit`."""

    def __init__(self, root: Path, target: Path):
        self.root, self.target = root, target
        self.manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        self.name = self.manifest["metadata"]["project_name"]
        nodes = self.manifest["nodes"].values()
        tables = [node for node in nodes if node["resource_type"] in ("model", "seed", "snapshot")]
        self.tables = {node["relation_name"]: node["name"] for node in tables}
        self.schemas = {node["name"]: node["schema"] for node in tables}
        self.macros = {}
        for macro in self.manifest["macros"].values():
            if macro["package_name"] == self.name:
                text = (root / macro["original_file_path"]).read_text(encoding="utf-8")
                start = text.find(macro["macro_sql"])
                self.macros[macro["name"]] = (text, start, start + len(macro["macro_sql"]))
        self.models = {
            node["name"]: node
            for node in sorted(nodes, key=lambda node: node["original_file_path"])
            if node["resource_type"] == "model" and node["language"] == "sql"
        }

    def model(self, name: str) -> Model:
        node = self.models[name]
        raw = (self.root / node["original_file_path"]).read_text(encoding="utf-8")
        texts = [Text(self.built_sql(name), is_built=True)]
        for test in self.manifest["unit_tests"].values():
            if test["model"] == name:
                sql, unit_test = read_unit_test(test["name"], self._file_of(test, node).read_text(encoding="utf-8"))
                same = next((text for text in texts if _words(text.sql) == _words(sql)), None)
                if not same:
                    texts.append(same := Text(sql))
                same.tests.append(unit_test)
        return Model(name, node["original_file_path"], Source(raw, self.macros), texts, self.parents(name))

    def parents(self, name: str) -> list[str]:
        """The tables that a model reads."""
        ids = self.models[name]["depends_on"]["nodes"]
        return [one.split(".")[-1] for one in ids if not one.split(".")[-1].startswith("gate_")]

    def built_sql(self, name: str) -> str:
        """The compiled SQL of a model with its tables called as those of unit tests."""
        sql = self.compiled(self.models[name])
        for relation, table in self.tables.items():
            sql = sql.replace(relation, GIVEN + table)
        return sql

    def compiled(self, node: dict) -> str:
        """The SQL that dbt made of a model or a data test, for this warehouse."""
        path = Path("models") / node["path"] if node["resource_type"] == "model" else Path(node["original_file_path"])
        if path.suffix == ".yml":
            path /= Path(node["path"]).name
        return (self.target / "compiled" / self.name / path).read_text(encoding="utf-8").strip()

    def _file_of(self, test: dict, model: dict) -> Path:
        folder = self.target / "run" / self.name / test["original_file_path"]
        return folder / Path(model["path"]).parent.as_posix().join(("models/", f"/{test['name']}.sql"))


def read_unit_test(name: str, query: str) -> tuple[str, UnitTest]:
    """The model's SQL and the test, of the query as which dbt ran it."""
    match = UNIT_TEST.search(query)
    if not match:
        raise ValueError(f"unit test {name}: dbt's query has another form than expected")
    sql, given = _without_given(match["sql"].strip())
    expected = match["expected"].strip()
    if expected.startswith("select * from dbt_internal_unit_test_actual"):
        expected = ""  # no rows are expected
    return sql, UnitTest(name, match["columns"], given, expected)


def _without_given(sql: str) -> tuple[str, dict[str, str]]:
    """The SQL without the CTEs of given rows that dbt put first, and those."""
    given: dict[str, str] = {}
    found = [match for match in TOKEN.finditer(sql) if not match.group().startswith(("--", "/*"))]
    index = 1
    while index < len(found) and found[index].group().startswith(GIVEN):
        name, depth, first = found[index].group().removeprefix(GIVEN), 0, index + 2
        for index in range(first, len(found)):
            depth += {"(": 1, ")": -1}.get(found[index].group(), 0)
            if depth == 0:
                break
        given[name] = sql[found[first].end() : found[index].start()]
        index += 1
        if index < len(found) and found[index].group() == ",":
            index += 1
            continue
        return sql[found[index].start() :], given
    return (f"with {sql[found[index].start() :]}" if given else sql), given


def _words(sql: str) -> list[str]:
    return [match.group().lower() for match in TOKEN.finditer(sql) if not match.group().startswith(("--", "/*"))]
