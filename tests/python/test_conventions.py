"""The conventions of the project, held against its files and dbt's manifest of all sources."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import defaultdict

import pytest
import yaml
from conftest import ROOT
from quality.gate import read_suite

MODELS = ROOT / "models"
PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
VARS = PROJECT["vars"]
SOURCES = list(VARS["staging_models"])
SQL_FILES = sorted(MODELS.rglob("*.sql"))
MODEL_FILES = sorted([*SQL_FILES, *MODELS.rglob("*.py")])
SUITE_FILES = sorted((ROOT / "expectations").rglob("*.yml"))
KPI_FILES = sorted(
    path for path in SQL_FILES if path.parent.parent == MODELS / "marts" and path.stem.startswith("kpi_")
)
KPI_IDS = [path.stem.removeprefix("kpi_") for path in KPI_FILES]
FEEDS = {feed for feeds in VARS["entities"].values() for feed in feeds}
LAYERS = ("staging", "intermediate", "core", "marts", "actions", "quality")

MOST_LINES = defaultdict(lambda: 130, marts=60, actions=60)
# As a model of marts or actions names them itself: what kpi_rows reads for every KPI, and a loop from a list of KPIs, is not counted.
MOST_PARENTS = 6
# CONTRIBUTING.md: what one engine knows and another does not.
BANNED_SQL = {
    "::": r"::",
    "qualify": r"\bqualify\b",
    "group by all": r"\bgroup\s+by\s+all\b",
    "order by all": r"\border\s+by\s+all\b",
    "ilike": r"\bilike\b",
    "asof": r"\basof\b",
    "pivot": r"\b(un)?pivot\b",
    "exclude (": r"\bexclude\s*\(",
    "* replace (": r"\*\s*replace\s*\(",
    "columns(": r"\bcolumns\s*\(",
    "quantile_cont": r"\bquantile_(cont|disc)\b",
    "string_agg": r"\bstring_agg\b",
    "list(": r"\blist(_agg)?\s*\(",
    "filter (where": r"\bfilter\s*\(\s*where\b",
    "bare generate_series": r"(?<!dbt\.)\bgenerate_series\s*\(",
    "now()": r"\bnow\s*\(\s*\)|\bcurrent_(date|timestamp)\b",
}


def without_comments(sql: str) -> str:
    sql = re.sub(r"\{#.*?#\}", "", sql, flags=re.DOTALL)
    sql = re.sub(r"/\*.*?\*/", "", sql, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", sql)


def without_jinja(sql: str) -> str:
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", sql, flags=re.DOTALL)


@pytest.fixture(scope="module")
def models(manifest) -> dict[str, dict]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


@pytest.fixture(scope="module")
def tests(manifest) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


@pytest.fixture(scope="module")
def kpis(models) -> dict[str, dict]:
    """{id: its meta.kpi block}"""
    return {kpi_id: models[f"kpi_{kpi_id}"]["config"]["meta"]["kpi"] for kpi_id in KPI_IDS}


def layer(node: dict) -> str:
    return node["fqn"][1] if node["resource_type"] == "model" else node["resource_type"]


def in_layer(models: dict[str, dict], name: str) -> list[dict]:
    return [node for node in models.values() if layer(node) == name]


def vendor(node: dict) -> str:
    return node["fqn"][2] if node["resource_type"] == "model" else node["source_name"]


def parents(node: dict, manifest: dict) -> list[dict]:
    """What a node reads; the gate that it waits for is not read."""
    found = [manifest["nodes"].get(parent) or manifest["sources"][parent] for parent in node["depends_on"]["nodes"]]
    return [parent for parent in found if not parent["name"].startswith("gate_")]


def ancestors(node_id: str, manifest: dict) -> set[str]:
    seen, queue = set(), [node_id]
    while queue:
        for parent in manifest["parent_map"].get(queue.pop(), []):
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    return seen


# Layers.


def test_staging_reads_only_its_own_source(models, manifest):
    wrong = [
        (node["name"], parent["name"])
        for node in in_layer(models, "staging")
        for parent in parents(node, manifest)
        if parent["resource_type"] != "source" or vendor(parent) != vendor(node)
    ]
    assert wrong == []


def test_intermediate_reads_only_one_vendor_and_seeds(models, manifest):
    wrong = [
        (node["name"], parent["name"])
        for node in in_layer(models, "intermediate")
        for parent in parents(node, manifest)
        if parent["resource_type"] != "seed"
        and (layer(parent) not in ("staging", "intermediate") or vendor(parent) != vendor(node))
    ]
    assert wrong == []


def test_every_intermediate_model_feeds_an_entity_or_helps_one_that_does(models, manifest):
    helpers = {
        parent["name"] for node in in_layer(models, "intermediate") for parent in parents(node, manifest)
    } - FEEDS
    assert {node["name"] for node in in_layer(models, "intermediate")} <= FEEDS | helpers


def test_core_reads_core_seeds_and_the_build_and_only_unions_read_vendors(models, manifest):
    wrong = []
    for node in in_layer(models, "core"):
        is_union = node["name"].startswith("union_")
        for parent in parents(node, manifest):
            allowed = ("staging", "intermediate") if is_union else ("core", "seed")
            if layer(parent) not in allowed and (is_union or parent["name"] != "build"):
                wrong.append((node["name"], parent["name"]))
    assert wrong == []


def test_marts_read_core_marts_and_seeds(models, manifest):
    wrong = [
        (node["name"], parent["name"])
        for node in in_layer(models, "marts")
        for parent in parents(node, manifest)
        if layer(parent) not in ("core", "marts", "seed")
    ]
    assert wrong == []


def test_actions_read_marts_core_seeds_and_actions(models, manifest):
    wrong = [
        (node["name"], parent["name"])
        for node in in_layer(models, "actions")
        for parent in parents(node, manifest)
        if layer(parent) not in ("core", "marts", "actions", "seed")
    ]
    assert wrong == []


def test_an_exposure_reads_what_is_published_and_the_dashboards_names_all_that_it_reads(models, manifest):
    for exposure in manifest["exposures"].values():
        assert exposure["owner"]["name"] and exposure["description"], exposure["name"]
        read = {parent["name"] for parent in parents(exposure, manifest)}
        assert {models[name]["schema"] for name in read} == {"marts"}, exposure["name"]
    script = (ROOT / "scripts" / "dashboard.py").read_text(encoding="utf-8")
    asked = set(re.findall(r"\b(?:from|join) (\w+)", script)) & models.keys()
    (dashboard,) = [one for one in manifest["exposures"].values() if one["name"] == "dashboard"]
    assert {parent["name"] for parent in parents(dashboard, manifest)} == asked


def test_only_staging_and_intermediate_name_vendors():
    # A segment is also a part of the customers.
    marks = [source if source != "segment" else "segment__" for source in SOURCES if source != "files"]
    elsewhere = [
        str(path.relative_to(MODELS))
        for name in ("core", "marts", "quality")
        for path in (MODELS / name).rglob("*")
        if any(mark in path.name for mark in marks)
    ]
    assert elsewhere == []


def test_every_layer_waits_for_the_gate_before_it(models, manifest):
    before = {"staging": "gate_raw", "core": "gate_staging", "marts": "gate_core", "actions": "gate_marts"}
    for name, gate in before.items():
        gate_id = models[gate]["unique_id"]
        for node in in_layer(models, name):
            assert gate_id in node["depends_on"]["nodes"], f"{node['name']} does not wait for {gate}"


def test_every_gate_waits_for_all_of_its_layer(models, manifest):
    for name in ("staging", "core", "marts"):
        judged = ancestors(models[f"gate_{name}"]["unique_id"], manifest)
        unjudged = [node["name"] for node in in_layer(models, name) if node["unique_id"] not in judged]
        # An entity that no core model reads yet is judged with the marts, whose periods read all of them.
        if name == "core":
            later = ancestors(models["gate_marts"]["unique_id"], manifest)
            unjudged = [n for n in unjudged if not (n.startswith("union_") and models[n]["unique_id"] in later)]
        assert unjudged == [], name


def test_publish_waits_for_every_gate_and_every_test(models, tests, manifest):
    before = ancestors(models["publish"]["unique_id"], manifest)
    for name in ("raw", "staging", "core", "marts"):
        assert models[f"gate_{name}"]["unique_id"] in before
    late = [test["name"] for test in tests if not set(test["depends_on"]["nodes"]) <= before]
    assert late == []


def test_no_selector_is_the_default():
    """A plain `dbt build` would then be a partial one without saying so, and publish."""
    selectors = yaml.safe_load((ROOT / "selectors.yml").read_text(encoding="utf-8"))["selectors"]
    assert [selector["name"] for selector in selectors if selector.get("default")] == []


def test_history_is_never_rebuilt(manifest):
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "snapshot")]
    kept = {node["name"]: node["config"] for node in nodes if node["schema"] == "history"}
    assert kept.keys() >= {f"gate_{name}" for name in ("raw", "staging", "core", "marts")} | {
        "publish",
        "kpi_values_history",
        "playbook_ledger",
    }
    for name, config in kept.items():
        how = (config["materialized"], config["full_refresh"])
        assert how == ("incremental", False) or config["materialized"] == "snapshot", name


# Files and names.


def test_every_model_has_its_yml_beside_it_and_every_yml_its_model():
    described = {path.with_suffix("") for path in MODELS.rglob("*.yml") if not path.name.startswith("_")}
    assert described == {path.with_suffix("") for path in MODEL_FILES}


def test_every_yml_describes_its_model_and_no_other():
    for path in MODELS.rglob("*.yml"):
        if not path.name.startswith("_"):
            described = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert [model["name"] for model in described["models"]] == [path.stem], path
            assert {test["model"] for test in described.get("unit_tests", [])} <= {path.stem}, path


def test_every_model_says_what_a_row_is(models):
    assert set(models) == {path.stem for path in MODEL_FILES}
    assert [name for name, node in models.items() if len(node["description"].split()) < 4] == []


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.stem)
def test_a_models_name_begins_as_its_folder_says(path):
    folders = path.relative_to(MODELS).parts[:-1]
    if folders[0] in ("staging", "intermediate"):
        prefixes = (f"{'stg' if folders[0] == 'staging' else 'int'}_{folders[1]}__",)
    elif folders[:2] == ("core", "entities"):
        prefixes = ("union_",)
    elif folders[0] == "core":
        prefixes = ("dim_", "fct_", "brg_", "event_")  # a census of events is neither fact nor dimension
    elif folders[0] == "marts" and len(folders) == 2:
        prefixes = ("kpi_", f"{folders[1]}_")  # what several KPIs of a theme are made of is named after it
    else:
        prefixes = ("",)
    assert folders[0] in LAYERS
    assert path.stem.startswith(prefixes)


# Lists in dbt_project.yml.


def names(folder: str, prefix: str = "") -> set[str]:
    return {path.stem.removeprefix(prefix) for path in MODEL_FILES if path.is_relative_to(MODELS / folder)}


def test_var_entities_lists_every_union_and_every_feed_of_it():
    assert list(VARS["entities"]) == list(dict.fromkeys(VARS["entities"]))
    assert set(VARS["entities"]) == names("core/entities", "union_")
    feeding = defaultdict(set)
    for name in names("intermediate") | names("staging/files"):
        if name.split("__")[1] in VARS["entities"] or name.startswith("stg_"):
            feeding[name.split("__")[1]].add(name)
    listed = {entity: set(feeds) for entity, feeds in VARS["entities"].items() if feeds}
    assert listed == feeding


def test_var_staging_models_lists_every_staging_model():
    listed = {f"stg_{source}__{things}" for source, tables in VARS["staging_models"].items() for things in tables}
    assert listed == names("staging")
    assert set(SOURCES) == {path.name for path in (MODELS / "staging").iterdir()}


def test_var_staging_models_names_the_raw_table_of_each_and_every_raw_table(models, manifest):
    listed = {
        (f"stg_{source}__{things}", source, table)
        for source, tables in VARS["staging_models"].items()
        for things, table in tables.items()
    }
    read = {
        (node["name"], parent["source_name"], parent["name"])
        for node in in_layer(models, "staging")
        for parent in parents(node, manifest)
    }
    assert listed == read
    declared = {(source["source_name"], source["name"]) for source in manifest["sources"].values()}
    assert {(source, table) for _, source, table in listed} == declared


def test_var_core_models_lists_every_core_model():
    assert len(VARS["core_models"]) == len(set(VARS["core_models"]))
    assert set(VARS["core_models"]) == names("core") - {f"union_{entity}" for entity in VARS["entities"]}


def test_vars_kpis_and_meta_kpis_list_every_kpi():
    listed = VARS["kpis"] + VARS["meta_kpis"]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(KPI_IDS)


# Contracts and SQL.


def test_every_column_of_core_marts_and_actions_is_under_contract(models):
    for node in [node for name in ("core", "marts", "actions") for node in in_layer(models, name)]:
        # dbt has no contracts for Python models.
        assert node["config"]["contract"]["enforced"] is (node["language"] == "sql"), node["name"]
        assert node["columns"], node["name"]
        untyped = [name for name, column in node["columns"].items() if not column["data_type"]]
        assert untyped == [], node["name"]


def test_an_intermediate_model_has_every_column_of_its_entity(models):
    """So far as SQL shows: the name of each column of the entity's contract occurs in the model."""
    for entity, feeds in VARS["entities"].items():
        columns = set(models[f"union_{entity}"]["columns"]) - {"source_system"}
        for feed in feeds:
            words = set(re.findall(r"\w+", without_comments(models[feed]["raw_code"])))
            assert columns <= words, f"{feed} lacks {', '.join(sorted(columns - words))}"


