"""Surveys and feedback that are wrong end as a reason beside their row, or as a rule that names them; a text is scored once."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from conftest import WHOLE, Build

AT = "2026-05-20 10:00:00"
ANSWER = {
    "survey_type": "csat", "score": "4", "scale_min": "1", "scale_max": "5", "is_complete": "true", "responded_at": AT,
}  # fmt: skip
WRONG_ANSWERS = {
    "above": ({"score": "6"}, "score is above its scale"),
    "below": ({"score": "0"}, "score is below its scale"),
    "turned": (
        {"scale_min": "5", "scale_max": "1"},
        "scale is empty; score is above its scale; score is below its scale",
    ),
    "of_five": ({"survey_type": "nps"}, "nps is not on a scale of 0 to 10"),
    "a_word": ({"score": "four"}, "score is not a decimal(28, 6): write 1234.56"),
    "no_score": ({"score": ""}, "score is missing"),
    "no_scale": ({"scale_max": ""}, "scale_max is missing"),
    "pulse": ({"survey_type": "pulse"}, "survey_type is unknown"),
    "some_day": ({"responded_at": "some day"}, "responded_at is not a timestamp: write 2026-01-31 or 2026-01-31 14:30"),
}
WRONG_INVITATIONS = {
    "early": ({"delivered_at": "2026-05-01 09:59:59"}, "delivered before it was sent"),
    "pulse": ({"survey_type": "pulse"}, "survey_type is unknown"),
    "nobodys": ({"customer_id": " "}, "source_customer_id is missing"),
}
WRONG_TEXTS = {
    "empty": ({"text": "  "}, "text is missing"),
    "blank": ({"text": "  \n "}, "text is blank"),
    "from_afar": ({"source": "telepathy"}, "source is unknown"),
    "too_soon": ({"resolved_at": "2026-05-20 09:00:00"}, "resolved before it was written"),
}
TEXT = "The report is terribly slow and we are disappointed."
PEOPLE, EARLY = 60, 12
# Those who know customers, contacts and tickets; without billing nobody says what day it is.
SWITCHES = {"SOURCES": "salesforce zendesk files", "AS_OF": "2026-07-01"}


def add_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerows(rows)


def first(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


@pytest.fixture(scope="module")
def raw(simulate) -> Path:
    """A small company, whose surveys are then spoilt."""
    folder = simulate(customers=30, months=9, seed=4)
    files = folder / "files"
    invitation = first(files / "survey_invitations.csv")
    customer = {"customer_id": invitation["customer_id"]}
    sent = {"survey_type": "nps", "sent_at": "2026-05-01 10:00:00", "delivered_at": "2026-05-01 10:00:05", **customer}
    add_rows(
        files / "survey_invitations.csv",
        [
            *({"invitation_id": name, **sent, **wrong} for name, (wrong, _) in WRONG_INVITATIONS.items()),
            *({"invitation_id": f"asked_{n}", "contact_id": f"nobody_{n}", **sent} for n in range(PEOPLE)),
            {"invitation_id": "asked_0", "contact_id": "nobody_0", **sent},
        ],
    )
    nps = {"survey_type": "nps", "scale_min": "0", "scale_max": "10", "score": "9"}
    add_rows(
        files / "survey_responses.csv",
        [
            *({"response_id": name, **ANSWER, **customer, **wrong} for name, (wrong, _) in WRONG_ANSWERS.items()),
            *(
                {
                    **ANSWER,
                    **nps,
                    "response_id": f"hasty_{n}",
                    "invitation_id": f"asked_{n}",
                    "responded_at": "2026-05-01 08:00:00",
                }
                for n in range(EARLY)
            ),
            *(
                {
                    **ANSWER,
                    **nps,
                    "response_id": f"fine_{n}",
                    "invitation_id": f"asked_{n}",
                    "responded_at": "2026-05-02 10:00:00",
                }
                for n in range(EARLY, PEOPLE)
            ),
            {
                **ANSWER,
                **nps,
                "response_id": "fine_20",
                "invitation_id": "asked_20",
                "responded_at": "2026-05-02 10:00:00",
            },
            *({**ANSWER, "response_id": f"stranger_{n}", "customer_id": f"x_{n}"} for n in range(2)),
        ],
    )
    text = {"source": "email", "author_type": "customer", "lang": "en", "text": TEXT, "created_at": AT, **customer}
    add_rows(
        files / "feedback_texts.csv",
        [
            *({"text_id": name, **text, **wrong} for name, (wrong, _) in WRONG_TEXTS.items()),
            {"text_id": "good", **text},
        ],
    )
    return folder


@pytest.fixture(scope="module")
def spoilt(dbt, raw, expectations_folder) -> Build:
    suites = expectations_folder({})
    # So many rejects would close the gate of staging before core is built, which test_bad_rows.py shows.
    (suites / "staging" / "staging_counts.yml").unlink()
    return dbt(*WHOLE, raw=raw, EXPECTATIONS_DIR=str(suites), **SWITCHES)


def reject_reasons(build: Build, table: str) -> dict[str, str]:
    key = {"survey_invitations": "invitation_id", "survey_responses": "response_id", "feedback_texts": "text_id"}[table]
    return dict(
        build.warehouse(f"select {key}, reject_reason from staging.stg_files__{table} where row_status = 'rejected'")
    )


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("survey_invitations", WRONG_INVITATIONS),
        ("survey_responses", WRONG_ANSWERS),
        ("feedback_texts", WRONG_TEXTS),
    ],
)
def test_a_wrong_row_is_rejected_with_its_reason(spoilt, table, wrong):
    reasons = reject_reasons(spoilt, table)
    assert {name: reasons[name] for name in wrong} == {name: reason for name, (_, reason) in wrong.items()}
    listed = spoilt.warehouse(f"select reject_reason from quality.rejects where raw_table = '{table}'")
    assert {reason for _, reason in wrong.values()} <= {reason for (reason,) in listed}


def test_a_row_that_is_delivered_twice_counts_once(spoilt):
    for table, key, name in (
        ("survey_invitations", "invitation_id", "asked_0"),
        ("survey_responses", "response_id", "fine_20"),
    ):
        statuses = spoilt.warehouse(
            f"select row_status from staging.stg_files__{table} where {key} = '{name}' order by 1"
        )
        assert statuses == [("accepted",), ("duplicate",)]
    assert spoilt.warehouse("select count(*) from core.fct_survey_responses where response_id = 'fine_20'") == [(1,)]


def failing_keys(build: Build, rule: str) -> tuple[int, list[dict]]:
    ((count, keys),) = build.warehouse(
        f"select failing_count, failing_keys from history.gate_core where rule = '{rule}'"
    )
    return count, json.loads(keys or "[]")


def test_an_answer_before_its_question_counts_for_nothing_and_is_named(spoilt):
    verdicts = spoilt.warehouse(
        "select distinct exclusion_reason, is_in_response_rate from core.fct_survey_responses where response_id like 'hasty%'"
    )
    assert verdicts == [("answered_before_sent", False)]
    count, keys = failing_keys(spoilt, "few_answers_are_dated_before_they_were_asked")
    assert {f"hasty_{n}" for n in range(EARLY)} <= {key["response_id"] for key in keys}
    assert count == len(keys)


def test_contacts_that_no_system_knows_are_kept_apart_and_named(spoilt):
    rows = spoilt.warehouse(
        """select count(*), count(distinct contact_id), count(exclusion_reason) from core.fct_survey_responses
        where response_id like 'fine%'"""
    )
    assert rows == [(PEOPLE - EARLY, PEOPLE - EARLY, 0)]
    count, keys = failing_keys(spoilt, "contacts_who_are_invited_are_known")
    assert count == PEOPLE
    assert {key["invitation_id"] for key in keys} <= {f"asked_{n}" for n in range(PEOPLE)}
    assert failing_keys(spoilt, "contacts_who_answer_are_known")[0] == PEOPLE


def test_answers_of_unknown_customers_are_their_own_unmatched_customers(spoilt):
    rows = spoilt.warehouse(
        """select customers.anchor_id, customers.is_unmatched from core.fct_survey_responses as responses
        inner join core.dim_customers as customers on responses.customer_id = customers.customer_id
        where response_id like 'stranger%' order by 1"""
    )
    assert rows == [("x_0", True), ("x_1", True)]


def test_a_closed_gate_publishes_nothing(spoilt):
    assert spoilt.code != 0
    assert spoilt.status["state"] == "failed"
    assert not spoilt.published_file.exists()


# --- sentiment ------------------------------------------------------------------------------------------


def scores(build: Build) -> dict[str, tuple]:
    rows = build.warehouse(
        "select text_key, words, is_english, compound, scorer, build_id from core.fct_text_sentiments"
    )
    return {key: tuple(rest) for key, *rest in rows}


def test_a_text_is_scored_once_and_never_again(dbt, spoilt, raw, tmp_path_factory):
    """The second build is told to rebuild all; one text has changed since."""
    edited = tmp_path_factory.mktemp("edited") / "raw"
    shutil.copytree(raw, edited)
    texts = edited / "files" / "feedback_texts.csv"
    texts.write_text(
        texts.read_text(encoding="utf-8").replace(TEXT, "The report finishes now and we are happy!"), encoding="utf-8"
    )
    models = "build stg_files__feedback_texts union_feedback_texts fct_text_sentiments fct_feedback_texts"
    second = dbt("run", "--full-refresh", "-s", *models.split(), raw=edited, after=spoilt, **SWITCHES)
    assert second.code == 0, second.output[-3000:]
    before, after = scores(spoilt), scores(second)
    assert len(before) > 20
    assert {key: after[key] for key in before} == before
    (new,) = after.keys() - before.keys()
    ((second_id,),) = second.warehouse("select build_id from quality.build")
    assert after[new][-1] == second_id
    assert {row[-1] for row in before.values()} == set(spoilt.warehouse("select build_id from quality.build")[0])
    felt = "select sentiment from core.fct_feedback_texts where text_id = 'good'"
    assert (spoilt.warehouse(felt), second.warehouse(felt)) == ([("negative",)], [("positive",)])


def test_no_text_leaves_the_union(spoilt):
    """What customers write is in staging, in the union, and with the rejects of staging, and nowhere else."""
    columns = spoilt.warehouse(
        """select schema_name, table_name, column_name from duckdb_columns()
        where data_type = 'VARCHAR' and schema_name in ('core', 'marts', 'history', 'quality')"""
    )
    searches = [
        f"""select '{schema}.{table}' from {schema}.{table} where "{column}" like '%{TEXT}%'"""
        for schema, table, column in columns
    ]
    holding = {table for (table,) in spoilt.warehouse(" union ".join(searches))}
    assert holding <= {"core.union_feedback_texts", "quality.rejects"}
    assert "core.union_feedback_texts" in holding
