"""The dashboard in a real browser: it draws without an error or a request, says what is published, and names are text, whatever they are."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import chromium
import dashboard
import duckdb
import pytest
from conftest import Build

HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=2</script>",
    "<!--<script>",
    "${window.hacked=3}",
    "Zoë & \u2028 Søn \"quoted\" 'single' \\u003c",
    "=cmd|' /C calc'!A0",
)
NOTHING = "\u2013"
# Customers of the last month beside those: more than the page shows at first.
COPIES = 120
READY = "document.documentElement?.dataset.ready"


@pytest.fixture(scope="module")
def published(published_company: Build, tmp_path_factory) -> Path:
    """The company of eight with many more customers, some of them with names that would break a careless page."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(published_company.published_file, folder)
    with duckdb.connect(str(folder / "customer_success.duckdb")) as file:
        newest = "month_start = (select max(month_start) from customer_360)"
        ids = file.execute(f"select customer_id from customer_360 where {newest} order by customer_id").fetchall()
        assert len(ids) >= len(HOSTILE)
        for (customer_id,), name in zip(ids, HOSTILE, strict=False):
            file.execute(
                "update customer_360 set name = $1, plan_id = $1, csm_name = $1 where customer_id = $2",
                [name, customer_id],
            )
        file.execute(
            f"""insert into customer_360
            select * exclude (n) replace ('copy ' || n as customer_id, 'Copy ' || n as name, null as plan_id, null as csm_name)
            from customer_360 cross join range({COPIES}) as copies(n) where {newest} and customer_id = ?""",
            [ids[-1][0]],
        )
        file.execute(
            "update kpi_values set segment = ? where segment_type = 'plan' and segment = 'Basic'", [HOSTILE[0]]
        )
        (changed,) = file.execute("select count(*) from kpi_values where segment = ?", [HOSTILE[0]]).fetchone()
        assert changed
        file.execute(
            "update customer_health set moved_in_words = $1 || '; ' || $2, override_score = 20, override_set_by = $1, override_until = null",
            HOSTILE[:2],
        )
        for place, ((customer_id,), name) in enumerate(zip(ids, HOSTILE, strict=False)):
            file.execute(
                """insert into playbook_actions by name
                select 'hostile ' || $1 as action_id, 'open' as state, true as is_live, 'high' as severity, 1000 + $1 as priority,
                    'risk' as kind, 'hostile' as playbook_id, $2 as playbook_name, $2 as action, $3 as customer_id,
                    $2 as customer_name, 'csm' as owner_role, 'ann' as owner_id, $2 as owner_name, $2 as evidence, 'call' as channel,
                    date '2026-01-05' as due_on, false as is_overdue""",
                [place, name, customer_id],
            )
            file.execute(
                """insert into renewal_book by name
                select 'crm' as source_system, 'hostile ' || $1 as contract_id, $3 as customer_id, $2 as customer_name, $2 as csm_name,
                    date '2026-02-01' + $1::int as renewal_on, 30 as days_to_renewal, 100 * $1 as arr_amount, 'late' as risk, $2 as reasons""",
                [place, name, customer_id],
            )
        file.execute(
            """insert into playbook_effects by name
            select kpi_id, name as kpi_name, 'training' as playbook_id, 50 as plays, 40 as treated_customers, 30 as matched_customers,
                90 as untreated_customers, 0.5 as treated_out_share, 0.2 as effect, 0.081 as effect_low, 0.319 as effect_high,
                case sort_order when 1 then 'too few' end as warning, case sort_order when 1 then 'cannot tell' else 'works' end as verdict
            from kpi_catalog where sort_order <= 2"""
        )
        file.execute(
            f"""insert into playbook_actions by name
            select * exclude (n) replace ('more ' || n as action_id, 'digital' as owner_name, 2000 + n as priority, 'snoozed' as state)
            from playbook_actions cross join range({COPIES}) as copies(n) where action_id = 'hostile 0'"""
        )
    return folder


