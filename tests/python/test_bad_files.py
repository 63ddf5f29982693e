"""Files as people make them: what is unambiguous is read; what could mean two things is a rejected row, or an error, that says what to do."""

from __future__ import annotations

import codecs
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import WHOLE, Build
from quality.dbt_plugin import has_header_in_utf_8

SERIAL = "write 2026-01-31 for the serial number of a spreadsheet"
PLACES = "write 2026-01-31, since day and month could change places"
COMMA = "write 1234.56, since a comma could part thousands or decimals"

# How a term's start may be written, with the time that is read or why none is.
STARTS = {
    "2026-01-05": datetime(2026, 1, 5),
    "2026/1/5": datetime(2026, 1, 5),
    "2026-1-5 9:30": datetime(2026, 1, 5, 9, 30),
    " 2026-01-05T09:30:15Z ": datetime(2026, 1, 5, 9, 30, 15),
    "2026-01-05 09:30+01:00": datetime(2026, 1, 5, 8, 30),
    "05/01/2026": PLACES,
    "31.01.26": PLACES,
    "1-2-2026 14:30": PLACES,
    "46027": SERIAL,
    "46027.5": SERIAL,
    "20260105": "write 2026-01-31 or 2026-01-31 14:30",
    "202601050930": "write 2026-01-31 or 2026-01-31 14:30",
    "2026-02-30": "write 2026-01-31 or 2026-01-31 14:30",
    "2026-01-05 9:30 PM": "write 2026-01-31 or 2026-01-31 14:30",
    "Jan 5th": "write 2026-01-31 or 2026-01-31 14:30",
}
PRICES = {
    "1234.56": Decimal("1234.56"),
    " 99 ": Decimal(99),
    "1e3": Decimal(1000),
    "1.234,56": COMMA,
    "1,234.56": COMMA,
    "12,5": COMMA,
    "€ 9": "write 1234.56",
    "1.234": "its point could part thousands, as commas elsewhere in the column part decimals",
}
MONTHS = {"12": 12, "12.0": 12, "3.5": "write a whole number", "a year": "write a whole number"}
TRUTHS = {
    "TRUE": True, "yes": True, "1": True, "VRAI": True, "wahr": True, "": False, "FALSCH": False, "n": False,
    "maybe": "write true or false", "x": "write true or false",
}  # fmt: skip


def quoted(text: str) -> str:
    return f'"{text}"' if "," in text else text


def lines(header: str, *rows: str) -> str:
    return "\n".join([header, *rows, ""])


