"""Messages, content and community posts as people export them: what is wrong ends with a reason, and the rest counts."""

from __future__ import annotations

import json
from pathlib import Path

import company
import pytest
from conftest import WHOLE, Build

MESSAGES = """\
message_id,contact_id,customer_id,channel,purpose,sent_at,delivered_at
m1,p1,A1,email,onboarding,2025-03-03 09:00:00,2025-03-03T10:00:04+01:00
m2,p1,A1,email,onboarding,2025-03-04 09:00:00,
m3,p2,A2,in_app,adoption,2025-03-04 09:00:00,2025-03-04 09:00:00
m1,p1,A1,email,onboarding,2025-03-03 09:00:00,
m4,p3,A99,email,renewal,2025-03-05 09:00:00,2025-03-05 09:00:02
b1,p1,A1,fax,,2025-03-05 09:00:00,
b2,p1,A1,email,,2025-03-05 09:00:00,2025-03-05 08:59:59
b3,p1,A1,email,,05/03/2025 09:00,
b4,,A1,email,,2025-03-05 09:00:00,
b5,p1,A1,email,,2025-03-05 09:00:00,45721.4
"""
EVENTS = """\
message_id,event_type,is_machine,occurred_at
m1,open,TRUE,2025-03-03 09:00:06
m1,click,,2025-03-03 09:00:13
m1,open,false,2025-03-03 12:00:00
m1,open,false,2025-03-03 12:00:00
m2,open,false,2025-03-04 08:00:00
m2,bounce,,2025-03-04 09:00:03
m3,click,0,2025-03-04 09:00:02
lost,open,,2025-03-04 09:00:02
m1,proxied,,2025-03-03 09:00:06
m1,click,maybe,2025-03-03 12:00:09
m1,click,,yesterday
"""
CONTENT = """\
user_id,customer_id,content_id,kind,progress,dwell_seconds,occurred_at
u1,A1,exports,article,,10,2025-03-03 09:00:00
u1,A1,exports,article,,9.9,2025-03-04 09:00:00
,A2,exports,article,,60,2025-03-04 09:00:00
u1,,tour,walkthrough,0,,2025-03-03 09:00:00
u1,,tour,walkthrough,0.9,,2025-03-17 09:00:00
u1,A1,tour,podcast,,,2025-03-03 09:00:00
u1,A1,tour,walkthrough,95,,2025-03-03 09:00:00
u1,A1,tour,walkthrough,"0,5",,2025-03-03 09:00:00
u1,A1,exports,article,,-1,2025-03-03 09:00:00
u1,A1,,article,,60,2025-03-03 09:00:00
"""
POSTS = """\
post_id,parent_id,user_id,customer_id,kind,is_staff,occurred_at,answered_at
q1,,u1,A1,question,,2025-03-03 09:00:00,
p1,q1,u2,,answer,,2025-03-05 09:00:00,
p2,q1,team,,answer,yes,2025-03-04 09:00:00,
b1,,u1,A1,question,,2025-03-03 09:00:00,2025-03-03 08:00:00
b2,b2,u2,A2,answer,,2025-03-03 09:00:00,
b3,q1,u2,A2,like,,2025-03-03 09:00:00,
b4,q1,u2,A2,comment,perhaps,2025-03-03 09:00:00,
"""
USERS = "user_id,customer_id,created_at\nu1,A1,2025-01-01\nu2,A2,2025-01-01\n"
# So many accounts that buy nothing that the customers of one bad row are within the budget of unmatched ones.
PROSPECTS = "".join(f"P{n:02d},Prospect {n},EdTech,US,2025-01-01,other,,,,\n" for n in range(1, 61))

REASONS = {
    ("messages", "message_id=b1 "): "channel is unknown",
    ("messages", "message_id=b2 "): "delivered_at is before sent_at",
    (
        "messages",
        "message_id=b3 ",
    ): "sent_at is not a timestamp: write 2026-01-31, since day and month could change places",
    ("messages", "message_id=b4 "): "contact_id is missing",
    (
        "messages",
        "message_id=b5 ",
    ): "delivered_at is not a timestamp: write 2026-01-31 for the serial number of a spreadsheet",
    ("message_events", "event_type=proxied"): "event_type is unknown",
    ("message_events", "is_machine=maybe"): "is_machine is not a boolean: write true or false",
    ("message_events", "occurred_at=yesterday"): "occurred_at is not a timestamp: write 2026-01-31 or 2026-01-31 14:30",
    ("content_events", "kind=podcast"): "kind is unknown",
    ("content_events", "progress=95 "): "progress is not between 0 and 1",
    (
        "content_events",
        "progress=0,5",
    ): "progress is not a decimal(9, 6): write 1234.56, since a comma could part thousands or decimals",
    ("content_events", "dwell_seconds=-1 "): "dwell_seconds is negative",
    ("content_events", "content_id= "): "content_id is missing",
    ("community_posts", "post_id=b1 "): "answered_at is before occurred_at",
    ("community_posts", "post_id=b2 "): "parent_id is post_id",
    ("community_posts", "post_id=b3 "): "kind is unknown",
    ("community_posts", "post_id=b4 "): "is_staff is not a boolean: write true or false",
}


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    """Lands the company of `company` and files {name: text}; returns its RAW_DIR."""

    def land(**files: str) -> Path:
        folder = tmp_path_factory.mktemp("engagement")
        tables = {f"ravenstack/{name}": text for name, text in company.RAW.items()}
        tables["ravenstack/ravenstack_accounts.csv"] += PROSPECTS
        for name, text in (tables | {f"files/{name}.csv": text for name, text in files.items()}).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return land


