"""RavenStack's published KPIs against plain Python over its CSV files: nothing here knows the project's SQL."""

import csv
import datetime as dt
import itertools
import re
import statistics
from collections import defaultdict

import pytest
import yaml
from conftest import ROOT, THIRD_PARTY_DATA

MONTHS = [dt.date(2023 + n // 12, n % 12 + 1, 1) for n in range(24)]
BRIDGE = dt.timedelta(days=30)
TARGET_HOURS = {"urgent": 1, "high": 4, "medium": 8, "low": 16}


def rows(table: str) -> list[dict]:
    with (THIRD_PARTY_DATA / "ravenstack" / f"ravenstack_{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def midnight(day: dt.date | str) -> dt.datetime:
    return dt.datetime.fromisoformat(str(day))


def next_month(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


@pytest.fixture(scope="module")
def services(ravenstack_build) -> dict[str, list[dict]]:
    """Per account its paid subscriptions, each with the day until which its MRR runs."""
    by_account = defaultdict(list)
    for row in rows("subscriptions"):
        start = dt.date.fromisoformat(row["start_date"])
        end = dt.date.fromisoformat(row["end_date"]) if row["end_date"] else None
        if row["is_trial"] == "False" and float(row["mrr_amount"]) > 0 and end != start:
            by_account[row["account_id"]].append(
                {"start": start, "end": end, "tier": row["plan_tier"], "mrr": float(row["mrr_amount"])}
            )
    for subscriptions in by_account.values():
        for one in subscriptions:
            one["until"] = one["end"]
            if one["end"] is None:
                continue
            later = [s for s in subscriptions if one["end"] <= s["start"] <= one["end"] + BRIDGE]
            same = [s["start"] for s in later if s["tier"] == one["tier"]]
            served = any(
                s["start"] <= one["end"] and (s["end"] is None or s["end"] > one["end"]) for s in subscriptions
            )
            if same:
                one["until"] = min(same)
            elif later and not served:
                one["until"] = min(s["start"] for s in later)
    return by_account


@pytest.fixture(scope="module")
def mrr(services) -> dict[dt.date, dict[str, float]]:
    """MRR at each month's end by account; only accounts that have any."""
    ends = {}
    for month in MONTHS:
        end = next_month(month)
        ends[month] = {
            account: total
            for account, subscriptions in services.items()
            if (
                total := sum(
                    s["mrr"] for s in subscriptions if s["start"] < end and (s["until"] is None or s["until"] >= end)
                )
            )
        }
    return ends


@pytest.fixture(scope="module")
def spine(services, mrr) -> dict[dt.date, set[str]]:
    """Accounts that are customers in a month: MRR at either end, or a paid subscription that began in it."""
    members = {}
    for position, month in enumerate(MONTHS):
        began = {
            account
            for account, subscriptions in services.items()
            if any(s["start"].replace(day=1) == month for s in subscriptions)
        }
        members[month] = began | set(mrr[month]) | (set(mrr[MONTHS[position - 1]]) if position else set())
    return members


@pytest.fixture(scope="module")
def published(ravenstack_build) -> dict[tuple[str, str, dt.date], float]:
    """{(kpi, breakdown, month): value} of the whole company."""
    found = ravenstack_build.published(
        "select kpi_id, breakdown, period_start, value from kpi_values where segment_type = 'all'"
    )
    return {(kpi, breakdown, month): value for kpi, breakdown, month, value in found}


def check(published, kpi: str, month: dt.date, expected, breakdown: str = "all") -> None:
    value = published[kpi, breakdown, month]
    assert value == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9)), (kpi, month)


@pytest.mark.parametrize("position", range(24), ids=[f"{month:%Y-%m}" for month in MONTHS])
def test_revenue(published, mrr, position):
    month = MONTHS[position]
    now = mrr[month]
    before = mrr[MONTHS[position - 1]] if position else {}
    ever = set().union(*(mrr[past] for past in MONTHS[:position])) if position else set()
    check(published, "mrr_movements", month, sum(now.values()))
    movements = {
        "new": sum(v for a, v in now.items() if a not in before and a not in ever),
        "reactivation": sum(v for a, v in now.items() if a not in before and a in ever),
        "expansion": sum(max(now[a] - v, 0) for a, v in before.items() if a in now),
        "contraction": sum(max(v - now[a], 0) for a, v in before.items() if a in now),
        "churn": sum(v for a, v in before.items() if a not in now),
    }
    for movement, amount in movements.items():
        if amount:
            check(published, "mrr_movements", month, amount, breakdown=movement)
        else:
            assert ("mrr_movements", movement, month) not in published
    check(published, "expansion_revenue", month, movements["expansion"])
    gained = movements["new"] + movements["reactivation"] + movements["expansion"]
    lost = movements["contraction"] + movements["churn"]
    check(published, "quick_ratio", month, gained / lost if lost else None)
    check(published, "quick_ratio__gross_mrr_churn", month, lost / sum(before.values()) if before else None)
    grown = sum(now.get(account, 0) > amount for account, amount in before.items())
    check(published, "average_revenue_per_expansion_account", month, movements["expansion"] / grown if grown else None)
    check(published, "average_revenue_per_account", month, sum(now.values()) / len(now))
    churned = sum(account not in now for account in before)
    check(published, "customer_churn_rate", month, churned / len(before) if before else None)
    cohort = mrr[MONTHS[position - 12]] if position >= 12 else {}
    total = sum(cohort.values())
    check(published, "net_revenue_retention", month, sum(now.get(a, 0) for a in cohort) / total if cohort else None)
    kept = sum(min(now.get(a, 0), v) for a, v in cohort.items())
    check(published, "gross_revenue_retention", month, kept / total if cohort else None)
    check(published, "logo_retention_rate", month, sum(a in now for a in cohort) / len(cohort) if cohort else None)


@pytest.mark.parametrize("position", range(24), ids=[f"{month:%Y-%m}" for month in MONTHS])
def test_start_cohorts(published, mrr, position):
    """Every cohort under its age, and the headline is the one that becomes twelve months old."""
    now = mrr[MONTHS[position]]
    for start in range(position + 1):
        ever = set().union(*(mrr[past] for past in MONTHS[:start]))
        cohort = {account: amount for account, amount in mrr[MONTHS[start]].items() if account not in ever}
        share = sum(account in now for account in cohort) / len(cohort)
        check(published, "cohort_retention", MONTHS[position], share, breakdown=str(position - start))
        if position - start == 12:
            check(published, "cohort_retention", MONTHS[position], share)
            by_mrr = sum(now.get(account, 0) for account in cohort) / sum(cohort.values())
            check(published, "cohort_retention__mrr", MONTHS[position], by_mrr)
    if position < 12:
        check(published, "cohort_retention", MONTHS[position], None)


@pytest.mark.parametrize("month", MONTHS, ids=[f"{month:%Y-%m}" for month in MONTHS])
def test_support(published, spine, month):
    tickets = [
        row
        for row in rows("support_tickets")
        if row["submitted_at"][:7] == f"{month:%Y-%m}" and row["account_id"] in spine[month]
    ]
    check(published, "ticket_volume", month, len(tickets))
    as_of = dt.date(2025, 1, 1)
    closed = [t for t in tickets if dt.date.fromisoformat(t["submitted_at"]) + dt.timedelta(days=14) <= as_of]
    hours = [float(t["first_response_time_minutes"]) / 60 for t in closed]
    in_time = [float(t["first_response_time_minutes"]) <= 60 * TARGET_HOURS[t["priority"]] for t in tickets]
    check(published, "sla_attainment", month, sum(in_time) / len(in_time) if in_time else None)
    check(published, "first_response_time", month, statistics.median(hours) if hours else None)
    mature = [t for t in tickets if dt.date.fromisoformat(t["submitted_at"]) + dt.timedelta(days=30) <= as_of]
    escalated = sum(t["escalation_flag"] == "True" for t in mature)
    check(published, "escalation_rate", month, escalated / len(mature) if mature else None)
    solved = [
        row
        for row in rows("support_tickets")
        if row["closed_at"][:7] == f"{month:%Y-%m}" and row["account_id"] in spine[month]
    ]
    check(
        published,
        "resolution_time",
        month,
        statistics.median(
            (dt.datetime.fromisoformat(t["closed_at"]) - dt.datetime.fromisoformat(t["submitted_at"])).total_seconds()
            / 3600
            for t in solved
        ),
    )
    final = [t for t in solved if dt.datetime.fromisoformat(t["closed_at"]) + dt.timedelta(days=28) <= midnight(as_of)]
    lasted = [
        (dt.datetime.fromisoformat(t["closed_at"]) - midnight(t["submitted_at"])).total_seconds() / 3600 for t in final
    ]
    check(published, "time_to_resolution", month, sum(lasted) / len(lasted) if lasted else None)
    scores = [float(t["satisfaction_score"]) for t in solved if t["satisfaction_score"]]
    check(published, "customer_satisfaction_score", month, sum((s - 1) / 4 >= 0.75 for s in scores) / len(scores))


@pytest.mark.parametrize("month", MONTHS, ids=[f"{month:%Y-%m}" for month in MONTHS])
def test_backlog(published, spine, month):
    end = midnight(next_month(month))
    ages = [
        ((end - midnight(row["submitted_at"])).days, row["priority"])
        for row in rows("support_tickets")
        if midnight(row["submitted_at"]) < end <= dt.datetime.fromisoformat(row["closed_at"])
        and row["account_id"] in spine[month]
    ]
    check(published, "open_ticket_backlog", month, len(ages))
    oldest = max((age for age, priority in ages if priority == "urgent"), default=0)
    check(published, "open_ticket_backlog__p1_age", month, oldest)


@pytest.fixture(scope="module")
def losses(services, mrr) -> list[tuple[dt.date, str, bool]]:
    """(month, reason, whether its 60 days have passed) of every account that left."""
    found = []
    for before, month in itertools.pairwise(MONTHS):
        for account in set(mrr[before]) - set(mrr[month]):
            lost_on = max(
                s["until"] for s in services[account] if s["until"] and month <= s["until"] < next_month(month)
            )
            given = [
                (
                    abs((dt.date.fromisoformat(row["churn_date"]) - lost_on).days),
                    row["churn_event_id"],
                    row["reason_code"],
                )
                for row in rows("churn_events")
                if row["account_id"] == account and row["reason_code"] != "unknown"
            ]
            nearest = min((reason for reason in given if reason[0] <= 60), default=(0, "", "not_captured"))
            found.append((month, nearest[2], lost_on + dt.timedelta(days=60) <= dt.date(2025, 1, 1)))
    return found


@pytest.mark.parametrize("position", range(24), ids=[f"{month:%Y-%m}" for month in MONTHS])
def test_exit_reasons(published, losses, position):
    """No month has ten losses, so each looks at three months."""
    month, window = MONTHS[position], MONTHS[max(position - 2, 0) : position + 1]
    assert losses and all(sum(lost == month for lost, *_ in losses) < 10 for month in MONTHS)
    known = [reason for lost, reason, is_known in losses if lost in window and is_known]
    captured = [known.count(reason) for reason in set(known) - {"not_captured"}]
    check(published, "exit_reason_frequency", month, max(captured) / len(known) if captured else None)
    own = [reason for lost, reason, is_known in losses if lost == month and is_known]
    share = sum(reason != "not_captured" for reason in own) / len(own) if own else None
    check(published, "exit_reason_frequency__capture", month, share)


# Its surveys are of satisfaction alone. Surveys as such are fed, so these are available, with empty values.
# Of loyalty only the tenure is known, and one flag is too few.
NEVER_ASKED = {
    "net_promoter_score", "customer_effort_score", "perceived_value", "time_to_exceed_value", "customer_loyalty",
}  # fmt: skip
UNJUDGED = "tickets.is_complaint or feedback_texts.is_complaint is empty"
EMPTY_COLUMNS = {
    "complaints_received": UNJUDGED,
    "complaints_received__per_100": UNJUDGED,
    "complaints_resolved": UNJUDGED,
    "csm_portfolio": "customers.csm_id is empty",
    "first_contact_resolution": "tickets.requester_id is empty",
    "ticket_category_mix": "tickets.category is empty",
    "tier_escalation_rate": "tickets.initial_tier is empty",
}


def test_what_it_has_no_data_for_is_unavailable_with_a_reason(ravenstack_build):
    """It feeds no users, seats, contracts, messages …; its tickets have no category, requester or tier."""
    entities = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["entities"]
    fed = {entity for entity, feeds in entities.items() if f"int_ravenstack__{entity}" in feeds}
    catalog = ravenstack_build.published("select kpi_id, availability, availability_reason from kpi_catalog")
    unavailable = {kpi: reason for kpi, state, reason in catalog if state == "unavailable"}
    assert {"active_users", "active_users__stickiness", "ticket_volume__per_100_mau", *EMPTY_COLUMNS} <= set(
        unavailable
    )
    for kpi, reason in unavailable.items():
        if kpi in EMPTY_COLUMNS:
            assert EMPTY_COLUMNS[kpi] in reason
        else:
            named = reason.partition("no enabled source feeds ")[2].partition(" (")[0]
            assert named and not fed & set(re.split(", | or ", named)), (kpi, reason)
    valued = ravenstack_build.published("select distinct kpi_id, 1 from kpi_values where value is not null")
    assert {kpi for kpi, _ in valued} == {kpi for kpi, state, _ in catalog if state == "available"} - NEVER_ASKED


def test_every_kpi_has_a_row_for_every_month(ravenstack_build):
    held = ravenstack_build.published(
        """select kpi_id, count(*), min(period_start), max(period_start) from kpi_values
        where segment_type = 'all' and breakdown = 'all' group by kpi_id"""
    )
    for kpi, months, first, last in held:
        assert (months, first, last) == (24, MONTHS[0], MONTHS[-1]), kpi


def test_repeated_usage_ids_and_usage_out_of_range_are_shown(ravenstack_build):
    usage = rows("feature_usage")
    repeats = len(usage) - len({row["usage_id"] for row in usage})
    assert repeats == 21
    counts = ravenstack_build.warehouse(
        "select raw_rows, staged_rows, duplicate_rows from quality.staging_counts where raw_table = 'feature_usage'"
    )
    assert counts == [(len(usage), len(usage), repeats)]
    spans = {row["subscription_id"]: (row["start_date"], row["end_date"] or "9999") for row in rows("subscriptions")}
    outside = sum(
        not spans[row["subscription_id"]][0] <= row["usage_date"] < spans[row["subscription_id"]][1] for row in usage
    )
    shown = ravenstack_build.warehouse(
        """select failing_count, severity from history.gate_core union all select failing_count, severity
        from history.gate_staging where rule like '%usage%' and status = 'failed'"""
    )
    assert outside > 18_000
    assert any(severity == "warning" and abs(count - outside) <= repeats for count, severity in shown), shown