CUSTOMERS = lines(
    "Customer_ID;NAME;Segment;is_internal;tier;csm",
    "c1;Ärzte am Markt;SMB;WAHR;  gold ;x",
    'c2;"Meyer; Söhne";Enterprise;;;',
    ";;;;;",
    " ; ; ; ; ; ",
)
READABLE = {
    # A spreadsheet's own export where decimals have commas: a mark for UTF-8, semicolons, CR LF, blank lines at the end.
    "customers.csv": codecs.BOM_UTF8 + CUSTOMERS.replace("\n", "\r\n").encode(),
    "contracts.csv": lines(
        "contract_id,customer_id,term_start,term_end,term_months",
        *[f"k{n},c1,{text},2027-01-01,12" for n, text in enumerate(STARTS)],
        *[f"m{n},c1,2026-01-01,2027-01-01,{text}" for n, text in enumerate(MONTHS)],
        "backwards,c1,2026-01-01,2025-01-01,12",
    ),
    "subscription_items.csv": lines(
        "item_id,customer_id,billing_interval,unit_price,currency,valid_from,status",
        *[f"i{n},c1,month,{quoted(text)},USD,2026-01-01," for n, text in enumerate(PRICES)],
        "canceled,c1,Month,10,usd,2026-01-01,Canceled",
        "fortnightly,c1,fortnight,10,USD,2026-01-01,",
        "dollars,c1,month,10,$,2026-01-01,",
        "less,c1,month,-10,USD,2026-01-01,",
        "ended,c1,month,10,USD,2026-01-01,finished",
    ),
    # Points here are decimals: no number of the column has a comma.
    "fx_rates.csv": lines(
        "currency\trate_type\trate_on\trate", "EUR\tconstant\t\t1.085", "GBP\tmonth_end\t2026/1/31\t1.251", "CHF\tmonth_end\t31.1.26\t1.1"
    ),
    "owners.csv": lines("owner_id,name,is_active", *[f"o{n},Somebody,{text}" for n, text in enumerate(TRUTHS) if text]),
    "tickets/2026-01.csv": lines(
        "ticket_id,customer_id,priority,created_at", "t1,c1,Low,2026-01-05", "t2,c1,high,2026-01-05", "t3,c1,,2026-01-05"
    ),
    "tickets/2026-02.csv": lines(
        "ticket_id,customer_id,priority,created_at", "t1,c1,low,2026-01-05", "t2,c1,urgent,2026-01-05", "t3,c1,low,2026-01-05", "t4,c1,P1,2026-02-05"
    ),
    "ticket_events.csv": lines(
        "ticket_id,event_id,event_type,actor_type,is_public,status_to,occurred_at",
        "t1,1,comment,agent,,,2026-01-05",
        "t1,2,status,agent,,,2026-01-05",
        "t1,3,escalation,agent,,,2026-01-05",
        "t1,4,status,agent,,resolved,2026-01-05",
    ),
    "business_hours.csv": lines(
        "schedule_id,time_zone,weekday,opens,closes",
        "s,Europe/Berlin,Monday,9:00,17:30",
        "s,Europe/Berlin,sunday,18:00,24:00",
        "s,Europe/Berlin,1,09:00,17:00",
        "s,CET time,tuesday,09:00,17:00",
        "s,Europe/Berlin,friday,9 am,17:00",
        "s,Europe/Berlin,saturday,17:00,09:00",
    ),
    "product_events.csv": lines(
        "event_id,user_id,customer_id,event_name,client,occurred_at",
        "e1 ,u1 ,, made ,API,2026-01-05 9:30",
        "e2,u1,,made,,2026-01-05 09:30 PM",
        "e3,,,made,web,2026-01-05",
        "e4,u1,,made,phone,2026-01-05",
        "e5,u1,,made,web,05/01/2026",
    ),
    "item_discounts.csv": lines(
        "item_id,seq,discount_type,discount,discount_start", "i1,1,percent,20,2026-01-01", "i1,2,percent,0.2,2026-01-01"
    ),
}  # fmt: skip

UNREADABLE = {
    "customers.csv": "customer_id,name\nc1,Müller\n".encode("cp1252"),
    "owners.csv": "owner_id,name\no1,Zoë\n".encode("utf-16"),
    "contacts.csv": "contact_id,customer_id,größe\np1,c1,1\n".encode("cp1252"),
    "fx_rates.csv": "currency,rate_type,rate\nEUR,constant,1,08\n",
    "users.csv": "user_id,customer_id,User_ID\nu1,c1,u1\n",
    "holidays.xlsx": b"PK",
    "tickets/1.csv": "ticket_id,customer_id,created_at\nt1,c1,2026-01-05\n",
    "tickets/2.csv": "ticket_id;customer_id;created_at\nt2;c1;2026-01-05\n",
    "contracts.csv": "contract_id,customer,term_start,term_end\nk1,c1,2026-01-05,2027-01-05\n",
}


