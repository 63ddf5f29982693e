"""Each action comes up by its rule, and the queue remembers: over builds, improvements, restatements and edited rules."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from itertools import product
from pathlib import Path

import company
import duckdb
import pytest
from conftest import ROOT, WHOLE, Build

BANDS, SIGNALS = ("good", "watch", "bad"), ("adverse", "favourable", "changed", "steady")
STEP = 0.001


def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLAYBOOKS = {row["playbook_id"]: row for row in seed("playbooks")}
RULES: dict[str, list[dict[str, str]]] = defaultdict(list)
for row in seed("playbook_rules"):
    RULES[row["rule_id"]].append(row)


# Every rule, in a world that has nothing but what it looks at.


def meets(condition: dict[str, str], seen: float | str) -> bool:
    if condition["operator"] == "is":
        return seen in condition["threshold"].split("|")
    bound = float(condition["threshold"])
    return {"<": seen < bound, "<=": seen <= bound, ">": seen > bound, ">=": seen >= bound}[condition["operator"]]


def candidates(conditions: list[dict[str, str]]) -> list[float | str]:
    """What may be seen that lies at the bounds of the conditions, or just beside them."""
    if conditions[0]["operator"] == "is":
        return list(BANDS if conditions[0]["looks_at"] == "band" else SIGNALS)
    bounds = {float(condition["threshold"]) for condition in conditions}
    return sorted({bound + step for bound in bounds for step in (-STEP, 0, STEP)})


def seen_by(rule: list[dict[str, str]], unmet: int | None) -> dict[tuple[str, str], float | str]:
    """{(metric, column): what is seen} so that all conditions of the rule are met, but for the one named."""
    by_column = defaultdict(list)
    for condition in rule:
        by_column[condition["metric_id"], condition["looks_at"]].append(condition)
    world = {}
    for column, conditions in by_column.items():
        wanted = [condition["condition_number"] != str(unmet) for condition in conditions]
        fitting = [
            seen for seen in candidates(conditions) if [meets(condition, seen) for condition in conditions] == wanted
        ]
        assert fitting, f"{rule[0]['rule_id']}: nothing on {column} meets {wanted}"
        world[column] = fitting[0]
    return world


def worlds() -> list[tuple[str, str, str, bool, bool, dict]]:
    """(rule, segment type, name, is_final, whether an action is due, what is seen) of every rule and kind of segment: all conditions met;
    one of them not met; met by what may still change."""
    found = []
    for rule_id, rule in RULES.items():
        provisional = rule[0]["is_on_provisional"] == "true"
        for segment_type in rule[0]["segment_types"].split("|"):
            cases = [("met", True, True, None), ("provisional", False, provisional, None)]
            cases += [(f"not {n}", True, False, n) for n in range(1, len(rule) + 1)]
            found += [
                (rule_id, segment_type, f"{rule_id}: {name}", final, due, seen_by(rule, unmet))
                for name, final, due, unmet in cases
            ]
    return found


@pytest.fixture(scope="module")
def compiled(published_company, target_path):
    """The SQL of a model as dbt compiled it for the company."""
    folder = target_path("ravenstack") / "compiled" / "customer_success" / "models"

    def read(model: str) -> str:
        (path,) = folder.rglob(f"{model}.sql")
        return path.read_text(encoding="utf-8")

    return read


@pytest.fixture(scope="module")
def triggered(published_company, compiled, tmp_path_factory) -> dict[tuple[str, str, str], list[str]]:
    """{(rule, segment type, segment): states of its actions} of every world at once, through the models' own SQL."""
    folder = tmp_path_factory.mktemp("worlds") / "warehouse"
    shutil.copytree(published_company.warehouse_file.parent, folder)
    values, subjects = [], []
    for rule_id, segment_type, name, is_final, _, seen in worlds():
        playbook = PLAYBOOKS[RULES[rule_id][0]["playbook_id"]]
        coverage = "high_touch" if playbook["coverage"] == "both" else playbook["coverage"]
        subjects.append((segment_type, name, coverage, playbook["audience"] != "left"))
        for metric in {metric for metric, _ in seen}:
            columns = [seen.get((metric, column)) for column in ("value", "band", "signal", "baseline_index")]
            values.append((metric, segment_type, name, *columns, is_final))
    with duckdb.connect(str(folder / published_company.warehouse_file.name)) as warehouse:
        for table in (
            "marts.kpi_values", "kpi.playbook_mart_signals", "kpi.playbook_clock_signals", "kpi.playbook_renewal_signals",
            "kpi.playbook_event_signals",
            "kpi.playbook_checks", "kpi.playbook_triggers", "kpi.playbook_past", "kpi.playbook_episodes", "kpi.playbook_candidates",
            "kpi.playbook_runs", "kpi.playbook_verdicts", "kpi.playbook_subjects", "core.fct_plays",
        ):  # fmt: skip
            warehouse.execute(f"delete from {table}")
        warehouse.executemany(
            """insert into marts.kpi_values (kpi_id, segment_type, segment, value, band, signal, baseline_index, is_final, is_low_n, breakdown,
            period_grain, period_start) values (?, ?, ?, ?, ?, ?, ?, ?, false, 'all', 'month', date '2025-03-01')""",
            values,
        )
        warehouse.executemany(
            """insert into kpi.playbook_subjects (segment_type, segment, coverage, is_present, is_overridden, arr_at_risk_amount)
            values (?, ?, ?, ?, false, 1)""",
            subjects,
        )
        for model in ("checks", "triggers", "episodes", "candidates", "runs", "verdicts"):
            warehouse.execute(f"insert into kpi.playbook_{model} by name {compiled(f'playbook_{model}')}")
        found = defaultdict(list)
        for rule_id, segment_type, segment, state in warehouse.execute(
            f"select rule_id, segment_type, segment, state from ({compiled('playbook_next')})"
        ).fetchall():
            found[rule_id, segment_type, segment].append(state)
    return found


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_sets_off_one_action_where_it_is_met_and_none_where_it_is_not_quite(triggered, rule_id):
    of_rule = [world for world in worlds() if world[0] == rule_id]
    found = {
        (segment_type, name): triggered.get((rule_id, segment_type, name), []) for _, segment_type, name, *_ in of_rule
    }
    wanted = {(segment_type, name): ["open"] if is_due else [] for _, segment_type, name, _, is_due, _ in of_rule}
    assert found == wanted


