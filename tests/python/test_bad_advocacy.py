"""Bad rows of advocacy and costs end as reject rows with a reason; a currency without a rate ends as one error that names it."""

from __future__ import annotations

from pathlib import Path

import company
import pytest
from conftest import WHOLE, Build

# So many accounts that buy nothing that one unknown customer is within the budget of unmatched ones.
PROSPECTS = "".join(f"P{n:02d},Prospect {n},EdTech,US,2025-01-01,other,,,,\n" for n in range(1, 21))

FILES = {
    "fx_rates": "currency,rate_type,rate\nEUR,constant,1.1\n",
    "referrals": """\
referral_id,customer_id,referrer_type,lead_key,created_at,converted_at,is_valid
R1,A1,customer,lead-1,2025-01-10,2025-02-01,
R2,A2,user,Lead-1 ,2025-01-12,,true
R3,A1,customer,a1,2025-01-10,,true
R4,A1,customer,lead-2,2025-02-01,2025-01-01,true
R5,A1,neighbour,lead-3,2025-02-01,,true
R6,,customer,lead-4,2025-02-01,,true
R7,,partner,lead-5,2025-02-01,,true
R8,A1,customer,,2025-02-01,,true
R9,A1,customer,lead-6,01/02/2025 9:00 AM,,true
""",
    "intro_asks": """\
ask_id,customer_id,contact_id,party_type,asked_at,outcome
I1,A1,nobody,customer,2025-01-10,accepted
I2,A1,nobody,customer,2025-01-11,
I3,A1,,press,2025-01-11,
I4,A1,,customer,2025-01-11,maybe
I5,,,user,2025-01-11,
""",
    "loyalty_members": """\
customer_id,eligible_from,eligible_to,enrolled_at
A1,2025-01-01,,2025-01-02
A1,2025-01-01,,2025-01-02
A2,2025-03-01,2025-02-01,
""",
    "reward_units": """\
unit_id,customer_id,kind,qty,issued_at,expires_at,redeemed_at,voided_at
U1,A1,points,10,2025-01-10,,2025-02-01,
U2,A1,voucher,1,2025-01-10,,,
U3,A1,coupon,-3,2025-01-10,,,
U4,A1,coupon,ten,2025-01-10,,,
U5,A1,coupon,1,2025-01-10,2025-01-09,2025-01-08,
U6,A1,coupon,1,2025-01-10,,,2025-01-01
""",
    "advocacy_acts": """\
act_id,customer_id,contact_id,kind,occurred_at
V1,A1,nobody,review,2025-01-10
V2,A99,,reference,2025-01-10
V3,A1,,applause,2025-01-10
""",
    "costs": """\
cost_id,month,function,purpose,segment,amount,currency
K1,2025-01-01,support,,,100,EUR
K2,2025-01-01,support,,,50,usd
K3,2025-01-15,support,,,1,USD
K4,2025-01-01,catering,,,1,USD
K5,2025-01-01,support,fun,,1,USD
K6,2025-01-01,support,,,a lot,USD
K7,2025-01-01,support,,,1,Euro
""",
}
REASONS = {
    "R4": "converted_at is before created_at",
    "R5": "referrer type is unknown",
    "R6": "referrer is missing",
    "R8": "lead_key is missing",
    "R9": "created_at is not a timestamp: write 2026-01-31, since day and month could change places",
    "I3": "party type is unknown",
    "I4": "outcome is unknown",
    "I5": "customer is missing",
    "source_customer_id=A2": "eligible_to is not after eligible_from",
    "U2": "kind is unknown",
    "U3": "qty is not positive",
    "U4": "qty is not a decimal(28, 6): write 1234.56",
    "U5": "expires_at is before issued_at; redeemed_at is before issued_at",
    "U6": "voided_at is before issued_at",
    "V3": "kind is unknown",
    "K3": "month is not the first of a month",
    "K4": "function is unknown",
    "K5": "purpose is unknown",
    "K6": "amount is not a decimal(28, 6): write 1234.56",
    "K7": "currency is no code of three letters",
}


