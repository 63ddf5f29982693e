"""dbt on a tiny company, run as a user runs it: processes and folders of their own, files looked at afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import company
import dbt_process
import duckdb
import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
WHOLE = ("build", "--exclude-resource-type", "unit_test")
THIRD_PARTY_DATA = ROOT.parent / "shared" / "data"
VENDORS = "salesforce stripe segment zendesk files"
SOURCES = sorted(path.name for path in (ROOT / "models" / "staging").iterdir())
# Files of minutes each. They begin, so that no process of the tests is left alone with one at the end.
LONGEST = (
    "test_truth",
    "test_machine_faults",
    "test_faults",
    "test_sample",
    "test_publishing",
    "test_playbooks",
    "test_identity",
    "test_event_fold",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@dataclass(frozen=True)
class Build:
    """What a dbt command said and left behind, in a copy that later commands do not touch."""

    code: int
    output: str
    folder: Path

    @property
    def warehouse_file(self) -> Path:
        return self.folder / "warehouse" / "customer_success.duckdb"

    @property
    def published_file(self) -> Path:
        return self.folder / "published" / "customer_success.duckdb"

    @property
    def status(self) -> dict:
        return json.loads((self.folder / "published" / "status.json").read_text(encoding="utf-8"))

    @property
    def status_bytes(self) -> bytes:
        return (self.folder / "published" / "status.json").read_bytes()

    @property
    def published_bytes(self) -> dict[str, str]:
        """A digest of every published file except status.json."""
        published = self.folder / "published"
        return {
            str(path.relative_to(published)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(published.rglob("*"))
            if path.is_file() and path.name != "status.json"
        }

    def warehouse(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def published(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.published_file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def contents(self, schema: str) -> dict[str, list]:
        """How many rows every table of a warehouse schema has, and the sum of their hashes."""
        tables = self.warehouse(f"select table_name from duckdb_tables() where schema_name = '{schema}'")
        sums = [
            f"select '{table}', count(*), sum(cast(hash(t) as hugeint)) from {schema}.{table} as t"
            for (table,) in tables
        ]
        return {table: contents for table, *contents in self.warehouse(" union all ".join(sums))}


def month_values(rows: list[tuple]) -> dict:
    """{'2024-01': value or (value, …)} of rows (month, value, …)."""
    return {row[0]: row[1] if len(row) == 2 else tuple(row[1:]) for row in rows}


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id) -> Callable[[str, Callable[[], object]], object]:
    """Makes what all processes of the tests share: the first that asks for a name makes it, the others wait and get the same."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent

    def made(name: str, make: Callable[[], object]) -> object:
        kept = folder / f"{name}.pickle"
        with FileLock(folder / f"{name}.lock"):
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
            return pickle.loads(kept.read_bytes())

    return made


@pytest.fixture(scope="session")
def whole_build(once, dbt) -> Callable[..., Build]:
    """A build that goes through to publication, made once for all files of tests."""

    def build(name: str, *arguments: str, **options: object) -> Build:
        def make() -> Build:
            made = dbt(*(arguments or WHOLE), **options)
            assert made.code == 0, made.output[-5000:]
            return made

        return once(name, make)

    return build


@pytest.fixture(scope="session")
def target_path(tmp_path_factory) -> Callable[[str], Path]:
    """A dbt target for each list of sources, so that only the first command on it parses the whole project."""
    folder = tmp_path_factory.mktemp("target")
    return lambda sources: folder / sources.replace(" ", "-")


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory) -> Callable[[dict[str, str | bytes]], Path]:
    """Lands files {name: text or bytes} as the raw folder of the source ravenstack; returns its RAW_DIR."""

    def land(files: dict[str, str | bytes]) -> Path:
        folder = tmp_path_factory.mktemp("raw")
        for name, content in files.items():
            path = folder / "ravenstack" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return land


@pytest.fixture(scope="session")
def expectations_folder(tmp_path_factory) -> Callable[[dict[str, str]], Path]:
    """A copy of the project's suites with further ones, {layer/file.yml: text}; returns its EXPECTATIONS_DIR."""

    def copy(suites: dict[str, str]) -> Path:
        folder = tmp_path_factory.mktemp("suites") / "expectations"
        shutil.copytree(ROOT / "expectations", folder)
        for name, text in suites.items():
            assert not (folder / name).exists(), f"{name} would replace a suite of the project"
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return copy