def test_all_kinds_of_worlds_are_tried():
    kinds = product((True, False), (True, False))
    tried = {(is_final, is_due) for *_, is_final, is_due, _ in worlds()}
    assert tried == set(kinds)


# The queue over builds.


def queue(build: Build, columns: str = "*") -> list[tuple]:
    return build.published(f"select {columns} from playbook_actions order by action_id")


def states(build: Build) -> dict[tuple[str, str], tuple[str, str]]:
    """{(rule, customer's name): (state, reason)}; who left has its last name too."""
    rows = build.warehouse("select rule_id, customer_name, state, reason from marts.playbook_actions")
    return {(rule, name): (state, reason) for rule, name, state, reason in rows}


@pytest.fixture(scope="module")
def again(dbt, published_company) -> Build:
    build = dbt(*WHOLE, "--full-refresh", after=published_company, raw=company.RAW)
    assert build.code == 0, build.output
    return build


@pytest.fixture(scope="module")
def used(dbt, again) -> Build:
    """A month later. In April Dogwood used a feature; Hazel did too, and in March already, as came in late."""
    usage = company.FEATURE_USAGE + (
        "U5,S07,2025-04-10,feature_1,False\nU6,S13,2025-04-10,feature_1,False\nU7,S13,2025-03-31,feature_1,False\n"
    )
    build = dbt(*WHOLE, after=again, raw=company.RAW | {"ravenstack_feature_usage.csv": usage}, AS_OF="2025-05-01")
    assert build.code == 0, build.output
    return build


@pytest.fixture(scope="module")
def edited(dbt, again) -> Build:
    """The same data by another threshold: an upsell review not after 6 months without expansion, but after 14."""

    def edit(live: Path) -> None:
        with duckdb.connect(str(live / "warehouse" / "customer_success.duckdb")) as warehouse:
            warehouse.execute(
                """update seeds.playbook_rules set threshold = '14'
                where rule_id = 'healthy_without_expansion' and condition_number = 1"""
            )

    read_the_rules = ("playbook_checks+", "playbook_rules_in_force+")
    build = dbt("build", "-s", *read_the_rules, "--exclude", "publish", after=again, raw=company.RAW, first=edit)
    assert build.code == 0, build.output
    return build


OPEN = {
    ("healthy_without_expansion", "Alder"), ("feature_breadth_bad", "Cedar"), ("feature_breadth_bad", "Dogwood"),
    ("feature_breadth_bad", "Elm"), ("feature_breadth_bad", "Ginkgo"), ("feature_breadth_bad", "Hazel"),
    ("customer_left_digital", "Fir"),
}  # fmt: skip


def test_the_companys_queue_holds_what_its_months_ask_for(published_company):
    assert states(published_company) == dict.fromkeys(OPEN, ("open", "due"))


def test_the_same_data_again_keep_every_action_with_its_id(published_company, again):
    assert queue(again) == queue(published_company) != []
    changes = "select count(*), count(distinct build_id) from history.playbook_ledger"
    assert again.warehouse(changes) == [(len(OPEN), 1)]


def test_what_got_better_is_closed_with_its_reason_and_the_rest_keeps_its_ids(again, used):
    found = states(used)
    assert found["feature_breadth_bad", "Dogwood"] == ("closed", "improved")
    assert found["feature_breadth_bad", "Hazel"] == ("closed", "restated")
    unchanged = OPEN - {("feature_breadth_bad", "Dogwood"), ("feature_breadth_bad", "Hazel")}
    assert {found[action] for action in unchanged} == {("open", "due")}
    assert {row[0] for row in queue(again, "action_id")} <= {row[0] for row in queue(used, "action_id")}


def test_an_edited_threshold_changes_its_own_actions_alone(again, edited):
    before, after = states(again), states(edited)
    assert before.keys() == after.keys()
    changed = {action: after[action] for action in before if after[action] != before[action]}
    assert changed == {("healthy_without_expansion", "Alder"): ("closed", "rule_changed")}
    kept = "select * from marts.playbook_actions where rule_id <> 'healthy_without_expansion' order by action_id"
    assert edited.warehouse(kept) == again.warehouse(kept)