def test_every_entity_with_amounts_is_asked_for_currencies_without_a_rate(models):
    macro = (ROOT / "macros" / "currencies.sql").read_text(encoding="utf-8")
    (asked,) = re.findall(r"for entity in \((.*?)\)", macro)
    held = {entity for entity in VARS["entities"] if "currency" in models[f"union_{entity}"]["columns"]}
    # A deal and an outcome without a rate are each named by a rule of their own.
    assert set(re.findall(r"\w+", asked)) == held - {"fx_rates", "opportunities", "outcomes"}


@pytest.mark.parametrize("words", BANNED_SQL)
def test_models_use_no_sql_that_one_engine_alone_knows(words):
    found = [
        str(path.relative_to(MODELS))
        for path in SQL_FILES
        if re.search(BANNED_SQL[words], without_comments(path.read_text(encoding="utf-8")), re.IGNORECASE)
    ]
    assert found == []


def test_models_quote_no_identifiers():
    found = [
        str(path.relative_to(MODELS))
        for path in SQL_FILES
        if re.search(r'"\w+"', without_jinja(without_comments(path.read_text(encoding="utf-8"))))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select x::int from t", "::"),
        ("select sum(a) FILTER (WHERE b) from t", "filter (where"),
        ("select * from generate_series(1, 2)", "bare generate_series"),
        ("select * exclude (a) from t", "exclude ("),
        ("select a from t group  by all", "group by all"),
    ],
)
def test_the_search_for_banned_sql_finds_it(sql, words):
    assert re.search(BANNED_SQL[words], without_comments(sql), re.IGNORECASE)
    assert not re.search(BANNED_SQL[words], without_comments(f"{{#- {sql} -#}} select 1 -- {sql}\n"), re.IGNORECASE)


