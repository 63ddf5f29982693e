"""Files beside another system: whose customer an id in a file is, and what joins the two."""

from __future__ import annotations

import company
import pytest
from conftest import Build

FILES = {
    # k1 is A1 by a stored id; A3 is an id of both, of two customers.
    "customers.csv": "customer_id,name\nk1,Alder\nA3,Aspen\n",
    "customer_links.csv": "customer_id,linked_system,linked_customer_id\nk1,ravenstack,A1\nk1,ravenstack,A77\n",
    "churn_events.csv": """\
churn_event_id,customer_id,churned_at,reason_code,source
f1,k1,2025-02-08,pricing,csm
f2,A2,2025-02-08,pricing,csm
f3,A3,2025-02-08,pricing,csm
f4,A99,2025-02-08,pricing,csm
""",
    "contacts.csv": "contact_id,customer_id\np1,A4\n",
    "users.csv": "user_id,customer_id,contact_id\nu1,A4,p1\n",
}
IDENTITY = "+dim_users", "+dim_contacts", "+dim_customers", "+customer_link_conflicts"


@pytest.fixture(scope="module")
def built(dbt, tmp_path_factory) -> Build:
    folder = tmp_path_factory.mktemp("both")
    for source, files in {"ravenstack": company.RAW, "files": FILES}.items():
        (folder / source).mkdir()
        for name, text in files.items():
            (folder / source / name).write_text(text, encoding="utf-8")
    build = dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "-s", *IDENTITY, raw=folder, SOURCES="files ravenstack"
    )
    assert build.code == 0, build.output[-5000:]
    return build


def anchor(build: Build, system: str, record: str) -> tuple[str, str, str]:
    """The record that a customer is named by, and the rule by which this one is its."""
    (row,) = build.warehouse(
        f"""select anchor_system, anchor_id, link_rule from core.brg_customer_ids
        where source_system = '{system}' and source_customer_id = '{record}'"""
    )
    return row


def test_a_stored_id_joins_a_files_customer_with_that_of_the_other_system(built):
    assert anchor(built, "ravenstack", "A1") == ("files", "k1", "files.customer_links")
    assert anchor(built, "files", "k1") == ("files", "k1", "own_record")


def test_an_id_is_that_of_files_customers_else_of_the_one_system_that_knows_it(built):
    assert anchor(built, "files", "A3") == ("files", "A3", "own_record")
    assert anchor(built, "files", "A2") == ("ravenstack", "A2", "same_id")
    assert anchor(built, "files", "A4") == ("ravenstack", "A4", "same_id")
    assert anchor(built, "files", "A99") == ("files", "A99", "unmatched")


def test_people_are_of_the_customer_that_their_file_names(built):
    (customer_id,) = built.warehouse("select customer_id from core.dim_customers where anchor_id = 'A4'")
    ((contact_id, *rest),) = built.warehouse("select contact_id, customer_id from core.dim_contacts")
    assert tuple(rest) == customer_id
    assert built.warehouse("select user_id, customer_id, contact_id from core.dim_users") == [
        ("u1", *customer_id, contact_id)
    ]


def test_what_was_said_and_not_followed_is_explained(built):
    assert built.warehouse(
        "select source_system, source_customer_id, linked_system, linked_customer_id, conflict from quality.customer_link_conflicts order by 5"
    ) == [("ravenstack", "A3", "files", "A3", "same_id"), ("files", "k1", "ravenstack", "A77", "unknown_id")]
