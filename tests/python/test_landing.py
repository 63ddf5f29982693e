"""Raw files that cannot be read stop the build before any model runs, with every problem in one message."""

from __future__ import annotations

import company
import pytest
from conftest import WHOLE, Build
from quality.dbt_plugin import mixes_line_ends

LINES = company.SUBSCRIPTIONS.splitlines(keepends=True)
TOO_LONG = LINES[9].replace(",monthly", ",monthly,1")
RAGGED = "".join([*LINES[:3], "S90,A1,2024-02-01\n", *LINES[3:9], TOO_LONG, *LINES[10:]])
WITHOUT_PRICES = "".join(",".join([*(cells := line.split(","))[:6], *cells[7:]]) for line in LINES)
NOT_UTF_8 = company.ACCOUNTS.encode().replace(b"Cedar", b"C\xe9dar")
RENAMED = company.CHURN_EVENTS.replace("churn_date", "date_of_churn")

FAULTY = {
    "ravenstack_subscriptions/2024.csv": WITHOUT_PRICES,
    "ravenstack_accounts.csv": NOT_UTF_8,
    "ravenstack_churn_events.csv": RENAMED,
}


@pytest.fixture(scope="module")
def faulty(dbt, published_company) -> Build:
    return dbt(*WHOLE, after=published_company, raw=FAULTY)


@pytest.fixture(scope="module")
def ragged_and_missing(dbt, published_company) -> Build:
    return dbt(*WHOLE, after=published_company, raw={"ravenstack_subscriptions.csv": RAGGED})


def problems(build: Build) -> list[str]:
    """The problems of the one message that landing stops with."""
    (message,) = [rule["message"] for rule in build.status["failing_rules"]]
    return message.split("\n  - ")[1:]


def test_a_missing_column_is_named_with_its_file_and_what_the_file_has(faulty):
    (problem,) = [text for text in problems(faulty) if text.startswith("ravenstack.subscriptions: ")]
    assert "required column mrr_amount not in" in problem
    assert "ravenstack_subscriptions/" in problem
    assert "which has: subscription_id, account_id, start_date," in problem


def test_a_renamed_column_is_named_with_its_file_and_the_new_name(faulty):
    (problem,) = [text for text in problems(faulty) if text.startswith("ravenstack.churn_events: ")]
    assert "required column churn_date not in" in problem
    assert "ravenstack_churn_events.csv, which has: churn_event_id, account_id, date_of_churn, reason_code" in problem


def test_text_that_is_not_utf_8_is_named_with_its_file_and_line(faulty):
    (problem,) = [text for text in problems(faulty) if text.startswith("ravenstack.accounts: ")]
    assert "ravenstack_accounts.csv line 4: invalid encoding" in problem


def test_all_problems_are_in_one_message(faulty):
    assert len(problems(faulty)) == 3
    assert "Landing found 3 problem(s)" in faulty.output


def test_a_missing_file_is_named_with_where_it_was_expected(ragged_and_missing):
    (problem,) = [text for text in problems(ragged_and_missing) if text.startswith("ravenstack.accounts: ")]
    assert "no file. Expected" in problem
    assert "/ravenstack/ravenstack_accounts.parquet, .csv or .json" in problem


def test_ragged_lines_are_named_with_their_file_and_line(ragged_and_missing):
    short, long = [text for text in problems(ragged_and_missing) if text.startswith("ravenstack.subscriptions: ")]
    assert "ravenstack_subscriptions.csv line 4: missing columns (Expected Number of Columns: 10 Found: 3)" in short
    assert "ravenstack_subscriptions.csv line 11: too many columns (Expected Number of Columns: 10 Found: 11)" in long


@pytest.mark.parametrize("landing", ["faulty", "ragged_and_missing"])
def test_no_model_runs_and_nothing_is_published(request, published_company, landing):
    build = request.getfixturevalue(landing)
    assert build.code != 0
    assert " START sql " not in build.output and " START python " not in build.output
    assert build.published_bytes == published_company.published_bytes
    for schema in ("staging", "core", "marts", "quality"):
        assert build.contents(schema) == published_company.contents(schema), schema


