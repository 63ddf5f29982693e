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
def raw(once, tmp_path_factory) -> Path:
    def make() -> Path:
        folder = tmp_path_factory.mktemp("played")
        simulate(Settings(400, 22, 11, END, has_kpis=False, play_effects={WORKING: 2.0}), folder)
        return folder

    return once("played_raw", make)


@pytest.fixture(scope="module")
def played(once, dbt, raw, tmp_path_factory):
    def make():
        target = str(tmp_path_factory.mktemp("played_target"))
        made = dbt(
            *("build", "-s", "+playbook_effects", "--exclude", "gate_raw", "gate_staging", "gate_core"),
            *("--exclude-resource-type", "unit_test", "test", "--vars", ONLY_THEY),
            raw=raw,
            SOURCES=SOURCES,
            DBT_TARGET_PATH=target,
        )
        assert made.code == 0, made.output[-5000:]
        return made

    return once("played", make)


@pytest.fixture(scope="module")
def effects(played) -> dict[str, dict]:
    names = (
        "kpi_id",
        "effect",
        "effect_low",
        "effect_high",
        "earlier_difference_low",
        "earlier_difference_high",
        "verdict",
        "warning",
    )
    rows = played.warehouse(f"select {', '.join(names)} from marts.playbook_effects")
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


def test_a_play_that_works_is_found_to_work_and_by_how_much(raw, effects):
    found, truth = effects[WORKING], true_effect(raw)
    assert truth > 0.2
    assert found["effect_low"] <= truth <= found["effect_high"], (truth, found)
    assert found["effect_low"] > 0 and found["verdict"] == "works", found


def test_a_play_that_does_nothing_is_not_found_to_do_anything(effects):
    found = effects[IDLE]
    assert found["effect_low"] <= 0 <= found["effect_high"], found
    assert found["verdict"] in ("no effect seen", "cannot tell"), found


def test_an_effect_is_the_slope_of_least_squares_with_a_constant_for_each_stratum(played, effects):
    """As NumPy solves it, and its bounds by the variance that lets a customer's rows depend on each other."""
    names = ["kpi_id", "customer_id", "is_treated", "is_out_of_bad", *STRATUM]
    rows = pd.DataFrame(played.warehouse(f"select {', '.join(names)} from kpi.play_matches"), columns=names)
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
