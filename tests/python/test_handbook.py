"""The handbook of the KPIs is current, and whatever the four texts ask for is found in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import handbook
import pytest
import yaml
from conftest import ROOT

KPIS = handbook.kpis()
TERMS = handbook.terms()
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")


@pytest.fixture(scope="module")
def page() -> str:
    return handbook.page()


def test_the_page_says_what_the_kpis_say(page):
    assert handbook.PAGE.read_text(encoding="utf-8") == page, "make handbook writes it anew"


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.kpi_id)
def test_a_kpi_says_what_stands_above_and_below_the_line_and_gives_an_example(kpi):
    assert kpi.example
    assert kpi.columns["numerator"] and kpi.columns["denominator"] and kpi.columns["sample_size"]
    assert kpi.tests


def test_every_link_of_the_page_leads_somewhere(page):
    headings = Counter(
        handbook.anchor(line.lstrip("#").strip()) for line in page.splitlines() if re.match(r"#+ ", line)
    )
    linked = LINK.findall(page)
    assert [path for path, _ in linked if path and not (handbook.PAGE.parent / path).exists()] == []
    assert [anchor for path, anchor in linked if not path and headings[anchor] != 1] == []


def test_a_name_means_one_kpi():
    meant = defaultdict(set)
    for kpi_id, name in handbook.called(KPIS):
        meant[name.lower()].add(kpi_id)
    assert {name: ids for name, ids in meant.items() if len(ids) > 1} == {}


def test_every_term_is_listed_once_and_names_its_texts():
    terms = [*TERMS["measures"], *TERMS["practices"]]
    assert [term for term, times in Counter(term["term"].lower() for term in terms).items() if times > 1] == []
    assert all(term["texts"] and set(term["texts"]) <= TERMS["texts"].keys() for term in terms)


def test_every_measure_is_a_name_or_synonym_of_its_kpi():
    """As kpi_catalog has them: whoever looks a term of the texts up there finds the KPI."""
    names = {name.lower(): kpi_id for kpi_id, name in handbook.called(KPIS)}
    wrong = {
        term["term"]: (term["kpi"], names.get(term["term"].lower()))
        for term in TERMS["measures"]
        if names.get(term["term"].lower()) != term["kpi"]
    }
    assert wrong == {}, "{term: (its KPI, whose name or synonym it is)}"


def test_a_kpi_names_the_texts_of_its_terms():
    texts = defaultdict(set)
    for term in TERMS["measures"]:
        texts[term["kpi"].split("__")[0]].update(term["texts"])
    wrong = {
        kpi.kpi_id: (kpi.meta["seed_texts"], sorted(texts[kpi.kpi_id]))
        for kpi in KPIS
        if set(kpi.meta["seed_texts"]) != texts[kpi.kpi_id]
    }
    assert wrong == {}, "{KPI: (seed_texts, the texts of its terms)}"


def test_what_answers_a_practice_is_there():
    """Whatever looks like a name in the answer, since it has an underscore, is a model, a column, a seed or a KPI."""
    known = {kpi_id for kpi_id, _ in handbook.called(KPIS)}
    for path in [*ROOT.glob("models/**/*.yml"), *ROOT.glob("snapshots/*.yml"), *ROOT.glob("seeds/*.yml")]:
        declared = yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind in ("models", "snapshots", "seeds"):
            for node in declared.get(kind) or []:
                known |= {node["name"], *(column["name"] for column in node.get("columns", []))}
    known |= {key for kpi in KPIS for key in (*kpi.meta, kpi.meta["playbook_id"])}
    wrong = {
        term["term"]: strange
        for term in TERMS["practices"]
        if (strange := set(re.findall(r"\w+_\w+", term["answer"])) - known)
    }
    assert wrong == {}
