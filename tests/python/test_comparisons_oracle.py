"""Comparisons and bands of kpi_values against plain Python over the same values: no SQL of the models, no windows, month by month."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter

import pytest
import yaml
from conftest import ROOT

SERIES = "kpi_id, segment_type, segment, breakdown"
COMPARED = ("previous_value", "value_a_year_before", "baseline", "baseline_index", "first_baseline")


def months_before(month: dt.date, count: int) -> dt.date:
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def metas() -> dict[str, dict]:
    """{kpi id: its meta.kpi block with the id of its mart}, companions with what they inherit, as the ymls say."""
    found = {}
    for path in (ROOT / "models" / "marts").glob("*/kpi_*.yml"):
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        block, kpi_id = model["config"]["meta"]["kpi"], model["name"].removeprefix("kpi_")
        found[kpi_id] = {**block, "mart": kpi_id}
        for companion in block.get("companions") or []:
            found[f"{kpi_id}__{companion['id']}"] = {**block, **companion, "mart": kpi_id, "id": companion["id"]}
    return found


METAS = metas()


class Series:
    """One KPI of one segment: {month: (value, comparable value, is it final)}."""

    def __init__(self, meta: dict, part_month: dt.date | None, final_months: set[dt.date]) -> None:
        self.meta, self.part_month, self.final_months = meta, part_month, final_months
        self.values: dict[dt.date, tuple[float | None, float | None, bool]] = {}

    def past(self, month: dt.date) -> float | None:
        """What a later month may be held against."""
        _, value, is_final = self.values.get(month, (None, None, False))
        return value if is_final and month != self.part_month else None

    def held_against(self, month: dt.date) -> dt.date | None:
        """The newest month that `month` is held against."""
        finals = [other for other in self.final_months if other < month]
        if not finals:
            return None
        window = 1 if self.meta.get("monthly_value") else self.meta.get("trailing_months", 1)
        return min(max(finals), months_before(month, window))

    def compare(self, month: dt.date) -> dict:
        _, value, _ = self.values[month]
        newest = self.held_against(month)
        is_known = newest in self.values
        three = [past for back in range(3) if newest and (past := self.past(months_before(newest, back))) is not None]
        history = [
            past
            for other in sorted(self.values)
            if newest and other <= newest and (past := self.past(other)) is not None
        ]
        baseline = statistics.median(three) if is_known and len(three) >= 2 else None
        first = statistics.median(history[:3]) if is_known and len(history) >= 3 else None
        is_signed = self.meta.get("is_signed", False)
        return {
            "previous_value": self.values.get(months_before(month, 1), (None,))[0],
            "value_a_year_before": self.values.get(months_before(month, 12), (None,))[0],
            "baseline": baseline,
            "first_baseline": first,
            "baseline_index": None if is_signed or not baseline or value is None else value / baseline,
            "signal": self.signal(value, baseline, history, newest),
        }

    def signal(
        self, value: float | None, baseline: float | None, history: list[float], newest: dt.date | None
    ) -> str | None:
        if value is None or baseline is None:
            return None
        if self.meta.get("is_signed"):
            step = abs(self.meta["bands"]["good_at"] - self.meta["bands"]["bad_at"]) / 2
            fallen, risen = value <= baseline - step, value >= baseline + step
        elif baseline == 0:
            return None
        else:
            fallen, risen = value / baseline <= 0.8, value / baseline >= 1.2
        if len(history) >= 6 and self.meta.get("trailing_months", 1) == 1:
            months = [other for other in sorted(self.values) if other <= newest]
            ranges = [
                abs(self.past(other) - self.past(months_before(other, 1)))
                for other in months
                if self.past(other) is not None and self.past(months_before(other, 1)) is not None
            ]
            if ranges:
                reach = 2.66 * math.fsum(ranges) / len(ranges)
                mean = math.fsum(history) / len(history)
                fallen, risen = fallen and value < mean - reach, risen and value > mean + reach
        if not fallen and not risen:
            return "steady"
        if self.meta["direction"] == "none" or self.meta.get("is_two_sided"):
            return "changed"
        return "favourable" if risen == (self.meta["direction"] == "up") else "adverse"


@pytest.fixture(scope="module")
def rows(sample_build) -> list[dict]:
    """Every row of kpi_values but those of customers of other than the first letters, with what is compared."""
    names = [*SERIES.split(", "), "period_start", "value", "is_final", *COMPARED, "signal", "band", "denominator"]
    columns = ", ".join(names)
    monthly = " union all ".join(
        f"""select '{kpi_id}' as kpi_id, segment_type, segment, breakdown, period_start, {meta["monthly_value"]} as monthly
        from marts.kpi_{meta["mart"]}"""
        for kpi_id, meta in METAS.items()
        if meta.get("monthly_value")
    )
    found = sample_build.warehouse(
        f"""select {columns}, monthly from marts.kpi_values left join ({monthly}) using ({SERIES}, period_start)
        where segment_type <> 'customer' or segment < '4'"""
    )
    rows = [dict(zip([*names, "monthly"], row, strict=True)) for row in found]
    for row in rows:
        row["comparable"] = row["monthly"] if METAS[row["kpi_id"]].get("monthly_value") else row["value"]
    return rows


@pytest.fixture(scope="module")
def series(sample_build, rows) -> dict[tuple, Series]:
    finals: dict[str, set[dt.date]] = {}
    for kpi_id, month in sample_build.warehouse("select kpi_id, period_start from marts.kpi_periods where is_final"):
        finals.setdefault(kpi_id, set()).add(month)
    members = sample_build.warehouse(
        """select s.segment_type, s.segment, s.month_start, bool_or(m.was_active or m.started_on <= m.month_start)
        from core.brg_customer_segments as s
        inner join core.fct_customer_months as m on s.customer_id = m.customer_id and s.month_start = m.month_start
        group by 1, 2, 3 order by 3"""
    )
    firsts: dict[tuple, tuple] = {}
    for segment_type, segment, month, is_whole in members:
        firsts.setdefault((segment_type, segment), (month, is_whole))
    found: dict[tuple, Series] = {}
    for row in rows:
        key = tuple(row[name] for name in SERIES.split(", "))
        if key not in found:
            month, is_whole = firsts.get(key[1:3], (None, True))
            found[key] = Series(METAS[row["kpi_id"]], None if is_whole else month, finals.get(row["kpi_id"], set()))
        found[key].values[row["period_start"]] = (row["value"], row["comparable"], row["is_final"])
    return found


def is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def test_every_value_is_compared_with_its_past_as_by_hand(rows, series):
    differing, signals = [], Counter()
    for row in rows:
        key = tuple(row[name] for name in SERIES.split(", "))
        expected = series[key].compare(row["period_start"])
        signals[expected["signal"]] += 1
        wrong = [name for name in COMPARED if not is_close(expected[name], row[name])]
        wrong += ["signal"] if expected["signal"] != row["signal"] else []
        if wrong:
            differing.append((*key, row["period_start"], {name: (expected[name], row[name]) for name in wrong}))
    assert differing == []
    # The sample says something of each kind.
    assert min(signals[kind] for kind in ("adverse", "favourable", "changed", "steady", None)) > 100


def expected_band(row: dict, previous_signal: str | None) -> str | None:
    """None where a column of the mart decides, which this test does not read."""
    meta = METAS[row["kpi_id"]]
    bands, value = meta["bands"], row["value"]
    if bands["rule"] == "none" or row["breakdown"] != "all":
        return "none"
    if value is None:
        return None if bands.get("empty_is") else "no_data"
    if bands["rule"] == "baseline":
        if row["baseline_index"] is None:
            return "none"
        if "good_at" not in bands:
            if row["signal"] != "adverse":
                return "good"
            return "bad" if previous_signal == "adverse" else "watch"
        value = row["baseline_index"]
    sign = 1 if meta["direction"] == "up" else -1
    beyond_good, beyond_bad = sign * (value - bands["good_at"]), sign * (value - bands["bad_at"])
    if beyond_bad < 0 or (beyond_bad == 0 and bands.get("bad_at_is_bad")):
        return None if bands.get("bad_only_if") else "bad"
    if beyond_good > 0 or (beyond_good == 0 and not bands.get("good_at_is_watch")):
        return None if bands.get("good_only_if") else "good"
    return "watch"


def test_every_band_follows_from_its_bounds_as_by_hand(rows):
    signals = {(*(row[name] for name in SERIES.split(", ")), row["period_start"]): row["signal"] for row in rows}
    differing, bands = [], Counter()
    for row in rows:
        key = tuple(row[name] for name in SERIES.split(", "))
        expected = expected_band(row, signals.get((*key, months_before(row["period_start"], 1))))
        bands[row["band"]] += 1
        if expected is not None and expected != row["band"]:
            differing.append((*key, row["period_start"], row["value"], expected, row["band"]))
    assert differing == []
    assert min(bands[band] for band in ("good", "watch", "bad", "no_data", "none")) > 100
