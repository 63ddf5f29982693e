"""Health scores, upsell candidates, renewal forecasts, surprises and the backtest of metrics in plain Python.

Taken from the warehouse are what these are made of: KPI marts and core facts, which have truths and oracles of their own. Weights
and bounds come from the seed that the business edits. Everything in between is computed here, customer by customer.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable

import duckdb
import pytest
from conftest import ROOT

DAY = dt.timedelta(days=1)
CLOSE = 1e-4  # points of a score that is kept with six decimals at each step
CLASSES = ("good", "watch", "bad", "unknown", "cancel_requested")


def months_before(month: dt.date, count: int) -> dt.date:
    number = month.year * 12 + month.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def month_of(day: dt.date | dt.datetime) -> dt.date:
    return dt.date(day.year, day.month, 1)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)


@pytest.fixture(scope="module")
def ask(sample_build):
    """Runs SQL on the sample's warehouse: a list of dicts, decimals as floats."""
    with duckdb.connect(str(sample_build.warehouse_file), read_only=True) as connection:
        (zone,) = connection.execute("select reporting_tz from quality.build").fetchone()
        assert zone == "UTC", "the oracle reads days in UTC"

        def run(sql: str) -> list[dict]:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            return [{name: float(x) if type(x).__name__ == "Decimal" else x for name, x in row.items()} for row in rows]

        yield run


@pytest.fixture(scope="module")
def months(ask) -> list[dt.date]:
    return [row["month_start"] for row in ask("select month_start from core.dim_months order by 1")]


@pytest.fixture(scope="module")
def as_of(ask) -> dt.date:
    return ask("select as_of from quality.build")[0]["as_of"]


@pytest.fixture(scope="module")
def spine(ask) -> dict[tuple, dict]:
    rows = ask("select * from core.fct_customer_months")
    return {(row["customer_id"], row["month_start"]): row for row in rows}


@pytest.fixture(scope="module")
def of_customers(ask):
    """{(customer, month): row} of the customer rows of a KPI's mart."""

    def read(kpi_id: str) -> dict[tuple, dict]:
        rows = ask(f"select * from marts.kpi_{kpi_id} where segment_type = 'customer' and breakdown = 'all'")
        return {(row["segment"], row["period_start"]): row for row in rows}

    return read


# --- health -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(ask, spine, of_customers) -> dict[str, dict[tuple, float]]:
    """{measure: {(customer, month): value}}"""
    found = defaultdict(dict)
    for key, row in of_customers("active_users").items():
        if row["value"] is not None:
            found["stickiness"][key] = row["daily_active_users"] / row["value"] if row["value"] else 0.0
    for measure, kpi_id, name in (
        ("usage_depth", "product_usage_depth", "value"),
        ("feature_breadth", "feature_breadth", "value"),
        ("nps_mean_score", "net_promoter_score", "mean_score"),
        ("satisfaction", "customer_satisfaction_score", "trailing_90d_value"),
        ("relationship_depth", "relationship_depth_score", "value"),
    ):
        found[measure] = {key: row[name] for key, row in of_customers(kpi_id).items() if row[name] is not None}
    for key, row in of_customers("ticket_volume").items():
        if row["value"] is not None and row["monthly_active_users"]:
            found["ticket_rate"][key] = 100 * row["value"] / row["monthly_active_users"]
    for key, row in of_customers("open_ticket_backlog").items():
        if row["oldest_p1_days"] is not None:
            found["old_p1"][key] = float(row["oldest_p1_days"] > 1)
    for key, row in of_customers("license_utilization").items():
        if row["denominator"]:
            found["seat_activation"][key] = row["activated_seats"] / row["denominator"]
    milestones, touches = defaultdict(list), defaultdict(list)
    for row in ask("select * from core.fct_milestones where not is_cancelled and original_due_on is not null"):
        milestones[row["customer_id"]].append(row)
    for row in ask("select * from core.fct_touchpoints where is_counted"):
        touches[row["customer_id"]].append(row)
    first_touch = ask("select min(month_start) as month from core.fct_touchpoints")[0]["month"]
    for (customer, month), row in spine.items():
        end = months_before(month, -1)
        due = [one for one in milestones[customer] if one["original_due_on"] < end]
        if due:
            done = [one for one in due if one["achieved_at"] is not None and one["achieved_at"] < at(end)]
            found["milestones_achieved"][customer, month] = len(done) / len(due)
        held = [one["held_on"] for one in touches[customer] if one["is_two_way"] and one["held_on"] < end]
        last = max(held, default=row["first_paid_on"])
        if last is not None and month >= first_touch:
            found["two_way_gap"][customer, month] = float((end - last).days)
    return found