def test_the_search_for_banned_sql_allows_dbts_own_macros():
    assert not re.search(BANNED_SQL["bare generate_series"], "({{ dbt.generate_series(12) }})")


def test_no_model_is_too_long_to_read():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SQL_FILES}
    long = sorted((path for path, n in lines.items() if n > 90), key=lines.get, reverse=True)
    print("over 90 lines:", ", ".join(f"{path.stem} {lines[path]}" for path in long))
    assert {path.stem for path, n in lines.items() if n > MOST_LINES[path.relative_to(MODELS).parts[0]]} == set()


def test_no_mart_or_action_has_too_many_parents_to_know():
    read = {
        path.stem: re.findall(r"\bref\((.*?)\)", without_comments(path.read_text(encoding="utf-8")))
        for path in SQL_FILES
        if path.relative_to(MODELS).parts[0] in ("marts", "actions")
    }
    named = {name: {parent for parent in found if re.fullmatch(r"'\w+'", parent)} for name, found in read.items()}
    assert {name: sorted(found) for name, found in named.items() if len(found) > MOST_PARENTS} == {}
    # What is not named is of a list of KPIs or entities, or one fact of recent days by topic.
    unnamed = {parent for name, found in read.items() for parent in set(found) - named[name]}
    assert {
        parent for parent in unnamed if not parent.startswith(("'kpi_' ~ ", "'union_' ~ ", "'fct_recent_' ~ "))
    } == set()


