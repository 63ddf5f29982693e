"""Bad rows of journeys and success plans are kept with their reasons and change nothing; what no row can tell is a rule that names it."""

from __future__ import annotations

from pathlib import Path

import company
import pytest
import yaml
from conftest import ROOT, WHOLE, Build

SOURCES = "ravenstack files"
UPSTREAM = ("--indirect-selection", "cautious", "-s", "+path:models/core/success", "+rejects")

FILES = {
    "stage_history": """\
customer_id,stage,entered_at
A1,Onboarding,2024-01-10 09:00:00
A1,adoption,2024-03-01 09:00:00
A1,adoption,2024-03-01 09:00:00
A1,value,31/02/2024
A1,,2024-04-01 09:00:00
A2,go live,2024-04-01 09:00:00
""",
    "milestones": """\
milestone_id,customer_id,stage,original_due_at,due_at,achieved_at,is_go_live,is_value,owner_side,barrier,status
M1,A1,onboarding,2024-02-09,2024-02-29,2024-02-20 10:00:00,true,false,customer,priorities,achieved
M2,A1,adoption,,2024-03-31,2024-03-31 23:00:00,false,true,vendor,,
M3,A9,adoption,2024-03-31,2024-03-31,,false,false,vendor,,planned
B1,A1,adoption,2024-03-31,next quarter,,false,false,vendor,,planned
B2,A1,adoption,2024-03-31,2024-03-31,,false,false,partner,,planned
B3,A1,adoption,2024-03-31,2024-03-31,,false,false,vendor,,nearly done
B4,A1,adoption,2024-03-31,2024-03-31,,false,false,vendor,,achieved
B5,A1,adoption,2024-03-31,2024-03-31,2024-03-20,false,false,vendor,,cancelled
""",
    "outcomes": """\
outcome_id,customer_id,type,target,actual,is_lower_better,target_date,verified_at,annual_benefit,internal_cost,currency,status
O1,A1,cost_saving,100,120,,2024-06-30,2024-07-30 12:00:00,5000,100,,achieved
O2,A1,handling_minutes,12,10,true,2024-06-30,2024-07-31 00:00:00,,,USD,achieved
B1,A1,cost_saving,100,120,,2024-06-30,,about 5000,,USD,open
B2,A1,cost_saving,100,120,,2024-06-30,,5000,-1,USD,open
B3,A1,cost_saving,100,120,,2024-06-30,,5000,,USD,in doubt
B4,A1,cost_saving,100,,,2024-06-30,2024-07-01,5000,,USD,open
B5,A1,cost_saving,,120,,2024-06-30,,5000,,USD,open
""",
    "plays": """\
play_id,customer_id,kpi_id,trigger_ref,opened_at,due_at,closed_at,result
P1,A1,active_users,2024-03-01,2024-04-02 09:00:00,2024-04-16,2024-04-16 18:00:00,resolved
P2,A1,active_users,2024-04-01,2024-05-02 09:00:00,2024-05-16,,
B1,A1,active_users,2024-03-01,2024-04-02 09:00:00,2024-04-16,2024-04-01 18:00:00,resolved
B2,A1,active_users,2024-03-01,2024-04-02 09:00:00,2024-04-16,,resolved
B3,A1,active_users,2024-03-01,2024-04-02 09:00:00,2024-04-16,2024-04-10 18:00:00,it helped
B4,A1,,2024-03-01,2024-04-02 09:00:00,2024-04-16,,
""",
    "health_overrides": """\
customer_id,score,reason,set_by,valid_from,valid_to
A1,40,The sponsor is leaving,csm-7,2024-02-10 08:00:00,2024-04-01 00:00:00
A1,400,,csm-7,2024-02-11 08:00:00,
A1,-1,,csm-7,2024-02-12 08:00:00,
A1,50,,csm-7,2024-02-13 08:00:00,2024-02-12 08:00:00
A1,low,,csm-7,2024-02-14 08:00:00,
""",
}
# (table, text in the raw record): why it was rejected
REASONS = {
    (
        "stage_history",
        "entered_at=31/02/2024",
    ): "entered_at is not a timestamp: write 2026-01-31, since day and month could change places",
    ("stage_history", "stage= |"): "stage is missing",
    ("milestones", "milestone_id=B1"): "due_on is not a date: write 2026-01-31",
    ("milestones", "milestone_id=B2"): "owner_side is unknown",
    ("milestones", "milestone_id=B3"): "status is unknown",
    ("milestones", "milestone_id=B4"): "achieved without a date",
    ("milestones", "milestone_id=B5"): "cancelled and achieved",
    ("outcomes", "outcome_id=B1"): "annual_benefit_amount is not a decimal(28, 6): write 1234.56",
    ("outcomes", "outcome_id=B2"): "amount is negative",
    ("outcomes", "outcome_id=B3"): "status is unknown",
    ("outcomes", "outcome_id=B4"): "verified without an actual",
    ("outcomes", "outcome_id=B5"): "target_value is missing",
    ("plays", "play_id=B1"): "closed before it was opened",
    ("plays", "play_id=B2"): "result of a play that is not closed",
    ("plays", "play_id=B3"): "result is unknown",
    ("plays", "play_id=B4"): "kpi_id is missing",
    ("health_overrides", "score=400 |"): "score is not between 0 and 100",
    ("health_overrides", "score=-1 |"): "score is not between 0 and 100",
    ("health_overrides", "valid_from=2024-02-13"): "valid_to is before valid_from",
    ("health_overrides", "score=low"): "score is not a decimal(28, 6): write 1234.56",
}
CHF = FILES["outcomes"] + "O3,A1,cost_saving,100,120,,2024-06-30,,5000,,CHF,open\n"
UNKNOWN_STAGES = FILES["stage_history"] + "".join(f"A2,golive,2024-05-0{n} 09:00:00\n" for n in range(1, 4))


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    """Lands the company and these files, some of them replaced; returns the RAW_DIR."""

    def land(**replaced: str) -> Path:
        folder = tmp_path_factory.mktemp("landing")
        tables = {f"files/{name}.csv": text for name, text in (FILES | replaced).items()}
        for name, text in tables.items() | {(f"ravenstack/{name}", text) for name, text in company.RAW.items()}:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return land


