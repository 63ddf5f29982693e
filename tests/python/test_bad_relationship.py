"""Touchpoints, changes and deals that are wrong end as a reason beside their row, or as a rule that names them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import VENDORS, WHOLE, Build

HELD = {"touchpoint_type": "meeting", "status": "held", "held_at": "2026-05-20 10:00:00"}
WRONG_TOUCHPOINTS = {
    "when": ({"held_at": ""}, "held without held_at"),
    "perhaps": ({"status": "perhaps", "held_at": ""}, "status is unknown; neither held nor with planned_at"),
    "fax": ({"touchpoint_type": "fax"}, "touchpoint_type is unknown"),
    "six": ({"rating": "6"}, "rating is not from 1 to 5"),
    "fine": ({"rating": "fine"}, "rating is not a decimal(28, 6): write 1234.56"),
    "came_after_all": (
        {"status": "no_show", "planned_at": "2026-05-20 10:00:00"},
        "not held, but has held_at",
    ),
    "nobodys": ({"customer_id": " "}, "source_customer_id is missing"),
    "one_day": (
        {"held_at": "one day"},
        "held_at is not a timestamp: write 2026-01-31 or 2026-01-31 14:30; held without held_at",
    ),
}
CHANGE = {"change_type": "layoffs", "detected_at": "2026-05-10 09:00:00"}
WRONG_CHANGES = {
    "backwards": ({"resolved_at": "2026-05-09 09:00:00"}, "resolved before detected"),
    "weather": ({"change_type": "weather"}, "change_type is unknown"),
    "unseen": ({"detected_at": ""}, "detected_at is missing"),
}
DEAL = {"opportunity_type": "expansion", "created_at": "2026-04-01", "amount": "100", "currency": "USD"}
WRONG_DEALS = {
    "backwards": ({"outcome": "won", "closed_at": "2026-03-01"}, "closed before created"),
    "open_end": ({"outcome": "lost"}, "decided without closed_at"),
    "mute": ({"closed_at": "2026-05-01"}, "closed without outcome"),
    "maybe": ({"outcome": "maybe", "closed_at": "2026-05-01"}, "outcome is unknown"),
    "gift": ({"amount": "-5"}, "amount is negative"),
    "money": ({"currency": ""}, "amount without currency"),
    "rumour": ({"source_type": "rumour"}, "source_type is unknown"),
}
STRANGERS, LOST = 60, 60


def add_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerows(rows)


@pytest.fixture(scope="module")
def raw(simulate) -> Path:
    """A small company, whose files are then spoilt."""
    folder = simulate(customers=30, months=9, seed=4)
    files = folder / "files"
    with (files / "touchpoints.csv").open(encoding="utf-8", newline="") as file:
        customer = {"customer_id": next(csv.DictReader(file))["customer_id"]}
    wrong = [{"touchpoint_id": name, **customer, **HELD, **broken} for name, (broken, _) in WRONG_TOUCHPOINTS.items()]
    met = {"touchpoint_id": "met_strangers", **customer, **HELD}
    add_rows(files / "touchpoints.csv", [*wrong, met, met, {**met, "touchpoint_id": "afar", "customer_id": "nowhere"}])
    links = [{"touchpoint_id": "met_strangers", "contact_id": f"stranger_{n}"} for n in range(STRANGERS)]
    links += [{"touchpoint_id": f"lost_{n}", "contact_id": "stranger_0"} for n in range(LOST)]
    add_rows(files / "touchpoint_contacts.csv", links)
    add_rows(
        files / "org_changes.csv",
        [{"org_change_id": name, **customer, **CHANGE, **broken} for name, (broken, _) in WRONG_CHANGES.items()],
    )
    pesos = {"outcome": "won", "closed_at": "2026-05-01", "currency": "MXN"}
    add_rows(
        files / "opportunities.csv",
        [
            *({"opportunity_id": name, **customer, **DEAL, **broken} for name, (broken, _) in WRONG_DEALS.items()),
            {"opportunity_id": "pesos", **customer, **DEAL, **pesos},
        ],
    )
    return folder


@pytest.fixture(scope="module")
def spoilt(dbt, raw, expectations_folder) -> Build:
    """Without the budget of rejects, which so many wrong rows in so small a company exceed."""
    suites = expectations_folder({})
    (suites / "staging" / "staging_counts.yml").unlink()
    return dbt(*WHOLE, raw=raw, SOURCES=VENDORS, EXPECTATIONS_DIR=str(suites))


@pytest.mark.parametrize(
    ("table", "key", "wrong"),
    [
        ("touchpoints", "touchpoint_id", WRONG_TOUCHPOINTS),
        ("org_changes", "org_change_id", WRONG_CHANGES),
        ("opportunities", "opportunity_id", WRONG_DEALS),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason(spoilt, table, key, wrong):
    reasons = dict(
        spoilt.warehouse(f"select {key}, reject_reason from staging.stg_files__{table} where row_status = 'rejected'")
    )
    assert {name: reasons[name] for name in wrong} == {name: reason for name, (_, reason) in wrong.items()}
    listed = spoilt.warehouse(f"select reject_reason from quality.rejects where raw_table = '{table}'")
    assert {reason for _, reason in wrong.values()} <= {reason for (reason,) in listed}


def test_a_touchpoint_that_is_delivered_twice_counts_once(spoilt):
    statuses = "select row_status from staging.stg_files__touchpoints where touchpoint_id = 'met_strangers' order by 1"
    assert spoilt.warehouse(statuses) == [("accepted",), ("duplicate",)]
    counted = "select is_counted from core.fct_touchpoints where touchpoint_id = 'met_strangers'"
    assert spoilt.warehouse(counted) == [(True,)]


def test_a_touchpoint_of_an_unknown_customer_is_kept_under_its_own_unmatched_customer(spoilt):
    rows = spoilt.warehouse(
        """select customers.anchor_id, customers.is_unmatched from core.fct_touchpoints as touchpoints
        inner join core.dim_customers as customers on touchpoints.customer_id = customers.customer_id
        where touchpoint_id = 'afar'"""
    )
    assert rows == [("nowhere", True)]


def test_contacts_that_no_system_knows_are_kept_apart_and_are_nobodys_stakeholders(spoilt):
    rows = spoilt.warehouse(
        """select count(*), count(distinct contact_id), sum(is_contact_known::int), sum(is_engagement::int)
        from core.fct_touchpoint_contacts where touchpoint_id = 'met_strangers'"""
    )
    assert rows == [(STRANGERS, STRANGERS, 0, STRANGERS)]
    stakeholders = spoilt.warehouse(
        """select count(*) from core.fct_stakeholder_months where contact_id in (
        select contact_id from core.fct_touchpoint_contacts where not is_contact_known)"""
    )
    assert stakeholders == [(0,)]


def failing_keys(build: Build, rule: str) -> tuple[int, list[dict]]:
    ((count, keys),) = build.warehouse(
        f"select failing_count, failing_keys from history.gate_core where rule = '{rule}'"
    )
    return count, json.loads(keys or "[]")


def test_unknown_contacts_beyond_the_budget_are_named(spoilt):
    count, keys = failing_keys(spoilt, "contacts_who_are_met_are_known")
    # The simulated files know one such contact themselves.
    assert count == STRANGERS + 1
    assert "met_strangers" in {key["touchpoint_id"] for key in keys}


def test_links_to_touchpoints_that_are_not_there_are_named(spoilt):
    count, keys = failing_keys(spoilt, "contacts_stand_in_touchpoints_that_are_there")
    assert count == LOST + 1
    assert {key["touchpoint_id"] for key in keys} <= {f"lost_{n}" for n in range(LOST)} | {"tp_lost"}


def test_a_deal_in_a_currency_without_a_rate_is_named(spoilt):
    count, (key,) = failing_keys(spoilt, "won_amounts_have_a_rate")
    assert (count, key["opportunity_id"]) == (1, "pesos")


def test_a_closed_gate_publishes_nothing(spoilt):
    assert spoilt.code != 0
    assert spoilt.status["state"] == "failed"
    assert not spoilt.published_file.exists()