# KPIs.


def accepted_values() -> dict[str, list[str]]:
    catalog = yaml.safe_load((MODELS / "marts" / "kpi_catalog.yml").read_text(encoding="utf-8"))
    (rules,) = [test["rules"] for test in catalog["models"][0]["data_tests"] if "rules" in test]
    return rules["arguments"]["accepted_values"]


ACCEPTED = accepted_values()
TEXTS = ("name", "owner", "stakeholder", "playbook_id", "action", "breakdown")
BAND_KEYS = {
    "rule",
    "good_at",
    "bad_at",
    "good_at_is_watch",
    "bad_at_is_bad",
    "empty_is",
    "bad_only_if",
    "good_only_if",
}
BLOCK_KEYS = {
    *TEXTS, "synonyms", "theme", "objective", "unit", "direction", "timing", "grains", "window_days", "bands",
    "seed_texts", "requires", "last_reviewed",
}  # fmt: skip
OPTIONAL_KEYS = {"companions", "trailing_months", "monthly_value", "is_signed", "is_two_sided", "bounds"}


def assert_bands(bands: dict, direction: str) -> None:
    assert bands["rule"] in ACCEPTED["band_rule"]
    assert bands.keys() <= BAND_KEYS
    assert bands.get("empty_is", {}).keys() <= {"good", "bad", "unknown"}
    # Bounds of a baseline are multiples of it.
    if bands["rule"] == "threshold" or "good_at" in bands:
        assert bands["rule"] != "none"
        good, bad = bands["good_at"], bands["bad_at"]
        assert isinstance(good, int | float) and isinstance(bad, int | float)
        assert (direction == "up" and good >= bad) or (direction == "down" and good <= bad)


