"""Faults of landed tables (docs/faults.md): a spread of them over all layers, put into a clean company and built on what it left behind.
`make faults` builds a company for every one."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable

import faults
import pandas as pd
import pytest
from conftest import ROOT, VENDORS, WHOLE, Build
from quality.gate import read_suite
from simulate import main as simulate
from simulator.faults import FAULTS, Injected, inject

# One company a layer: the gate names each of the faults of its own.
HELD = {
    "landing": ("a_file_is_cut",),
    "raw": ("days_are_missing", "comments_under_new_ids"),
    "staging": ("subscription_ids_are_used_twice", "a_status_that_nobody_knows"),
    "marts": ("the_help_desk_in_local_time",),
}
# None of them hides another: they are put into one company.
REJECTED = ("costs_in_words", "clocks_run_ahead", "tickets_without_an_id")
HARMLESS = (
    "versions_are_delivered_again",
    "an_older_version_is_delivered_late",
    "columns_nobody_knows",
    "comments_are_delivered_twice",
    "tasks_are_delivered_twice",
    "events_are_delivered_again",
    "events_arrive_late",
    "a_file_comes_in_two_parts",
    "ids_with_blanks",
)


@pytest.fixture(scope="module")
def clean(other_build) -> Build:
    return other_build


@pytest.fixture(scope="module")
def faulty(dbt, other_raw, tmp_path_factory) -> Callable[..., tuple[list[Injected], Build]]:
    """Puts faults into a copy of the clean company's tables and builds it on what another build left behind."""

    def build(after: Build, *names: str) -> tuple[list[Injected], Build]:
        raw = tmp_path_factory.mktemp("faulty") / "raw"
        shutil.copytree(other_raw, raw)
        return inject(raw, faults.END, names), dbt(*WHOLE, after=after, raw=raw, SOURCES=VENDORS)

    return build


@pytest.fixture(scope="module")
def held(faulty, clean) -> dict[str, tuple[list[Injected], Build]]:
    return {layer: faulty(clean, *names) for layer, names in HELD.items()}


def one_of(injected: list[Injected], name: str) -> Injected:
    (found,) = [one for one in injected if one.fault.name == name]
    return found


@pytest.mark.parametrize(("layer", "name"), [(layer, name) for layer, names in HELD.items() for name in names])
def test_a_fault_is_held_by_its_rule_in_its_layer_and_named(held, clean, layer, name):
    injected, build = one_of(held[layer][0], name), held[layer][1]
    line = faults.score(injected, build.folder, differing=[])
    assert (line.caught_layer, line.caught_rule) == (layer, FAULTS[name].rule), line
    assert line.rows_named_correctly == f"{len(injected.names)} of {len(injected.names)}"
    assert build.published_bytes == clean.published_bytes
    assert build.status["last_good_build"]["build_id"] == clean.status["build_id"]


# What is absorbed is built on what the fault that came furthest left behind: once that is mended, nothing of it is left.


@pytest.fixture(scope="module")
def absorbed(faulty, held) -> tuple[list[Injected], Build]:
    return faulty(held["marts"][1], *REJECTED, *HARMLESS)


@pytest.fixture(scope="module")
def differing(absorbed, clean) -> list[str]:
    return faults.differing_tables(absorbed[1].folder, clean.folder)


@pytest.mark.parametrize("name", [*REJECTED, *HARMLESS])
def test_rows_that_are_wrong_or_too_many_are_absorbed_and_the_rest_is_published(absorbed, differing, name):
    line = faults.score(one_of(absorbed[0], name), absorbed[1].folder, differing)
    assert line.is_caught, line
    assert not line.reached_published


def test_a_fault_that_was_mended_closes_its_rule_and_leaves_no_trace(absorbed, differing, held, clean):
    (injected,), broken = held["marts"]
    history = absorbed[1].warehouse(
        f"""select build_id, status from history.gate_marts
        where suite || '.' || rule = '{injected.fault.rule}' order by judged_at"""
    )
    builds = [build.status["build_id"] for build in (clean, broken, absorbed[1])]
    assert history == list(zip(builds, ("passed", "failed", "passed"), strict=True))
    assert absorbed[1].status["state"] == "published"
    assert differing == []


# The faults themselves.


def test_all_faults_at_once_leave_a_ledger_of_each(tmp_path):
    company = ["--customers=20", "--months=12", f"--end={faults.END:%Y-%m-%d}", "--no-kpis"]
    simulate([*company, "--faults=all", "--out", str(tmp_path)])
    ledger = pd.read_parquet(tmp_path / "truth" / "faults.parquet")
    assert set(ledger["fault"]) == set(FAULTS)
    assert set(ledger["change"]) == {"added", "changed", "removed", "column", "file"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_says_what_it_is_and_what_must_come_of_it(name):
    fault = FAULTS[name]
    assert len(fault.defect.split()) > 4
    if fault.consequence == "held" and fault.judged:
        suites = {path.stem: path for path in (ROOT / "expectations").rglob("*.yml")}
        suite = read_suite(suites[fault.rule.split(".")[0]], dt.date.min)
        assert fault.judged == suite.table
        (rule,) = [rule for rule in suite.rules if rule.rule == fault.rule.split(".")[1]]
        assert rule.severity == "critical"


def test_faults_are_many_and_of_every_consequence():
    assert len(FAULTS) >= 40
    assert {fault.consequence for fault in FAULTS.values()} == {"landing", "held", "rejected", "harmless"}


def test_the_page_of_faults_is_current():
    assert faults.PAGE.read_text(encoding="utf-8") == faults.page()