@pytest.fixture(scope="module")
def bad_rows(dbt, landing) -> Build:
    raw = landing(messages=MESSAGES, message_events=EVENTS, content_events=CONTENT, community_posts=POSTS, users=USERS)
    build = dbt(*WHOLE, raw=raw, SOURCES="ravenstack files")
    assert build.code == 0, build.output[-5000:]
    return build


@pytest.mark.parametrize(("table", "mark"), REASONS)
def test_a_bad_row_is_rejected_with_its_reason_and_its_raw_text(bad_rows, table, mark):
    rows = bad_rows.warehouse(
        f"""select reject_reason, row_status from quality.rejects
        where raw_table = '{table}' and raw_record || ' ' like '%{mark}%'"""
    )
    assert rows == [(REASONS[table, mark], "rejected")]


def test_every_raw_row_is_staged_and_counted_by_what_became_of_it(bad_rows):
    rows = bad_rows.warehouse(
        """select raw_table, raw_rows, accepted_rows, rejected_rows, duplicate_rows from quality.staging_counts
        where source_name = 'files' and raw_rows > 0"""
    )
    counts = {row[0]: row[1:] for row in rows}
    assert counts == {
        "messages": (10, 4, 5, 1),
        "message_events": (11, 7, 3, 1),
        "content_events": (10, 5, 5, 0),
        "community_posts": (7, 3, 4, 0),
        "users": (2, 2, 0, 0),
    }


def test_what_is_left_of_the_messages_counts_by_the_rules(bad_rows):
    """m1: a machine opens, a scanner clicks 9 s after the delivery (whose offset is read), a person opens. m2: opened before it was
    sent, and bounced. m3 in the product is clicked after 2 s. m4 is a customer's whom nobody knows."""
    rows = bad_rows.warehouse(
        """select m.message_id, c.anchor_id, c.is_unmatched, m.is_bounced, m.is_opened, m.is_clicked, m.has_machine_events
        from core.fct_messages as m inner join core.dim_customers as c on m.customer_id = c.customer_id order by 1"""
    )
    assert rows == [
        ("m1", "A1", False, False, True, False, True),
        ("m2", "A1", False, True, False, False, False),
        ("m3", "A2", False, False, False, True, False),
        ("m4", "A99", True, False, False, False, False),
    ]


def test_what_is_left_of_content_and_community_counts_by_the_rules(bad_rows):
    reads = bad_rows.warehouse("select user_id, event_date::varchar from core.fct_content_days where is_read")
    assert reads == [("u1", "2025-03-03")]
    walkthroughs = bad_rows.warehouse("select user_id, is_completed from core.fct_walkthroughs")
    assert walkthroughs == [("u1", True)]
    questions = bad_rows.warehouse(
        """select post_id, first_answered_at::varchar, is_answered_in_48_hours, is_peer_answered_in_48_hours
        from core.fct_community_posts where kind = 'question'"""
    )
    assert questions == [("q1", "2025-03-04 09:00:00", True, True)]


SHIFTED = "message_id,event_type,is_machine,occurred_at\n" + "".join(
    f"m1,open,,2025-03-03 {hour:02d}:00:00\n" for hour in range(3, 9)
)


@pytest.fixture(scope="module")
def shifted(dbt, landing, bad_rows) -> Build:
    raw = landing(messages=MESSAGES, message_events=SHIFTED, content_events=CONTENT, community_posts=POSTS, users=USERS)
    return dbt(*WHOLE, after=bad_rows, raw=raw, SOURCES="ravenstack files")


def test_events_in_another_clock_than_their_messages_close_the_gate(shifted, bad_rows):
    assert shifted.code != 0
    (failed,) = [rule for rule in shifted.status["failing_rules"] if rule["layer"] == "core"]
    assert failed["rule"] == "union_message_events.nothing_happens_before_sending"
    ((keys,),) = shifted.warehouse(
        f"""select failing_keys from history.gate_core
        where rule = 'nothing_happens_before_sending' and build_id = '{shifted.status["build_id"]}'"""
    )
    assert [(key["too_early"], key["example"]) for key in json.loads(keys)] == [(6, "m1")]
    assert shifted.published_bytes == bad_rows.published_bytes


def test_a_file_without_a_required_column_is_one_clear_error(dbt, landing, bad_rows):
    raw = landing(messages=MESSAGES.replace("sent_at", "send_date"), message_events=EVENTS)
    build = dbt(*WHOLE, after=bad_rows, raw=raw, SOURCES="ravenstack files")
    assert build.code != 0
    (message,) = [rule["message"] for rule in build.status["failing_rules"]]
    assert "files.messages: required column sent_at not in" in message
    assert "messages.csv, which has: message_id, contact_id, customer_id, channel, purpose, send_date" in message