def assert_required(required: list[str], models: dict[str, dict]) -> None:
    """Each is an entity, `<entity>.<column>` of its contract, or such things joined by ` or `."""
    assert required
    for part in " or ".join(required).split(" or "):
        entity, _, column = part.partition(".")
        assert entity in VARS["entities"], part
        assert not column or column in models[f"union_{entity}"]["columns"], part


@pytest.mark.parametrize("kpi_id", KPI_IDS)
def test_a_kpis_block_is_complete_and_valid(kpis, models, kpi_id):
    block = kpis[kpi_id]
    assert block.keys() >= BLOCK_KEYS
    assert block.keys() <= BLOCK_KEYS | OPTIONAL_KEYS
    assert block.get("trailing_months", 2) > 1
    assert "monthly_value" not in block or "trailing_months" in block
    assert block.get("monthly_value", "value") in models[f"kpi_{kpi_id}"]["columns"]
    # What can be negative moves by a part of the distance from good to bad.
    assert not block.get("is_signed") or "good_at" in block["bands"] or block["bands"]["rule"] == "none"
    for key in TEXTS:
        assert isinstance(block[key], str) and block[key].strip(), key
    for key in ("objective", "unit", "direction", "timing"):
        assert block[key] in ACCEPTED[key], key
    (path,) = [path for path in KPI_FILES if path.stem == f"kpi_{kpi_id}"]
    assert block["theme"] == path.parent.name
    assert block["theme"] in ACCEPTED["theme"]
    assert block["grains"] in (["segment"], ["segment", "customer"])
    assert type(block["window_days"]) is int and block["window_days"] >= 0
    assert set(block["seed_texts"]) <= {"S0", "S1", "S2", "S3"}
    assert_required(block["requires"], models)
    assert all(isinstance(synonym, str) for synonym in block["synonyms"])
    assert dt.date.fromisoformat(str(block["last_reviewed"]))
    assert_bands(block["bands"], block["direction"])


@pytest.mark.parametrize("kpi_id", KPI_IDS)
def test_a_kpis_companions_are_complete_and_made_of_its_columns(kpis, models, kpi_id):
    columns = set(models[f"kpi_{kpi_id}"]["columns"])
    needed = {"id", "name", "definition", "unit", "direction", "numerator", "denominator", "bands"}
    for companion in kpis[kpi_id].get("companions") or []:
        assert (
            needed
            <= companion.keys()
            <= needed | {*("synonyms", "value", "requires", "sample_size", "n_pending", "is_signed", "bounds")}
        )
        assert companion["unit"] in ACCEPTED["unit"]
        assert companion["direction"] in ACCEPTED["direction"]
        assert_bands(companion["bands"], companion["direction"])
        assert set(companion["bands"].get("empty_is", {}).values()) <= columns
        for key in ("numerator", "denominator", "value", "sample_size", "n_pending"):
            words = set(re.findall(r"[a-z_]\w*", str(companion.get(key, ""))))
            assert words <= columns | {"null", "nullif", "cast", "as", "double", "precision"}, (companion["id"], key)