def land(folder: Path, **files: str) -> Path:
    """The company of RavenStack's exports beside `files`; returns its RAW_DIR."""
    texts = {f"ravenstack/{name}": text for name, text in company.RAW.items()}
    texts["ravenstack/ravenstack_accounts.csv"] += PROSPECTS
    for name, text in (texts | {f"files/{name}.csv": text for name, text in files.items()}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def bad_files(dbt, tmp_path_factory) -> Build:
    build = dbt(*WHOLE, raw=land(tmp_path_factory.mktemp("bad"), **FILES), SOURCES="ravenstack files")
    assert build.code == 0, build.output[-5000:]
    return build


def test_every_bad_row_is_rejected_with_its_reason_and_no_other(bad_files):
    rows = bad_files.warehouse(
        "select raw_record, reject_reason from quality.rejects where row_status = 'rejected' and source_name = 'files'"
    )
    reasons = {mark: [reason for record, reason in rows if mark in record] for mark in REASONS}
    assert reasons == {mark: [reason] for mark, reason in REASONS.items()}
    assert len(rows) == len(REASONS)


def test_the_first_referrer_keeps_the_lead_and_a_partner_is_no_customer(bad_files):
    rows = bad_files.warehouse(
        "select referral_id, standing, is_converted_in_time, customer_id is null from core.fct_referrals order by 1"
    )
    assert rows == [
        ("R1", "counted", True, False),
        ("R2", "duplicate", False, False),
        ("R3", "self", False, False),
        ("R7", "counted", False, True),
    ]


def test_a_contact_that_nobody_knows_is_one_contact_and_an_unknown_customer_an_unmatched_one(bad_files):
    asks = bad_files.warehouse(
        "select ask_id, is_repeat from core.fct_intro_asks where contact_id is not null order by 1"
    )
    assert asks == [("I1", False), ("I2", True)]
    acts = bad_files.warehouse(
        """select acts.act_id, customers.anchor_id, customers.is_unmatched, acts.contact_id is null
        from core.fct_advocacy_acts as acts inner join core.dim_customers as customers using (customer_id) order by 1"""
    )
    assert acts == [("V1", "A1", False, False), ("V2", "A99", True, True)]


def test_a_span_that_was_sent_twice_is_one(bad_files):
    rows = bad_files.warehouse(
        "select month_start, is_enrolled, is_participating from core.fct_loyalty_months order by 1"
    )
    assert [(f"{month:%Y-%m}", *flags) for month, *flags in rows] == [
        ("2025-01", True, True),
        ("2025-02", True, True),
        ("2025-03", True, True),
    ]


def test_costs_are_what_is_left_in_the_reporting_currency(bad_files):
    rows = bad_files.warehouse("select cost_function, purpose, segment, amount, new_logo_amount from core.fct_costs")
    assert rows == [("support", None, None, 160, 0)]
    assert set(bad_files.warehouse("select is_assumed, gross_margin from core.fct_gross_margin_months")) == {
        (True, 0.8)
    }


@pytest.fixture(scope="module")
def francs(dbt, bad_files, tmp_path_factory) -> Build:
    files = FILES | {"costs": FILES["costs"] + "K8,2025-02-01,cs,,,10,CHF\nK9,2025-02-01,cs,,,5,CHF\n"}
    return dbt(
        *WHOLE, after=bad_files, raw=land(tmp_path_factory.mktemp("francs"), **files), SOURCES="ravenstack files"
    )


def test_a_currency_without_a_rate_is_one_error_that_names_it(francs, bad_files):
    assert francs.code != 0
    (failed,) = francs.status["failing_rules"]
    assert failed["rule"] == "dim_exchange_rates"
    assert "No exchange rate of type constant for amounts in CHF (2 of costs)." in failed["message"]
    assert "Land it in files/fx_rates" in failed["message"]
    assert francs.published_bytes == bad_files.published_bytes