@pytest.fixture(scope="session")
def dbt(tmp_path_factory, target_path, raw_folder) -> Callable[..., Build]:
    """Runs `dbt <arguments>` on raw files or a landing folder, from an empty warehouse or from what another command left behind (`after`);
    `first` is called with the folder before dbt starts, which is killed as soon as it prints the text `kill_at`.

    The warehouse always lies at the same place while dbt runs, since dbt parses everything anew when it moves."""
    live = tmp_path_factory.mktemp("live")

    def run(
        *arguments: str,
        raw: dict[str, str | bytes] | Path,
        after: Build | None = None,
        first: Callable[[Path], object] = lambda live: None,
        kill_at: str | None = None,
        **environment: str,
    ) -> Build:
        shutil.rmtree(live)
        if after:
            shutil.copytree(after.folder, live)
        else:
            live.mkdir()
        first(live)
        paths = {
            "WAREHOUSE_DIR": live / "warehouse",
            "PUBLISHED_DIR": live / "published",
            "DBT_LOG_PATH": live / "logs",
            "RAW_DIR": raw if isinstance(raw, Path) else raw_folder(raw),
        }
        switches = {"SOURCES": "ravenstack", "AS_OF": "", "DBT_USE_COLORS": "false"} | environment
        switches.setdefault("DBT_TARGET_PATH", str(target_path(switches["SOURCES"])))
        code = dbt_process.run(
            list(arguments),
            os.environ | {name: str(path) for name, path in paths.items()} | switches,
            ROOT,
            live / "output.txt",
            kill_at,
        )
        kept = tmp_path_factory.mktemp("build") / "left"
        shutil.copytree(live, kept)
        return Build(code, (kept / "output.txt").read_text(encoding="utf-8"), kept)

    return run


@pytest.fixture(scope="session")
def manifest(once, tmp_path_factory) -> dict:
    """dbt's manifest with every source enabled."""

    def parsed() -> Path:
        folder = tmp_path_factory.mktemp("manifest")
        paths = {
            "WAREHOUSE_DIR": folder / "warehouse",
            "PUBLISHED_DIR": folder / "published",
            "DBT_LOG_PATH": folder / "logs",
            "DBT_TARGET_PATH": folder / "target",
        }
        environment = os.environ | {name: str(path) for name, path in paths.items()}
        environment |= {"SOURCES": " ".join(SOURCES), "DBT_WRITE_JSON": "true"}
        output = folder / "output.txt"
        assert dbt_process.run(["parse"], environment, ROOT, output) == 0, output.read_text(encoding="utf-8")
        return folder / "target" / "manifest.json"

    return json.loads(once("manifest", parsed).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def published_company(whole_build) -> Build:
    """The company, built whole and published."""
    return whole_build("company", raw=company.RAW)


@pytest.fixture(scope="session")
def simulate(tmp_path_factory) -> Callable[..., Path]:
    """Writes a simulated company's raw tables, and its truth beside them; returns its RAW_DIR."""
    import simulate as command

    def run(**options: int | str) -> Path:
        folder = tmp_path_factory.mktemp("simulated")
        command.main(
            [part for name, value in options.items() for part in (f"--{name}", str(value))] + ["--out", str(folder)]
        )
        return folder

    return run


@pytest.fixture(scope="session")
def sample_raw(once, simulate) -> Path:
    return once("sample_raw", lambda: simulate(customers=160, months=30, seed=1))


@pytest.fixture(scope="session")
def sample_build(whole_build, sample_raw) -> Build:
    """The sample of `make build`, built by a plain `dbt build` with its unit tests."""
    return whole_build("sample", "build", raw=sample_raw, SOURCES=VENDORS)


@pytest.fixture(scope="session")
def other_raw(once, simulate) -> Path:
    """Another company than the sample."""
    return once("other_raw", lambda: simulate(customers=90, months=26, seed=20261122))


@pytest.fixture(scope="session")
def other_build(whole_build, other_raw) -> Build:
    return whole_build("other", raw=other_raw, SOURCES=VENDORS)


@pytest.fixture(scope="session")
def ravenstack_build(whole_build) -> Build:
    """The third-party data set, built whole; skips where it is absent."""
    if not (THIRD_PARTY_DATA / "ravenstack").exists():
        pytest.skip(f"the RavenStack data set is not at {THIRD_PARTY_DATA / 'ravenstack'}")
    return whole_build("ravenstack", raw=THIRD_PARTY_DATA)