def land(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture(scope="module")
def staged(dbt, tmp_path_factory) -> Build:
    build = dbt(
        "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
        "-s", "build", "path:models/staging/files", "rejects", "staging_counts",
        raw=land(tmp_path_factory.mktemp("readable"), READABLE), SOURCES="files", AS_OF="2026-03-01",
    )  # fmt: skip
    assert build.code == 0, build.output[-5000:]
    return build


@pytest.fixture(scope="module")
def stopped(dbt, tmp_path_factory) -> Build:
    return dbt(*WHOLE, raw=land(tmp_path_factory.mktemp("unreadable"), UNREADABLE), SOURCES="files")


def read(build: Build, table: str, columns: str) -> list[tuple]:
    return build.warehouse(f"select {columns} from staging.stg_files__{table} order by all")


def judged(build: Build, table: str, key: str, column: str, prefix: str) -> list:
    """Per row whose key begins so: what was read, else why not, without the column's name and type."""
    rows = build.warehouse(
        f"""select {column}, reject_reason from staging.stg_files__{table} where {key} like '{prefix}%'
        order by cast(substr({key}, 2) as integer)"""
    )
    return [reason.split(": ", 1)[1] if reason else value for value, reason in rows]


def reasons(build: Build, table: str) -> dict[str, str]:
    rows = build.warehouse(f"select raw_record, reject_reason from quality.rejects where raw_table = '{table}'")
    return {record.split(" | ")[0].split("=")[1]: reason for record, reason in rows}


# What is read, and what is a rejected row.


def test_a_spreadsheets_export_with_semicolons_is_read(staged):
    assert read(staged, "customers", "source_customer_id, name, segment, tier, is_internal, row_status") == [
        ("c1", "Ärzte am Markt", "SMB", "gold", True, "accepted"),
        ("c2", "Meyer; Söhne", "Enterprise", None, False, "accepted"),
    ]


def test_a_time_is_read_only_where_it_has_one_meaning(staged):
    assert judged(staged, "contracts", "contract_id", "term_start", "k") == list(STARTS.values())


def test_an_amount_is_read_only_where_it_has_one_meaning(staged):
    assert judged(staged, "subscription_items", "item_id", "unit_price", "i") == list(PRICES.values())


def test_a_whole_number_is_not_rounded(staged):
    assert judged(staged, "contracts", "contract_id", "term_months", "m") == list(MONTHS.values())


def test_truth_is_read_in_the_words_of_spreadsheets(staged):
    assert judged(staged, "owners", "owner_id", "is_active", "o") == [truth for text, truth in TRUTHS.items() if text]


def test_a_point_is_decimal_where_no_number_of_the_column_has_a_comma(staged):
    assert read(staged, "fx_rates", "currency, rate_on, rate, reject_reason") == [
        ("CHF", None, Decimal("1.1"), f"rate_on is not a date: {PLACES}"),
        ("EUR", None, Decimal("1.085"), None),
        ("GBP", date(2026, 1, 31), Decimal("1.251"), None),
    ]


def test_what_the_contract_does_not_list_is_rejected_by_name(staged):
    found = reasons(staged, "subscription_items")
    assert {name: reason for name, reason in found.items() if not name.startswith("i")} == {
        "fortnightly": "billing_interval is unknown",
        "dollars": "currency is no code of three letters",
        "less": "price or quantity is negative",
        "ended": "status is unknown",
    }
    assert reasons(staged, "contracts")["backwards"] == "end is before start"
    assert reasons(staged, "item_discounts") == {"i1": "percent is no fraction from 0 to 1"}
    assert staged.warehouse(
        "select status, billing_interval, currency from staging.stg_files__subscription_items where item_id = 'canceled'"
    ) == [("cancelled", "month", "USD")]


def test_an_event_of_a_ticket_says_what_its_kind_needs(staged):
    rows = staged.warehouse("select event_id, reject_reason from staging.stg_files__ticket_events order by 1")
    assert rows == [
        ("1", "a comment says neither who wrote it nor who reads it"),
        ("2", "a change of status has no status_to"),
        ("3", "an escalation has no escalation_kind"),
        ("4", "status_to is unknown"),
    ]


def test_opening_hours_are_words_and_clock_times(staged):
    rows = staged.warehouse(
        "select weekday_name, weekday, opens_minute, closes_minute, reject_reason from staging.stg_files__business_hours order by 1"
    )
    assert rows == [
        ("1", None, 540, 1020, "weekday is not monday to sunday"),
        ("friday", 5, None, 1020, "opens is not hh:mm"),
        ("monday", 1, 540, 1050, None),
        ("saturday", 6, 1020, 540, "closes is not after opens"),
        ("sunday", 0, 1080, 1440, None),
        ("tuesday", 2, 540, 1020, "time_zone is no IANA name"),
    ]


def test_events_are_judged_like_all_else(staged):
    assert read(staged, "product_events", "event_id, user_id, event_name, client, occurred_at, reject_reason") == [
        ("e1", "u1", "made", "api", datetime(2026, 1, 5, 9, 30), None),
        ("e2", "u1", "made", "web", None, "occurred_at is not a timestamp"),
        ("e3", None, "made", "web", datetime(2026, 1, 5), "neither a user nor a customer is named"),
        ("e4", "u1", "made", "phone", datetime(2026, 1, 5), "client is unknown"),
        ("e5", "u1", "made", "web", None, "occurred_at is not a timestamp"),
    ]


def test_rows_of_one_key_that_contradict_each_other_are_none_and_repeats_are_one(staged):
    rows = read(staged, "tickets", "ticket_id, row_status, priority, reject_reason")
    assert [row for row in rows if row[0] == "t1"] == [
        ("t1", "accepted", "low", None),
        ("t1", "duplicate", "low", None),
    ]
    assert {row[3] for row in rows if row[0] == "t2"} == {"other rows of this key say otherwise"}
    assert {row[1] for row in rows if row[0] == "t2"} == {"rejected", "duplicate"}
    # A row that only says more is the better one.
    assert [row for row in rows if row[0] == "t3"] == [("t3", "accepted", "low", None), ("t3", "duplicate", None, None)]
    assert [row[3] for row in rows if row[0] == "t4"] == ["priority is unknown"]


def test_a_column_that_the_contract_does_not_have_is_named(staged):
    assert "Not read: columns that files.customers does not have: csm" in staged.output


# What stops before anything is built.


def problem(build: Build, file: str) -> str:
    (found,) = [line for line in build.output.splitlines() if line.strip().startswith("- ") and f"/{file}" in line]
    return found


def test_everything_that_cannot_be_read_is_in_one_error(stopped):
    assert stopped.code != 0
    assert "Landing found 8 problem(s)" in stopped.output
    assert " START sql " not in stopped.output


@pytest.mark.parametrize(("file", "line"), [("customers.csv", 2), ("owners.csv", 1), ("contacts.csv", 1)])
def test_text_that_is_not_utf_8_is_named_with_how_to_convert_it(stopped, file, line):
    assert f"line {line}: invalid encoding" in problem(stopped, file)
    assert "Save it as CSV UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8" in problem(stopped, file)


def test_a_decimal_comma_that_makes_a_line_too_long_is_named(stopped):
    assert "line 2: too many columns" in problem(stopped, "fx_rates.csv")
    assert "decimals are written 1234.56" in problem(stopped, "fx_rates.csv")


def test_a_name_twice_in_a_header_and_other_separators_within_a_table_are_named(stopped):
    assert "has more than one column user_id: keep one" in problem(stopped, "users.csv")
    assert "Write all of them with commas" in problem(stopped, "tickets/**/*.csv")


def test_a_spreadsheet_is_named_with_how_to_save_it(stopped):
    assert "is not read: save it as CSV (UTF-8), Parquet or JSON" in problem(stopped, "holidays.xlsx")


def test_a_required_column_of_another_name_is_named_with_what_is_there(stopped):
    assert "required column customer_id not in" in problem(stopped, "contracts.csv")
    assert "which has: contract_id, customer, term_start, term_end" in problem(stopped, "contracts.csv")


def test_a_header_is_utf_8_with_and_without_its_mark():
    assert has_header_in_utf_8("größe,name\n".encode())
    assert has_header_in_utf_8(codecs.BOM_UTF8 + b"a,b\n")
    assert not has_header_in_utf_8("größe,name\n".encode("cp1252"))
    assert not has_header_in_utf_8("a,b\n".encode("utf-16"))
