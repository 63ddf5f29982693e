"""What the guards saw, from build to build and in a real browser: what fails since when, and that it is closed once the source is mended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import chromium
import company
import pytest
import quality_report
from conftest import WHOLE, Build

HOSTILE = "<img src=x onerror=window.hacked=1></script><script>window.hacked=2</script>"
BAD_ROWS = "".join(f"S8{n},A1,2024-02-01,,{HOSTILE},5,minus {n},0,False,monthly\n" for n in range(6))
RULE = "staging_counts.rejects_stay_within_budget"
GATE = ("build", "-s", "+gate_staging", "--indirect-selection=cautious", "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="module")
def failing(dbt, published_company) -> Build:
    """Two builds in a row that the gate of staging holds."""
    raw = company.RAW | {"ravenstack_subscriptions.csv": company.SUBSCRIPTIONS + BAD_ROWS}
    first = dbt(*WHOLE, after=published_company, raw=raw)
    return dbt(*GATE, after=first, raw=raw)


@pytest.fixture(scope="module")
def mended(dbt, failing) -> Build:
    return dbt(*GATE, after=failing, raw=company.RAW)


def state(build: Build) -> dict:
    names = (
        "status",
        "severity",
        "failing_since",
        "failing_judgements",
        "first_failed_at",
        "failed_judgements",
        "judgements",
    )
    (row,) = build.warehouse(
        f"select {', '.join(names)} from quality.rule_states where kind = 'expectation' and rule = '{RULE}'"
    )
    return dict(zip(names, row, strict=True))


def test_a_rule_fails_since_the_first_build_that_it_held(failing, published_company):
    known = state(failing)
    assert (known["status"], known["severity"]) == ("failed", "critical")
    assert (known["failing_judgements"], known["failed_judgements"], known["judgements"]) == (2, 2, 3)
    ((first,),) = failing.warehouse(
        f"select min(judged_at) from history.gate_staging where suite || '.' || rule = '{RULE}' and status = 'failed'"
    )
    assert known["failing_since"] == known["first_failed_at"] == first
    assert state(published_company)["failing_since"] is None


def test_a_rule_that_passes_again_is_closed_and_its_failures_stay_on_record(mended):
    known = state(mended)
    assert (known["status"], known["failing_since"], known["failing_judgements"]) == ("passed", None, 0)
    assert known["first_failed_at"] is not None
    assert (known["failed_judgements"], known["judgements"]) == (2, 4)


def test_a_failing_test_of_dbt_is_on_record_with_its_table_owner_and_rows(failing):
    (row,) = failing.warehouse(
        """select layer, table_name, owner, failures, failing_keys from history.dbt_results
        where node like '%gate_staging_is_open%' and status = 'fail' order by finished_at limit 1"""
    )
    assert row[:4] == ("quality", "history.gate_staging", "data_platform", 1)
    (key,) = json.loads(row[4])
    assert key["rule"] == "rejects_stay_within_budget"


def test_every_rule_of_a_whole_build_names_its_layer_and_table_and_who_answers_for_it(published_company):
    assert (
        published_company.warehouse(
            "select kind, rule from quality.rule_states where layer is null or table_name is null or owner is null"
        )
        == []
    )


@pytest.fixture(scope="module", params=[1400, 390], ids=["desk", "phone"])
def page(request, failing, tmp_path_factory) -> Iterator[chromium.Page]:
    if not chromium.CHROMIUM:
        assert not os.environ.get("CI"), "CI installs chromium"
        pytest.skip("chromium is not installed")
    out: Path = tmp_path_factory.mktemp("report") / "quality.html"
    assert quality_report.main(["--warehouse", str(failing.warehouse_file.parent), "--out", str(out)]) == 0
    with chromium.Page(tmp_path_factory.mktemp("profile"), request.param) as page:
        page.open(out, "document.documentElement?.dataset.ready")
        yield page


def text(page: chromium.Page, element: str) -> str:
    return page.run(f"document.getElementById('{element}').textContent")


def test_the_page_says_in_words_what_holds_the_numbers_back_and_since_when(page, failing):
    card = text(page, "now-list")
    assert "rejects stay within budget fails" in card
    assert "staging" in card and "critical" in card
    assert f"since {state(failing)['failing_since']:%Y-%m-%d %H:%M:%S}" in card
    assert "2 judgements in a row" in card
    assert "What to do first:" in card and "owner: data platform" in card


def test_the_page_counts_rejects_and_shows_each_with_its_raw_text(page):
    assert text(page, "reject-lead").startswith("6 rows of the last build broke a rule")
    rows = page.run("[...document.querySelectorAll('#reject-table tbody tr pre')].map((cell) => cell.textContent)")
    assert len(rows) == 6
    assert all(HOSTILE in row for row in rows)


def test_rules_can_be_searched(page):
    page.run("document.getElementById('find-rule').value = 'rejects budget'")
    page.run("document.getElementById('find-rule').dispatchEvent(new Event('input'))")
    assert text(page, "rule-count").startswith("1 of ")


def test_text_of_rows_is_shown_and_never_run_and_nothing_is_asked_of_the_network(page):
    assert page.run("window.hacked") is None
    assert page.run("document.querySelectorAll('main img, main script').length") == 0
    assert page.console == []
    assert page.requests == []


def test_the_page_is_no_wider_than_the_screen(page):
    assert page.run("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_a_build_there_is_a_message(tmp_path):
    with pytest.raises(SystemExit, match="make build first"):
        quality_report.main(["--warehouse", str(tmp_path)])