@pytest.fixture(scope="module")
def bad_rows(dbt, landing) -> Build:
    build = dbt(*WHOLE, *UPSTREAM, raw=landing(), SOURCES=SOURCES)
    assert build.code == 0, build.output
    return build


@pytest.mark.parametrize(("table", "mark"), REASONS, ids=lambda text: text)
def test_a_bad_row_is_rejected_with_its_reason(bad_rows, table, mark):
    rows = bad_rows.warehouse(
        f"""select source_name, reject_reason, parse_filename(raw_file) from quality.rejects
        where raw_table = '{table}' and contains(raw_record || ' |', '{mark}')"""
    )
    assert rows == [("files", REASONS[table, mark], f"{table}.csv")]


def test_no_other_row_is_rejected(bad_rows):
    assert bad_rows.warehouse("select count(*) from quality.rejects") == [(len(REASONS),)]


def test_journeys_are_made_of_the_good_entries(bad_rows):
    rows = bad_rows.warehouse(
        "select stage, cast(entered_at as date)::text, dwell_days from core.fct_stage_spells order by 2"
    )
    assert rows == [("onboarding", "2024-01-10", 51), ("adoption", "2024-03-01", None)]


def test_milestones_are_judged_by_their_first_date_from_the_first_term_on(bad_rows):
    """A1 pays from 10 January 2024, month by month, so its clock starts then."""
    rows = bad_rows.warehouse(
        """select milestone_id, original_due_on::text, is_on_time, is_on_present_time, days_from_clock
        from core.fct_milestones order by 1"""
    )
    assert rows == [
        ("M1", "2024-02-09", False, True, 41),
        ("M2", "2024-03-31", True, True, 81),
        ("M3", "2024-03-31", False, False, None),
    ]


def test_a_milestone_of_an_unknown_customer_is_kept_under_its_own(bad_rows):
    rows = bad_rows.warehouse(
        """select customers.anchor_system, customers.anchor_id, customers.is_unmatched
        from core.fct_milestones as milestones
        inner join core.dim_customers as customers on milestones.customer_id = customers.customer_id
        where milestones.milestone_id = 'M3'"""
    )
    assert rows == [("files", "A9", True)]


def test_outcomes_plays_and_overrides_are_those_of_the_good_rows(bad_rows):
    outcomes = bad_rows.warehouse(
        "select outcome_id, is_achieved, annual_benefit_amount::int, internal_cost_amount::int from core.fct_outcomes order by 1"
    )
    assert outcomes == [("O1", True, 5000, 100), ("O2", False, None, None)]
    plays = bad_rows.warehouse(
        "select play_id, is_closed_by_due, effect_month_start::text from core.fct_plays order by 1"
    )
    assert plays == [("P1", True, "2024-04-01"), ("P2", False, None)]
    overrides = bad_rows.warehouse(
        "select period_start::text, score::int from core.fct_health_override_periods where period_grain = 'month' order by 1"
    )
    assert overrides == [("2024-02-01", 40), ("2024-03-01", 40)]


def test_a_currency_without_a_rate_is_one_rule_that_names_the_outcome(dbt, landing, bad_rows):
    build = dbt(
        *WHOLE, "--store-failures", "-s", "stg_files__outcomes", "union_outcomes", "fct_outcomes",
        after=bad_rows, raw=landing(outcomes=CHF), SOURCES=SOURCES,
    )  # fmt: skip
    assert build.code != 0
    assert "fct_outcomes_rules" in build.output
    failures = build.warehouse("select schema_name from duckdb_tables() where table_name = 'fct_outcomes_rules'")
    rows = build.warehouse(f"select rule, row_key from {failures[0][0]}.fct_outcomes_rules")
    assert rows == [("currency_has_a_rate_in_fx_rates", "files | O3")]


def test_entries_into_stages_that_nobody_described_are_a_broken_rule_that_names_them(dbt, landing, bad_rows):
    suite = yaml.safe_load((ROOT / "expectations" / "core" / "union_stage_history.yml").read_text(encoding="utf-8"))
    (rule,) = suite["rules"]
    sql = f"select stage, entries, customer_id from ({rule['with']['sql'].format(batch=suite['table'])}) order by 1"
    assert bad_rows.warehouse(sql) == []  # one of three: a few are left out and counted
    selection = ("-s", "stg_files__stage_history", "union_stage_history")
    build = dbt(*WHOLE, *selection, after=bad_rows, raw=landing(stage_history=UNKNOWN_STAGES), SOURCES=SOURCES)
    assert build.code == 0, build.output
    assert build.warehouse(sql) == [("go live", 1, "A2"), ("golive", 3, "A2")]
    assert rule["severity"] == "critical"