@pytest.fixture(scope="module")
def sets() -> dict[str, list[dict]]:
    """{measure set: its measures} of the seed."""
    found = defaultdict(list)
    with (ROOT / "seeds" / "health_measures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers = {name: float(row[name]) for name in ("weight", "bad_at", "good_at")}
            found[row["measure_set"]].append({**row, **numbers})
    return found


@pytest.fixture(scope="module")
def set_of(ask) -> Callable[[str, str, dt.date], str]:
    """The measure set of a customer of a stage in a month: the row of the seed health_sets that names most of it."""
    attributes = {
        (row["customer_id"], row["month_start"]): row for row in ask("select * from core.fct_customer_attributes")
    }
    with (ROOT / "seeds" / "health_sets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def found(stage: str, customer: str, month: dt.date) -> str:
        own = attributes[customer, month]
        fitting = [
            row
            for row in rows
            if row["lifecycle_stage"] == stage
            and all(row[name] in ("(any)", own[name] or "(unknown)") for name in ("touch_model", "segment"))
        ]
        return min(fitting, key=lambda row: (row["touch_model"] == "(any)", row["segment"] == "(any)"))["measure_set"]

    return found


def baseline(values: dict[tuple, float], customer: str, month: dt.date, spine: dict[tuple, dict]) -> float | None:
    """The median of the three months before, of two of them at least, without a first month that is not whole."""
    before = months_before(month, 1)
    if (customer, before) not in spine:
        return None
    three = [
        values[customer, earlier]
        for earlier in (before, months_before(month, 2), months_before(month, 3))
        if (customer, earlier) in values and spine[customer, month]["started_on"] <= earlier
    ]
    return statistics.median(three) if len(three) >= 2 else None


@pytest.fixture(scope="module")
def scores(spine, known, sets, set_of) -> dict[tuple, dict]:
    """{(customer, month): score, coverage, …} of every active customer."""
    found = {}
    for (customer, month), row in spine.items():
        if not row["is_active"]:
            continue
        age = (months_before(month, -1) - row["first_paid_on"]).days
        of_set = sets[set_of("onboarding" if age < 90 else "regular", customer, month)]
        points, components = {}, defaultdict(list)
        for measure in of_set:
            value = known[measure["measure"]].get((customer, month))
            if value is not None and measure["is_against_baseline"] == "true":
                normal = baseline(known[measure["measure"]], customer, month, spine)
                value = value / normal if normal else None
            components[measure["component"]].append((measure, value))
            if value is not None:
                share = (value - measure["bad_at"]) / (measure["good_at"] - measure["bad_at"])
                points[measure["measure"]] = 100 * min(max(share, 0), 1)
        weights, means = {}, {}
        for component, measures in components.items():
            weights[component] = sum(measure["weight"] for measure, _ in measures)
            scored = [
                (measure["weight"], points[measure["measure"]]) for measure, value in measures if value is not None
            ]
            if scored:
                means[component] = sum(weight * score for weight, score in scored) / sum(weight for weight, _ in scored)
        weight_known = sum(weights[component] for component in means)
        coverage = weight_known / sum(weights.values())
        score = None
        if coverage >= 0.6 - 1e-9:
            score = sum(weights[component] * mean for component, mean in means.items()) / weight_known
        found[customer, month] = {
            "score": score,
            "coverage": coverage,
            "measure_set": of_set[0]["measure_set"],
            "means": means,
            "points": {component: weights[component] * mean / weight_known for component, mean in means.items()},
        }
    return found


def band(score: float | None) -> str:
    if score is None:
        return "unknown"
    # The warehouse keeps six decimals.
    return "good" if round(score, 6) >= 75 else "bad" if round(score, 6) < 50 else "watch"


def is_close(one: float | None, other: float | None, within: float = CLOSE) -> bool:
    return one is other if one is None or other is None else abs(one - other) <= within


def test_every_customers_score_band_and_alerts(ask, scores):
    published = {
        (row["customer_id"], row["period_start"]): row
        for row in ask("select * from marts.health_scores where period_grain = 'month'")
    }
    assert published.keys() == scores.keys()
    wrong, seen = [], Counter()
    for key, ours in scores.items():
        theirs, before = published[key], scores.get((key[0], months_before(key[1], 1)), {})
        fall = ("good", "watch", "bad", "unknown")
        bands = band(before["score"]) if before else "unknown", band(ours["score"])
        worst = min(ours["means"].values(), default=None)
        expected = {
            "band": bands[1],
            "measure_set": ours["measure_set"],
            "is_band_fall": "unknown" not in bands and fall.index(bands[1]) > fall.index(bands[0]),
            "is_sharp_drop": None not in (before.get("score"), ours["score"])
            and round(before["score"] - ours["score"], 6) >= 15,
        }
        seen.update([bands[1], ours["measure_set"], *(name for name in expected if expected[name] is True)])
        if (
            any(theirs[name] != value for name, value in expected.items())
            or not is_close(theirs["score"], ours["score"])
            or not is_close(theirs["coverage"], ours["coverage"])
            or not is_close(theirs["previous_score"], before.get("score"))
            or (worst is not None and not is_close(ours["means"][theirs["worst_component"]], worst))
        ):
            wrong.append((key, expected, ours, theirs))
    assert wrong == []
    assert (
        min(seen[name] for name in ("good", "watch", "bad", "digital_led", "high_touch", "onboarding", "is_band_fall"))
        > 100
    )


def test_the_points_of_every_component(ask, scores):
    published = defaultdict(dict)
    for row in ask("select * from marts.health_components where period_grain = 'month' and contribution is not null"):
        published[row["customer_id"], row["period_start"]][row["component"]] = row
    for key, ours in scores.items():
        theirs = published[key]
        assert theirs.keys() == ours["means"].keys()
        for component, row in theirs.items():
            assert is_close(row["score"], ours["means"][component]), (key, component)
            assert is_close(row["contribution"], ours["points"][component]), (key, component)


def test_the_score_of_the_company_and_of_its_segments_is_weighed_by_mrr(ask, spine, scores):
    segments = {
        (row["customer_id"], row["month_start"]): row["segment"]
        for row in ask("select * from core.brg_customer_segments where segment_type = 'segment'")
    }
    sums = defaultdict(lambda: [0.0, 0.0, 0, 0])
    for key, ours in scores.items():
        for segment in ("all", segments[key]):
            total = sums[key[1], segment]
            if ours["score"] is not None:
                total[0] += spine[key]["mrr_amount"] * ours["score"]
                total[1] += spine[key]["mrr_amount"]
                total[2] += 1
                total[3] += band(ours["score"]) == "bad"
    published = ask(
        """select * from marts.kpi_customer_health_score
        where segment_type in ('all', 'segment') and active_customers is not null"""
    )
    assert {(row["period_start"], row["segment"]) for row in published} == sums.keys()
    for row in published:
        weighed, mrr, scored, bad = sums[row["period_start"], row["segment"]]
        assert (row["sample_size"], row["bad_customers"]) == (scored, bad)
        assert is_close(row["value"], weighed / mrr if scored else None)


def test_health_and_benchmark_baseline_hold_a_customer_against_the_same_baseline(ask):
    rows = ask(
        """
        select health.customer_id, health.period_start, health.measure, health.baseline, kpi.baseline as of_kpi
        from marts.health_contributions as health
        inner join marts.kpi_values as kpi
            on kpi.segment_type = 'customer' and kpi.segment = health.customer_id and kpi.breakdown = 'all'
            and kpi.period_start = health.period_start
            and kpi.kpi_id = case health.measure
                when 'usage_depth' then 'product_usage_depth' when 'ticket_rate' then 'ticket_volume__per_100_mau' end
        where health.period_grain = 'month' and health.value is not null
        """
    )
    assert sum(row["baseline"] is not None for row in rows) > 1000
    assert [row for row in rows if not is_close(row["baseline"], row["of_kpi"], 1e-9)] == []


# --- every day ----------------------------------------------------------------------------------------


def a_month_before(day: dt.date) -> dt.date:
    before = months_before(month_of(day), 1)
    return min(before + (day.day - 1) * DAY, month_of(day) - DAY)


def test_the_use_of_every_recent_day(ask):
    """Each window counted anew; that of a month's last day is held against the month by daily_health_is_that_of_the_month."""
    active, events = defaultdict(set), Counter()
    for row in ask("select * from core.fct_user_days where value_events > 0"):
        active[row["customer_id"], row["event_date"]].add((row["source_system"], row["user_id"]))
        events[row["customer_id"], row["event_date"]] += row["value_events"]
    for row in ask(
        "select * from core.fct_customer_event_days where client = 'api' and is_value_event and user_id is not null"
    ):
        events[row["customer_id"], row["event_date"]] -= row["events"]
    starts = {row["customer_id"]: row["started_on"] for row in ask("select * from core.dim_customer_starts")}
    rows, short = ask("select * from core.fct_recent_usage_days where active_users is not null"), 0
    for row in rows:
        end = row["day_date"] + DAY
        begin = max(a_month_before(end), starts[row["customer_id"]])
        days = [(row["customer_id"], begin + n * DAY) for n in range((end - begin).days)]
        short += begin > a_month_before(end)
        assert row["counted_days"] == len(days)
        assert row["active_users"] == len(set().union(*(active.get(day, ()) for day in days)))
        assert row["active_user_days"] == sum(len(active.get(day, ())) for day in days)
        assert row["value_events"] == sum(events[day] for day in days)
    assert len({row["day_date"] for row in rows}) >= 31 and short > 0


def test_today_is_the_last_day_and_its_moves_make_the_change(ask, as_of):
    daily = {
        (row["customer_id"], row["period_start"]): row
        for row in ask("select * from kpi.health_bands where period_grain = 'day'")
    }
    today = ask("select * from marts.customer_health")
    assert {row["customer_id"] for row in today} == {customer for customer, day in daily if day == as_of - DAY}
    moved = defaultdict(float)
    for row in ask("select * from kpi.health_moves"):
        moved[row["customer_id"]] += row["points_moved"]
    seen = Counter()
    for row in today:
        own = [daily.get((row["customer_id"], as_of - n * DAY), {}) for n in (1, 8, 31)]
        now, week, month = (one.get("score") for one in own)
        assert (row["score"], row["score_7_days_before"], row["score_30_days_before"]) == (now, week, month)
        assert row["is_sharp_drop"] == (None not in (now, month) and month - now >= 15 - 1e-9)
        if own[1]:
            change = (own[0]["known_score"] or 0) - (own[1]["known_score"] or 0)
            assert is_close(moved[row["customer_id"]], change), row
            assert (row["moved_in_words"] is None) or " points" in row["moved_in_words"]
        seen.update(
            name for name in ("is_sharp_drop", "is_band_fall", "moved_in_words", "override_reason") if row[name]
        )
    assert min(seen[name] for name in ("is_sharp_drop", "is_band_fall", "moved_in_words", "override_reason")) > 5


# --- upsell -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reasons(ask, spine, of_customers) -> dict[tuple, set[str]]:
    found = defaultdict(set)
    active = {key for key, row in spine.items() if row["is_active"]}
    for key, row in of_customers("license_utilization").items():
        if key in active and row["denominator"] and row["assigned_seats"] / row["denominator"] >= 0.9 - 1e-12:
            found[key].add("seats")
    for key, row in of_customers("net_promoter_score").items():
        if key in active and row["mean_score"] is not None and row["mean_score"] >= 9:
            found[key].add("promoter")
    for key, row in of_customers("product_roi").items():
        if key in active and row["value"] is not None and row["value"] >= 1:
            found[key].add("roi")
    for row in ask("select * from core.fct_outcomes where is_reached and not is_cancelled and verified_at is not null"):
        for customer, month in active:
            end = months_before(month, -1)
            if customer == row["customer_id"] and end - 90 * DAY <= row["verified_at"].date() < end:
                found[customer, month].add("outcome")
    plans = {
        (row["customer_id"], row["month_start"]): row["segment"]
        for row in ask("select * from core.brg_customer_segments where segment_type = 'plan'")
    }
    depths = defaultdict(dict)
    for key, row in of_customers("product_usage_depth").items():
        if key in active and row["value"] is not None and plans[key] != "(unknown)":
            depths[key[1], plans[key]][key] = row["value"]
    for of_plan in depths.values():
        ordered = sorted(of_plan.values())
        bar = ordered[9 * len(ordered) // 10]
        for key, value in of_plan.items():
            if len(of_plan) >= 10 and value >= bar:
                found[key].add("depth")
    return found


def test_every_upsell_candidate(ask, months, as_of, spine, scores, of_customers, reasons):
    backlogs, wrong, seen = of_customers("open_ticket_backlog"), [], Counter()
    deals = defaultdict(list)
    for row in ask("select * from core.fct_opportunities where opportunity_type = 'expansion'"):
        deals[row["customer_id"]].append(row)
    published = {
        (row["segment"], row["period_start"]): row
        for row in ask(
            "select * from marts.kpi_upsell_qualified_accounts where segment_type = 'customer' and sample_size > 0"
        )
    }
    assert published.keys() == {key for key, row in spine.items() if row["is_active"]}
    for key, theirs in published.items():
        end, backlog = at(months_before(key[1], -1)), backlogs.get(key, {})
        meets = (
            band(scores[key]["score"]) == "good"
            and backlog.get("oldest_p1_days") == 0
            and backlog.get("open_escalations") == 0
            and bool(reasons[key])
        )
        is_open = any(
            deal["created_at"] < end and (deal["closed_at"] is None or deal["closed_at"] >= end)
            for deal in deals[key[0]]
        )
        qualifies = meets and not is_open
        is_due = qualifies and at(as_of) >= end + 90 * DAY
        won = any(deal["outcome"] == "won" and end <= deal["closed_at"] < end + 90 * DAY for deal in deals[key[0]])
        expected = {
            "numerator": float(qualifies),
            "reasons": ", ".join(sorted(reasons[key])) or None,
            "upsell_customers": int(qualifies and bool(reasons[key] & {"seats", "limit", "depth"})),
            "customers_with_open_deal": int(meets and is_open),
            "due_customers": int(is_due),
            "converted_customers": int(is_due and won),
        }
        seen.update([*reasons[key], *(name for name in expected if expected[name] == 1)])
        if any(theirs[name] != value for name, value in expected.items()):
            wrong.append((key, expected, theirs))
    assert wrong == []
    assert min(seen[name] for name in ("seats", "promoter", "roi", "outcome", "depth", "numerator")) > 100
    assert seen["customers_with_open_deal"] > 10 and seen["converted_customers"] > 3


# --- renewals -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contracts(ask) -> dict[tuple, dict]:
    """{id: contract}, with when its end was known to come and when its renewal was known, the company's own left out."""
    found = {
        (row["source_system"], row["contract_id"]): {**row, "renewed_at": None, "is_superseded": False}
        for row in ask(
            """select c.*, c.arr_amount * r.rate as due_arr from core.dim_contracts as c
            inner join core.dim_customers as u on c.customer_id = u.customer_id and not u.is_internal
            inner join (select currency, min(rate) as rate from core.dim_exchange_rates group by 1) as r
                on c.currency = r.currency"""
        )
    }
    for link in ask("select * from core.brg_contract_successors"):
        ended = found.get((link["source_system"], link["contract_id"]))
        follows = found.get((link["successor_system"], link["successor_id"]))
        if ended and follows:
            signed = follows["signed_at"] or follows["term_start"]
            ended["renewed_at"] = min(filter(None, (ended["renewed_at"], signed)))
            ended["is_superseded"] |= link["is_early"]
    return found


@pytest.fixture(scope="module")
def renewals(ask, contracts, scores) -> list[dict]:
    """Contracts that fell due, with their health 90 days before: that of the last month that had been over for 30 days."""
    found = []
    for row in ask("select * from core.fct_contract_renewals where not is_superseded"):
        contract = contracts.get((row["source_system"], row["contract_id"]))
        if contract is None:
            continue
        decided_at = row["term_end"] - 90 * DAY
        month = months_before(month_of(decided_at - 30 * DAY), 1)
        ending = contract["cancel_requested_at"] or contract["terminated_at"]
        score = scores.get((row["customer_id"], month))
        found.append(
            {
                **row,
                "decided_on": decided_at.date(),
                "was_asked": ending is not None and ending <= decided_at,
                "band": band(score["score"]) if score else "unknown",
                "is_lost": row["is_final"] and not row["is_renewed"],
            }
        )
    return found


def rates(renewals: list[dict], month: dt.date) -> dict[str, float | None]:
    """{class: share of ARR kept} as known at the end of a month."""
    end = at(months_before(month, -1))
    past = [
        row for row in renewals if row["term_end"] + 30 * DAY <= end and row["month_start"] > months_before(month, 12)
    ]

    def kept(rows: list[dict]) -> float | None:
        due = sum(row["due_arr_amount"] for row in rows)
        return sum(row["kept_arr_amount"] for row in rows) / due if due else None

    found = {}
    for name in CLASSES:
        own = [row for row in past if ("cancel_requested" if row["was_asked"] else row["band"]) == name]
        found[name] = kept(own) if len(own) >= 10 else 0.0 if name == "cancel_requested" else kept(past)
    return found


def test_the_renewal_forecast_and_its_error(ask, months, contracts, renewals, scores):
    outcomes = {
        (row["source_system"], row["contract_id"]): row
        for row in ask("select * from core.fct_contract_renewals where is_final")
    }
    published = {
        row["period_start"]: row for row in ask("select * from marts.kpi_renewal_forecast where segment_type = 'all'")
    }
    seen = Counter()
    for month in months:
        end, past = at(months_before(month, -1)), rates(renewals, month)
        forecast, due, risk, kept, is_known, is_final = 0.0, 0.0, 0.0, 0.0, True, True
        for key, contract in contracts.items():
            begins = contract["signed_at"] or contract["term_start"]
            is_ending = contract["term_end"] is not None and end < contract["term_end"] <= end + 90 * DAY
            if not is_ending or begins >= end or contract["term_months"] <= 1 or contract["is_superseded"]:
                continue
            asked_at = contract["cancel_requested_at"] or contract["terminated_at"]
            score = scores.get((contract["customer_id"], month))
            if contract["renewed_at"] and contract["renewed_at"] < end:
                kind = "renewed"
            elif asked_at and asked_at < end:
                kind = "cancel_requested"
            else:
                kind = band(score["score"]) if score else "unknown"
            rate = 1.0 if kind == "renewed" else past[kind]
            seen[kind] += 1
            is_known &= rate is not None
            forecast += contract["due_arr"] * (rate or 0)
            due += contract["due_arr"]
            risk += contract["due_arr"] * (kind in ("bad", "unknown", "cancel_requested"))
            is_final &= key in outcomes
            kept += outcomes[key]["kept_arr_amount"] if key in outcomes else 0
        theirs = published[month]
        assert is_close(theirs["value"], forecast if is_known else None, 0.01), month
        assert is_close(theirs["due_arr_amount"], due, 0.01), month
        assert is_close(theirs["at_risk_arr_amount"], risk, 0.01), month
        error = abs(kept / forecast - 1) if is_final and is_known else None
        seen["error"] += error is not None
        assert is_close(theirs["forecast_error"], error, 1e-6), month
    assert seen["error"] > 12 and all(seen[name] > 10 for name in ("renewed", "good", "watch", "bad")), seen


def test_the_surprises_of_the_company(ask, months, renewals):
    published = {
        row["period_start"]: row
        for row in ask("select * from marts.kpi_health_surprise_rate where segment_type = 'all'")
    }
    for month in months[11:]:
        window = [row for row in renewals if months_before(month, 12) < row["month_start"] <= month]
        lost = [row for row in window if row["is_lost"]]
        bad = [row for row in window if row["is_final"] and row["band"] == "bad"]
        good_arr = sum(row["due_arr_amount"] for row in lost if row["band"] == "good")
        lost_arr = sum(row["due_arr_amount"] for row in lost)
        unscored_arr = sum(row["due_arr_amount"] for row in lost if row["band"] == "unknown")
        bad_arr = sum(row["due_arr_amount"] for row in bad)
        theirs = published[month]
        assert (theirs["sample_size"], theirs["n_pending"]) == (len(lost), sum(not row["is_final"] for row in window))
        assert is_close(theirs["value"], good_arr / lost_arr, 1e-9)
        assert is_close(theirs["unscored_share"], unscored_arr / lost_arr, 1e-9)
        assert is_close(theirs["bad_but_renewed_share"], sum(row["kept_arr_amount"] for row in bad) / bad_arr, 1e-9)
    assert all(published[month]["value"] is None for month in months[:11])
    assert max(published[month]["value"] for month in months[11:]) > 0


# --- the backtest of metrics --------------------------------------------------------------------------


def pairs_won(renewed: list[float], lost: list[float]) -> float:
    return sum(1.0 if one > other else 0.5 if one == other else 0.0 for one in renewed for other in lost)


def pearson(xs: list[float], ys: list[float]) -> float | None:
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    spread = math.sqrt(sum((x - mean_x) ** 2 for x in xs) * sum((y - mean_y) ** 2 for y in ys))
    return sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread if spread else None


def lift(xs: list[float], ys: list[float]) -> float:
    bar = sorted(xs)[math.ceil(0.75 * len(xs)) - 1]
    best = [y for x, y in zip(xs, ys, strict=True) if x >= bar]
    return statistics.fmean(best) / statistics.fmean(ys)


def test_the_sums_of_this_file_on_the_worked_example():
    xs, ys = [90, 80, 70, 65, 60, 50, 40, 30], [1, 1, 1, 0, 1, 0, 1, 0]
    assert pairs_won([90, 80, 70, 60, 40], [65, 50, 30]) / 15 == 0.8
    assert round(pearson(xs, ys), 4) == 0.5069
    assert lift(xs, ys) == 1.6


def test_every_metric_against_every_renewal(ask, months, renewals):
    metrics = {row["kpi_id"]: row for row in ask("select * from marts.kpi_catalog")}
    values = {
        (row["kpi_id"], row["segment"], row["period_start"]): row["value"]
        for row in ask(
            """select kpi_id, segment, period_start, value from marts.kpi_values
            where segment_type = 'customer' and breakdown = 'all' and value is not null"""
        )
    }
    segments = {
        (row["customer_id"], row["month_start"]): row["segment"]
        for row in ask("select * from core.brg_customer_segments where segment_type = 'segment'")
    }
    plain = {row["kpi_id"] for row in ask("select distinct kpi_id from kpi.kpi_judgements")}
    cases = defaultdict(list)
    for row in renewals:
        if not row["was_asked"]:
            cases[row["customer_id"], row["month_start"]].append(row)
    found = defaultdict(list)
    for (customer, due_month), rows in cases.items():
        if not all(row["is_final"] for row in rows):
            continue
        due = sum(row["due_arr_amount"] for row in rows)
        is_renewed = any(row["is_renewed"] for row in rows) and 2 * sum(row["kept_arr_amount"] for row in rows) >= due
        first = min(row["decided_on"] for row in rows)
        for kpi_id in plain:
            month = months_before(month_of(first - metrics[kpi_id]["window_days"] * DAY), 1)
            value = values.get((kpi_id, customer, month))
            if value is not None:
                sign = -1 if metrics[kpi_id]["direction"] == "down" else 1
                found[kpi_id].append((customer, due_month, sign * value, is_renewed))
    expected = {}
    for month in months[11:]:
        for kpi_id, all_cases in found.items():
            if kpi_id != "customer_health_score" and month.month % 3:
                continue  # metrics are tested quarter by quarter
            groups = defaultdict(list)
            for customer, due_month, value, is_renewed in all_cases:
                if months_before(month, 12) < due_month <= month:
                    groups["all"].append((value, is_renewed))
                    groups[segments[customer, month]].append((value, is_renewed))
            for segment, group in groups.items():
                expected[month, segment, kpi_id] = group
    published = {
        (row["period_start"], row["segment"], row["breakdown"]): row
        for row in ask(
            """select * from marts.kpi_metric_renewal_correlation
            where segment_type in ('all', 'segment') and breakdown <> 'all' and sample_size > 0"""
        )
    }
    assert published.keys() == expected.keys()
    tested = Counter()
    for key, group in expected.items():
        theirs = published[key]
        renewed, lost = [x for x, y in group if y], [x for x, y in group if not y]
        assert (theirs["sample_size"], theirs["renewed_customers"]) == (len(group), len(renewed)), key
        if len(group) < 50 or min(len(renewed), len(lost)) < 10:
            assert theirs["value"] is None and theirs["correlation"] is None and theirs["lift"] is None, key
            continue
        pairs, xs, ys = len(renewed) * len(lost), [x for x, _ in group], [float(y) for _, y in group]
        margin = 1.96 * math.sqrt((len(group) + 1) / (12 * pairs))
        auc = pairs_won(renewed, lost) / pairs
        tested[key[2]] += 1
        assert is_close(theirs["value"], auc, 1e-12), key
        assert is_close(theirs["auc_lo"], max(auc - margin, 0), 1e-9), key
        assert is_close(theirs["auc_hi"], min(auc + margin, 1), 1e-9), key
        assert is_close(theirs["correlation"], pearson(xs, ys), 1e-6), key
        assert is_close(theirs["lift"], lift(xs, ys), 1e-9), key
    assert len(tested) > 20 and tested["customer_health_score"] > 3


def test_suggested_weights_are_shares_of_what_metrics_know_beyond_chance(ask):
    groups = defaultdict(list)
    for row in ask(
        """select * from marts.kpi_metric_renewal_correlation
        where breakdown not in ('all', 'customer_health_score') and value is not null"""
    ):
        groups[row["period_start"], row["segment_type"], row["segment"]].append(row)
    assert groups
    for rows in groups.values():
        excess = [max(row["value"] - 0.5, 0) for row in rows]
        for row, own in zip(rows, excess, strict=True):
            assert is_close(row["suggested_weight"], own / sum(excess) if any(excess) else None, 1e-5)