@pytest.mark.parametrize("path", KPI_FILES, ids=lambda path: path.stem)
def test_a_kpis_id_is_its_file_name_and_what_kpi_rows_is_given(path):
    given = re.findall(r"kpi_rows\(\s*'([^']*)'", without_comments(path.read_text(encoding="utf-8")))
    assert given == [path.stem.removeprefix("kpi_")]


def test_every_kpi_has_a_unit_test(manifest):
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert {f"kpi_{kpi_id}" for kpi_id in KPI_IDS} - tested == set()


# Playbooks.


def seed(name: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("kpi_id", KPI_IDS)
def test_a_kpis_action_is_a_rule_with_its_playbook(kpis, kpi_id):
    """So is that of each companion that is judged: what a catalogue says is to be done must come up by itself."""
    of_kpi = [rule for rule in seed("playbook_rules") if rule["kpi_id"].split("__")[0] == kpi_id]
    assert kpis[kpi_id]["playbook_id"] in {rule["playbook_id"] for rule in of_kpi}
    judged = {
        f"{kpi_id}__{companion['id']}"
        for companion in kpis[kpi_id].get("companions") or []
        if companion["bands"]["rule"] != "none"
    }
    assert judged <= {rule[key] for rule in of_kpi for key in ("kpi_id", "metric_id")}


def test_every_playbook_has_a_rule_and_every_rule_a_playbook():
    assert {row["playbook_id"] for row in seed("playbooks")} == {
        rule["playbook_id"] for rule in seed("playbook_rules") if rule["playbook_id"]
    }


def test_every_signal_is_looked_at_by_a_rule_and_explained():
    macro = (ROOT / "macros" / "playbooks.sql").read_text(encoding="utf-8")
    signals = set(re.findall(r"^        '(\w+)': ", macro, re.MULTILINE))
    assert signals <= {rule["metric_id"] for rule in seed("playbook_rules")}
    page = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")
    assert {signal for signal in signals if f"`{signal}`" not in page} == set()


# Tests and expectations.


def test_every_test_is_named_in_few_words(tests, manifest):
    all_names = [test["name"] for test in [*tests, *manifest["unit_tests"].values()]]
    assert [name for name in all_names if not re.fullmatch(r"[a-z][a-z0-9_]{3,79}", name)] == []


def test_no_dbt_test_only_warns(tests):
    """What only warns is an expectation, with an owner and an end."""
    strictness = {test["name"]: (test["config"]["severity"].lower(), test["config"]["error_if"]) for test in tests}
    assert {name: how for name, how in strictness.items() if how != ("error", "!= 0")} == {}


@pytest.mark.parametrize("path", SUITE_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_suite_is_readable_and_its_table_exists(path, manifest):
    suite = read_suite(path, dt.date.min)
    assert suite.rules
    for rule in suite.rules:
        assert all(text.strip() for text in (rule.owner, rule.reason, rule.fix))
        assert rule.severity in ("critical", "warning")
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")]
    tables = {f"{node['schema']}.{node['alias']}" for node in nodes}
    tables |= {f"{source['schema']}.{source['identifier']}" for source in manifest["sources"].values()}
    assert suite.table in tables


@pytest.mark.parametrize("path", SUITE_FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_suite_judges_a_table_that_its_gate_has_seen_built(path, models, manifest):
    table = yaml.safe_load(path.read_text(encoding="utf-8"))["table"]
    schema, name = table.split(".")
    if schema.startswith("raw_"):
        assert path.parent.name == "raw"
    else:
        gate = models[f"gate_{path.parent.name}"]["unique_id"]
        assert models[name]["unique_id"] in ancestors(gate, manifest)


def test_expectations_hold_nothing_but_suites_of_the_four_layers():
    folder = ROOT / "expectations"
    strange = [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and (path.suffix != ".yml" or path.parent.parent != folder)
    ]
    assert strange == []
    assert {path.parent.name for path in SUITE_FILES} == {"raw", "staging", "core", "marts"}
