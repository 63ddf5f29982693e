"""The handbook is current, and every term of the four texts is found in kpi_catalog or answered by a part of the project that exists."""

from __future__ import annotations

import re

import handbook
import pytest
from conftest import ROOT

KPIS = handbook.kpis()
TERMS = handbook.terms()
KNOWN = handbook.names(KPIS)
NODES = {path.stem for folder in ("models", "macros", "seeds") for path in (ROOT / folder).rglob("*.*")}


def test_the_page_is_what_the_kpis_say():
    assert handbook.main(["--check"]) == 0


def test_every_kpi_and_companion_has_its_section():
    page = handbook.PAGE.read_text(encoding="utf-8")
    for kpi in KPIS:
        assert f"`{kpi.kpi_id}`" in page
        assert f"](#{kpi.anchor})" in page
        for companion in kpi.meta.get("companions") or []:
            assert f"`{kpi.kpi_id}__{companion['id']}`" in page


@pytest.mark.parametrize("kpi", KPIS, ids=lambda kpi: kpi.kpi_id)
def test_a_kpi_says_its_meaning_with_a_worked_example(kpi):
    assert len(kpi.meaning.split()) > 10
    assert re.search(r"\d", kpi.example), "the description ends with `Example: …` and a number"
    assert all(kpi.columns[part] for part in ("numerator", "sample_size"))


def test_links_lead_to_one_place_each():
    anchors = [kpi.anchor for kpi in KPIS]
    assert len(anchors) == len(set(anchors))


@pytest.mark.parametrize("term", TERMS["measures"], ids=lambda term: term["term"])
def test_a_measure_of_the_texts_is_a_name_or_synonym_of_its_kpi(term):
    assert set(term["texts"]) <= set(TERMS["texts"])
    found, _ = KNOWN.get(term["term"].lower(), (None, None))
    assert found == term["kpi"]


@pytest.mark.parametrize("term", TERMS["practices"], ids=lambda term: term["term"])
def test_a_practice_of_the_texts_is_answered_by_what_exists(term):
    named = set(re.findall(r"\b(?:kpi|fct|dim|brg)_\w+\b|\bcustomer_360\b", term["answer"]))
    kpi_ids = {kpi.kpi_id for kpi in KPIS}
    assert {name for name in named if name not in NODES} == set()
    assert term["answer"].strip()
    first = re.match(r"([a-z]+(?:_[a-z]+)+)", term["answer"])
    assert not first or first[1] in NODES | kpi_ids


def test_no_name_or_synonym_stands_for_two_kpis():
    said: dict[str, set[str]] = {}
    for kpi in KPIS:
        for name in (kpi.meta["name"], *kpi.meta["synonyms"]):
            said.setdefault(name.lower(), set()).add(kpi.kpi_id)
        for companion in kpi.meta.get("companions") or []:
            for name in (companion["name"], *(companion.get("synonyms") or [])):
                said.setdefault(name.lower(), set()).add(companion["id"])
    assert {name: ids for name, ids in said.items() if len(ids) > 1} == {}


def test_bands_are_put_in_words():
    threshold = {"rule": "threshold", "good_at": 0.25, "bad_at": 0.4, "good_at_is_watch": True, "bad_at_is_bad": True}
    assert handbook.bands(threshold, "ratio", "down") == "good below 25 %, bad from 40 %, watch between"
    assert handbook.bands({"rule": "threshold", "good_at": 4, "bad_at": 2}, "hours", "up") == (
        "good from 4, bad below 2, watch between"
    )
    assert handbook.bands({"rule": "none"}, "ratio", "up") == "none"
