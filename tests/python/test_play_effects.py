"""Whether playbook_effects finds what plays did, in a simulated company where those of one KPI work and those of another do nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulator import Settings, simulate

# Tickets do not matter here.
SOURCES = "salesforce stripe segment files"
WORKING, IDLE = "license_utilization", "customer_touchpoints"
ONLY_THEY = f"{{kpis: [{WORKING}, {IDLE}], meta_kpis: []}}"
END = datetime(2026, 7, 1)
BAD_BELOW, WASHOUT_MONTHS = 0.5, 3
STRATUM = ["trigger_month_start", "effect_month_start", "value_group", "months_bad_before"]


@pytest.fixture(scope="module")
def lived(once, dbt, tmp_path_factory):
    """(raw tables, build) of the company in which plays have these effects."""

    def company(name: str, play_effects: dict[str, float]):
        def make():
            raw = tmp_path_factory.mktemp(name)
            simulate(Settings(400, 22, 11, END, has_kpis=False, play_effects=play_effects), raw)
            build = dbt(
                *("build", "-s", "+playbook_effects", "--exclude", "gate_raw", "gate_staging", "gate_core"),
                *("--exclude-resource-type", "unit_test", "test", "--vars", ONLY_THEY),
                raw=raw,
                SOURCES=SOURCES,
                DBT_TARGET_PATH=str(raw.parent / "played_target"),
            )
            assert build.code == 0, build.output[-5000:]
            return raw, build

        return once(name, make)

    return company


@pytest.fixture(scope="module")
def played(lived):
    return lived("played", {WORKING: 2.0})


@pytest.fixture(scope="module")
def played_for_nothing(lived):
    return lived("played_for_nothing", {})


def effects_in(company) -> dict[str, dict]:
    names = ("kpi_id", "matched_customers", "effect", "effect_low", "effect_high", "verdict", "warning")
    rows = company[1].warehouse(f"select {', '.join(names)} from marts.playbook_effects")
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def true_effect(raw: Path) -> float:
    """By how much plays on a bad value that are due, of the last year, raised the share of their customers that came out of it."""
    plays = pd.read_parquet(raw / "truth" / "play_effects.parquet")
    is_due = plays["closed_at"].dt.normalize() + pd.Timedelta(days=31) <= END
    is_new = ~(plays["months_since_play"] <= WASHOUT_MONTHS)
    is_recent = plays["closed_at"] >= END.replace(year=END.year - 1)
    plays = plays[is_due & is_new & is_recent & (plays["trigger_value"] < BAD_BELOW)]
    assert len(plays) > 50
    return float(((plays["value"] >= BAD_BELOW).astype(int) - (plays["value_without"] >= BAD_BELOW)).mean())


def test_a_play_that_works_is_found_to_work_and_by_how_much(played):
    found, truth = effects_in(played)[WORKING], true_effect(played[0])
    assert truth > 0.2
    assert found["effect_low"] <= truth <= found["effect_high"], (truth, found)
    assert found["effect_low"] > 0 and found["verdict"] == "works", found


def test_a_play_that_does_nothing_beside_it_is_not_found_to_do_anything(played):
    found = effects_in(played)[IDLE]
    assert found["effect_low"] <= 0 <= found["effect_high"], found
    assert found["verdict"] in ("no effect seen", "cannot tell"), found


def test_the_same_plays_of_as_many_customers_are_not_found_to_work_where_they_do_nothing(played_for_nothing):
    found = effects_in(played_for_nothing)[WORKING]
    assert found["matched_customers"] >= 50
    assert found["effect_low"] <= 0 <= found["effect_high"], found
    assert found["verdict"] in ("no effect seen", "cannot tell"), found


def test_an_effect_is_the_slope_of_least_squares_with_a_constant_for_each_stratum(played):
    """As NumPy solves it, and its bounds by the variance that lets a customer's rows depend on each other."""
    names = ["kpi_id", "customer_id", "is_treated", "is_out_of_bad", *STRATUM]
    effects = effects_in(played)
    rows = pd.DataFrame(played[1].warehouse(f"select {', '.join(names)} from kpi.play_matches"), columns=names)
    for kpi_id in (WORKING, IDLE):
        mine = rows[rows["kpi_id"] == kpi_id]
        treated = mine.groupby(STRATUM)["is_treated"].transform("mean")
        mine = mine[(treated > 0) & (treated < 1)].reset_index(drop=True)
        constants = pd.get_dummies(mine.groupby(STRATUM).ngroup()).to_numpy(dtype=float)
        sides = np.column_stack([mine["is_treated"], constants])
        slope, *_ = np.linalg.lstsq(sides, mine["is_out_of_bad"].to_numpy(dtype=float), rcond=None)
        assert float(effects[kpi_id]["effect"]) == pytest.approx(slope[0], abs=1e-6)
        size = mine.groupby(STRATUM)["is_treated"].transform("size")
        left = (mine["is_out_of_bad"] - sides @ slope) * np.sqrt(size / (size - 1))
        moved = pd.Series(np.linalg.pinv(sides)[0] * left).groupby(mine["customer_id"]).sum()
        error = np.sqrt((moved**2).sum() * len(moved) / (len(moved) - 1))
        smaller = mine.groupby("is_treated")["customer_id"].nunique().min()
        half = (1.96 + 2.37 / (smaller - 1)) * error
        assert float(effects[kpi_id]["effect_high"]) == pytest.approx(min(slope[0] + half, 1), abs=1e-6)