@pytest.mark.parametrize("landing", ["faulty", "ragged_and_missing"])
def test_status_names_the_landing_rule_and_the_last_good_build(request, published_company, landing):
    status = request.getfixturevalue(landing).status
    good = published_company.status
    assert status["state"] == "failed"
    (rule,) = status["failing_rules"]
    assert (rule["layer"], rule["rule"]) == ("landing", "raw_files_are_readable")
    assert status["build_id"] != good["build_id"]
    assert status["last_good_build"] == good["last_good_build"]


def test_a_file_that_stops_the_reader_itself_leaves_no_green_status(dbt, published_company):
    raw = {name: text for name, text in company.RAW.items() if name != "ravenstack_accounts.csv"}
    build = dbt(*WHOLE, after=published_company, raw=raw | {"ravenstack_accounts.parquet": b"PAR1 broken inside PAR1"})
    assert build.code != 0
    assert "ravenstack_accounts.parquet" in build.output
    assert build.published_bytes == published_company.published_bytes
    assert build.status["state"] == "running"
    assert build.status["build_id"] != published_company.status["build_id"]
    assert build.status["last_good_build"] == published_company.status["last_good_build"]


def test_a_parquet_file_that_is_cut_short_is_named(dbt, published_company):
    raw = {name: text for name, text in company.RAW.items() if name != "ravenstack_accounts.csv"}
    build = dbt(*WHOLE, after=published_company, raw=raw | {"ravenstack_accounts.parquet": b"PAR1 cut short"})
    (problem,) = problems(build)
    assert problem.startswith("ravenstack.accounts: ")
    assert "ravenstack_accounts.parquet is cut short" in problem
    assert build.published_bytes == published_company.published_bytes


def test_wrong_quotes_mixed_line_ends_and_a_file_of_nothing_are_named(dbt, published_company):
    raw = company.RAW | {
        "ravenstack_accounts.csv": company.ACCOUNTS.replace("Cedar", '"Ce"dar'),
        "ravenstack_churn_events.csv": company.CHURN_EVENTS.replace("\n", "\r\n") + "C99,A1,2024-01-01\n",
        "ravenstack_subscriptions.csv": "",
    }
    build = dbt(*WHOLE, after=published_company, raw=raw)
    accounts, churn_events, subscriptions, *further = problems(build)
    assert "ravenstack_accounts.csv line" in accounts and "quote" in accounts
    assert "ravenstack_churn_events.csv ends some lines with CR LF and some with LF alone" in churn_events
    assert "ravenstack_subscriptions.csv is empty: it has no header" in subscriptions
    assert all("required column" in problem for problem in further)
    assert build.published_bytes == published_company.published_bytes


def test_line_ends_inside_quotes_are_text():
    assert mixes_line_ends(b"a,b\r\n1,2\n")
    assert not mixes_line_ends(b'a,b\r\n1,"two\nlines\nand ""more"""\r\n')
    assert not mixes_line_ends(b"a,b\n1,2\n")
    assert not mixes_line_ends(b"a,b\r\n1,2")


def test_a_dbt_run_that_landing_stops_leaves_status_alone(dbt, published_company):
    build = dbt("run", after=published_company, raw=FAULTY)
    assert build.code != 0
    assert "Landing found 3 problem(s)" in build.output
    assert build.status_bytes == published_company.status_bytes
    assert build.published_bytes == published_company.published_bytes


def test_files_of_one_table_may_differ_in_their_columns(dbt):
    header, *lines = company.RAW["ravenstack_subscriptions.csv"].splitlines()
    older = [f"{line}\n" for line in [header, *lines[:4]]]
    newer = [f"note,{header}\n", *(f"seen,{line}\n" for line in lines[4:])]
    raw = {name: text for name, text in company.RAW.items() if name != "ravenstack_subscriptions.csv"} | {
        "ravenstack_subscriptions/2023.csv": "".join(older),
        "ravenstack_subscriptions/2024.csv": "".join(newer),
    }
    build = dbt("run", "-s", "+stg_ravenstack__subscriptions", raw=raw)
    assert build.code == 0, build.output
    rows = build.warehouse(
        "select raw_file like '%2023.csv', count(*) from staging.stg_ravenstack__subscriptions group by 1"
    )
    assert dict(rows) == {True: 4, False: len(lines) - 4}