@pytest.fixture(scope="module")
def html(published, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    assert dashboard.main(["--published", str(published), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module", params=[1400, 390], ids=["desk", "phone"])
def page(request, html, tmp_path_factory) -> Iterator[chromium.Page]:
    """The page with all of its charts drawn."""
    if not chromium.CHROMIUM:
        assert not os.environ.get("CI"), "CI installs chromium"
        pytest.skip("chromium is not installed")
    with chromium.Page(tmp_path_factory.mktemp("profile"), request.param) as page:
        page.open(html, READY)
        page.run("window.print = () => { window.printed = true; }; document.getElementById('print').click()")
        page.wait("window.printed", seconds=300)
        yield page


def names(page: chromium.Page, table: str) -> list[str]:
    return page.run(
        f"[...document.querySelectorAll('#{table} tbody tr:not(.theme-row)')].map((row) => row.cells[0].firstChild.textContent)"
    )


def type_into(page: chromium.Page, field: str, text: str) -> None:
    page.run(f"document.getElementById('{field}').value = ''; document.getElementById('{field}').focus()")
    page.type(text or " ")


def show_all_customers(page: chromium.Page) -> list[str]:
    """Pages on until every customer is listed; returns their names."""
    type_into(page, "find-customer", "")
    while page.run("!document.getElementById('more-customers').hidden"):
        page.run("document.getElementById('more-customers').click()")
    return names(page, "customer-list")


def rows_of(published: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(published / "customer_success.duckdb"), read_only=True) as file:
        return file.execute(sql).fetchall()


def test_every_kpi_has_a_row_and_a_section_and_every_one_with_values_a_chart(page, published):
    kpis = {kpi_id for (kpi_id,) in rows_of(published, "select kpi_id from kpi_catalog")}
    valued = rows_of(
        published,
        "select distinct kpi_id from kpi_values where segment_type = 'all' and breakdown = 'all' and value is not null",
    )
    type_into(page, "find-kpi", "")
    assert len(names(page, "scores")) == len(kpis)
    ids = page.run("[...document.querySelectorAll('article.kpi')].map((article) => article.id)")
    assert sorted(ids) == sorted(f"kpi-{kpi_id}" for kpi_id in kpis)
    drawn = page.run(
        "[...document.querySelectorAll('article.kpi')].filter((article) => article.querySelector('svg.marks')).map((article) => article.id)"
    )
    assert sorted(drawn) == sorted(f"kpi-{kpi_id}" for (kpi_id,) in valued)


def test_the_numbers_are_the_published_ones(page, published):
    page.run("document.querySelector('#kpi-customer_churn_rate details').open = true")
    page.wait("document.querySelector('#kpi-customer_churn_rate details table')")
    shown = page.run(
        """[...document.querySelector('#kpi-customer_churn_rate details table').tBodies[0].rows]
        .map((row) => [...row.cells].slice(1, 5).map((cell) => cell.textContent))"""
    )
    expected = rows_of(
        published,
        """select value, numerator, denominator, sample_size from kpi_values
        where kpi_id = 'customer_churn_rate' and segment_type = 'all' and breakdown = 'all' order by period_start desc""",
    )
    assert len(shown) == len(expected)
    for texts, (value, *counts) in zip(shown, expected, strict=True):
        assert texts[1:] == [NOTHING if count is None else f"{int(count):,}" for count in counts]
        assert texts[0] == (NOTHING if value is None else f"{round(100 * value, 1):g} %")


def test_names_are_shown_as_they_are_and_run_nothing(page):
    assert set(HOSTILE) <= set(show_all_customers(page))
    for at in range(len(HOSTILE)):
        page.run(
            f"[...document.querySelectorAll('#customer-list tbody button')].find((one) => one.textContent === {json.dumps(HOSTILE[at])}).click()"
        )
        page.wait(f"document.getElementById('customer-name')?.textContent === {json.dumps(HOSTILE[at])}")
        page.wait("document.querySelector('#customer svg.marks')")
        page.press("Escape")
        page.wait("!document.getElementById('customer').open")
    assert page.run("document.querySelectorAll('main img, dialog img, main script').length") == 0
    by_plan = page.run(
        """(() => { const pick = document.querySelector('#kpi-customer_churn_rate select');
        pick.value = 'plan'; pick.dispatchEvent(new Event('change'));
        return [...document.querySelectorAll('#kpi-customer_churn_rate .beside option')].map((one) => one.textContent); })()"""
    )
    assert HOSTILE[0] in by_plan
    assert page.run("window.hacked ?? null") is None
    assert page.dialogs == []


def test_search_finds_customers_and_kpis(page):
    type_into(page, "find-customer", "ONERROR")
    assert names(page, "customer-list") == [HOSTILE[0]]
    type_into(page, "find-customer", "nobody is called that")
    assert names(page, "customer-list") == []
    assert page.run("document.getElementById('customer-count').textContent").startswith("0 of 0 found")
    type_into(page, "find-kpi", "leaving customers")
    assert names(page, "scores") == ["Customer churn rate"]
    type_into(page, "find-kpi", "")


def test_no_customer_is_lost_between_the_pages(page, published):
    type_into(page, "find-customer", "")
    first = len(names(page, "customer-list"))
    listed = show_all_customers(page)
    expected = rows_of(
        published,
        "select coalesce(name, customer_id) from customer_360 where month_start = (select max(month_start) from customer_360)",
    )
    assert first < len(listed)
    assert sorted(listed) == sorted(name for (name,) in expected)


def test_chips_pick_what_they_say(page, published):
    type_into(page, "find-kpi", "")
    for chip, condition in {
        "bad": "band = 'bad'",
        "act": "next_action is not null",
        "blank": "value is null",
        "all": "true",
    }.items():
        page.run(f"document.querySelector('.chip.{chip}').click()")
        found = rows_of(published, f"select name from kpi_scorecard where {condition}")
        assert sorted(names(page, "scores")) == sorted(name for (name,) in found)


def chosen(page: chromium.Page, field: str, value: str) -> None:
    page.run(
        f"(() => {{ const one = document.getElementById('{field}'); one.value = '{value}'; one.dispatchEvent(new Event('input')); }})()"
    )


def cells(page: chromium.Page, part: str, column: int) -> list[str]:
    return page.run(
        f"[...document.querySelectorAll('#{part} tbody tr')].map((row) => (row.cells[{column}].querySelector('strong, button') ?? row.cells[{column}].firstChild).textContent)"
    )


def listed_actions(page: chromium.Page) -> list[str]:
    while page.run("!document.getElementById('more-actions').hidden"):
        page.run("document.getElementById('more-actions').click()")
    return cells(page, "action-list", 0)


def test_actions_are_those_of_the_queue_and_of_who_is_asked_for(page, published):
    type_into(page, "find-action", "")
    for state in ("snoozed", "open"):
        chosen(page, "pick-action-state", state)
        expected = rows_of(published, f"select playbook_name from playbook_actions where is_live and state = '{state}'")
        assert sorted(listed_actions(page)) == sorted(name for (name,) in expected)
        assert len(expected) >= len(HOSTILE)
    for name in HOSTILE:
        page.run(
            f"[...document.querySelectorAll('#owners button')].find((one) => one.dataset.owner === {json.dumps(name)}).click()"
        )
        assert listed_actions(page) == [name]
        assert cells(page, "action-list", 1) == [name]
    page.run("document.querySelector('#owners button').click()")
    type_into(page, "find-action", "onerror")
    assert cells(page, "action-list", 1) == [HOSTILE[0]]
    type_into(page, "find-action", "")


def test_what_plays_did_is_shown_with_its_interval_and_its_warning(page, published):
    names = [name for (name,) in rows_of(published, "select kpi_name from playbook_effects order by kpi_id")]
    assert len(names) == 2
    assert cells(page, "effects", 0) == names
    assert cells(page, "effects", 6) == ["8.1 % to 31.9 %"] * 2
    assert sorted(cells(page, "effects", 7)) == ["cannot tell", "works"]
    assert "too few" in page.run("document.getElementById('effects').textContent")


def test_renewals_are_those_of_the_book(page, published):
    for risk in ("late", ""):
        chosen(page, "pick-risk", risk)
        expected = rows_of(
            published,
            f"select coalesce(customer_name, customer_id), arr_amount from renewal_book where '{risk}' in ('', risk) order by renewal_on, arr_amount desc, contract_id",
        )
        assert cells(page, "renewal-list", 0) == [name for name, _ in expected]
        assert page.run("document.getElementById('renewal-count').textContent").startswith(f"{len(expected)} of ")
    assert set(HOSTILE) <= set(cells(page, "renewal-list", 0))


def test_the_journey_has_every_stage_with_its_customers(page, published):
    expected = rows_of(
        published,
        "select stage, customers from journey_map where month_start = (select max(month_start) from journey_map) order by stage_order",
    )
    shown = page.run(
        "[...document.querySelectorAll('#stages .stage')].map((one) => [one.querySelector('h3').textContent, Number(one.querySelector('.value').firstChild.textContent)])"
    )
    assert shown == [list(row) for row in expected]
    assert len(shown) == 6


def test_a_customer_shows_what_its_health_is_made_of_and_what_is_to_be_done(page, published):
    ((customer_id, measures),) = rows_of(
        published,
        """select customer_id, count(score) from health_contributions
        where period_grain = 'month' and period_start = (select max(month_start) from customer_360) and customer_id in (select customer_id from playbook_actions where state = 'open')
        group by customer_id order by count(score) desc, customer_id limit 1""",
    )
    open_actions = rows_of(
        published, f"select count(*) from playbook_actions where state = 'open' and customer_id = '{customer_id}'"
    )
    forecasts = rows_of(
        published,
        f"select count(*) from customer_forecasts where customer_id = '{customer_id}' and horizon_days = if(target = 'renewal', 180, 90)",
    )
    assert measures > 0
    page.run(f"location.hash = 'customer-{customer_id}'")
    page.wait("document.getElementById('customer').open")
    parts = page.run(
        "[...document.querySelectorAll('#customer details:not(.today)')].map((one) => one.querySelectorAll('tbody tr').length)"
    )
    assert parts == [rows for rows in (measures, forecasts[0][0], open_actions[0][0]) if rows]
    assert forecasts[0][0] > 0
    page.press("Escape")
    page.wait("!document.getElementById('customer').open")


def test_a_customer_shows_its_health_today_and_what_moved_it(page, published):
    (customer_id, score) = rows_of(
        published,
        """select customer_id, score from customer_health
        where customer_id in (select customer_id from customer_360 where month_start = (select max(month_start) from customer_360))
        order by score is null, customer_id limit 1""",
    )[0]
    page.run(f"location.hash = 'customer-{customer_id}'")
    page.wait("document.querySelector('#customer[open] .today')")
    moves = page.run("[...document.querySelectorAll('#customer .today li')].map((one) => one.textContent)")
    assert moves == list(HOSTILE[:2])
    facts = page.run("[...document.querySelectorAll('#customer .today dd')].map((one) => one.textContent)")
    assert facts[-1] == f"20 by {HOSTILE[0]}, without an end"
    assert score is None or abs(float(facts[0].split()[-1]) - float(score)) < 0.06
    page.press("Escape")
    page.wait("!document.getElementById('customer').open")


def test_a_segment_is_drawn_beside_the_company(page):
    lines = "document.querySelectorAll('#kpi-mrr_movements .mark-line path').length"
    alone = page.run(lines)
    page.run(
        """(() => { const [pick, beside] = document.querySelectorAll('#kpi-mrr_movements select');
        pick.value = 'segment'; pick.dispatchEvent(new Event('change'));
        beside.selectedIndex = 1; beside.dispatchEvent(new Event('change')); })()"""
    )
    page.wait(f"{lines} > {alone}")


def test_a_keyboard_reaches_the_content_and_opens_and_closes_a_customer(page):
    page.run("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    page.press("Tab")
    assert page.run("document.activeElement.className") == "skip"
    type_into(page, "find-customer", "onerror")
    page.run("document.querySelector('#customer-list tbody button').focus()")
    page.press("Enter")
    page.wait("document.getElementById('customer').open")
    assert page.run("document.getElementById('customer').contains(document.activeElement)")
    page.press("Escape")
    page.wait("!document.getElementById('customer').open")
    assert page.run("document.activeElement.textContent") == HOSTILE[0]


def test_a_screen_reader_finds_names_for_all(page):
    assert (
        page.run("[...document.querySelectorAll('[role=img]')].filter((one) => !one.getAttribute('aria-label')).length")
        == 0
    )
    assert (
        page.run(
            "[...document.querySelectorAll('input, select')].filter((one) => !one.labels.length && !one.getAttribute('aria-label')).length"
        )
        == 0
    )
    assert (
        page.run(
            "(() => { const ids = [...document.querySelectorAll('main [id], dialog[id]')].map((one) => one.id).filter((id) => !id.startsWith('clip') && !id.startsWith('gradient')); return ids.length - new Set(ids).size; })()"
        )
        == 0
    )


def test_the_page_is_no_wider_than_the_screen(page):
    assert page.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_it_says_nothing_on_the_console_and_asks_the_network_for_nothing(page):
    """Last, so that all of the above has happened."""
    assert page.console == []
    assert page.requests == []


def test_whoever_prints_before_all_charts_are_drawn_sees_a_line_for_each(html, tmp_path):
    if not chromium.CHROMIUM:
        pytest.skip("chromium is not installed")
    with chromium.Page(tmp_path / "profile") as page:
        page.open(html, READY)
        page.run("dispatchEvent(new Event('beforeprint'))")
        charts = "[...document.querySelectorAll('article.kpi .grid > .chart')]"
        assert page.run(f"{charts}.length") > 0
        assert page.run(f"{charts}.filter((chart) => !chart.querySelector('svg')).length") == 0


def test_scripts_that_are_not_the_pages_own_are_refused(html, tmp_path):
    """The second line of defence: even what was put in as HTML would not run."""
    if not chromium.CHROMIUM:
        pytest.skip("chromium is not installed")
    with chromium.Page(tmp_path / "profile") as page:
        page.open(html, READY)
        page.run("document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"window.hacked=1\">')")
        page.run(
            "const one = document.createElement('script'); one.textContent = 'window.hacked=2'; document.body.append(one)"
        )
        page.wait("document.querySelector('body > img').complete")
        assert page.run("window.hacked ?? null") is None
        assert any("Content Security Policy" in said for said in page.console)


def test_no_customer_can_end_the_element_that_the_data_lies_in(html):
    embedded = re.search(r'<script type="application/json" id="data">(.*?)</script>', html.read_text("utf-8"))[1]
    assert "<" not in embedded
    assert set(HOSTILE) <= set(json.loads(embedded)["customers"]["columns"]["name"])


def test_what_is_not_published_is_named(tmp_path):
    with pytest.raises(SystemExit, match="make build first"):
        dashboard.main(["--published", str(tmp_path)])
