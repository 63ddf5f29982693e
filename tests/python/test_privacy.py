"""Personal data: which raw columns hold it is declared (`meta: {personal: true}`), and nothing that they hold is published, logged or shown
but in the columns that say so of themselves."""

from __future__ import annotations

import hashlib
import re
import shutil

import build
import duckdb
import pytest
from conftest import ROOT, VENDORS

# Names that usually hold what a person is called, is reached by or wrote, and the columns of such names that do not.
SOUNDS_PERSONAL = re.compile(
    r"mail|phone|^first_name$|^last_name$|^full_name$|^name$|alias|body|comment|subject|^text$|notes?$|message$|_ip$|street|postal|next_step|url"
)
IMPERSONAL = {
    "name": {
        *(
            "account",
            "accounts",
            "brand",
            "campaign",
            "customer",
            "customers",
            "feature",
            "features",
            "group",
            "groups",
        ),
        *(
            "opportunity",
            "opportunity_line_item",
            "organization",
            "product",
            "product_2",
            "schedule",
            "schedule_holiday",
        ),
        *("pages", "screens", "ticket_form_history", "user_role"),
    },
    "has_opted_out_of_email": {"contact"},
}


def personal(columns: dict) -> list[str]:
    return [name for name, column in columns.items() if column["config"]["meta"].get("personal")]


@pytest.fixture(scope="module")
def search(sample_build, manifest) -> duckdb.DuckDBPyConnection:
    """Table `held`, every personal value of the raw tables, and table `shown`, every text of the published ones."""
    connection = duckdb.connect(str(sample_build.warehouse_file), read_only=True)
    connection.execute("create temp table held (source_column varchar, value varchar)")
    for table in manifest["sources"].values():
        for column in personal(table["columns"]) if table["source_name"] in VENDORS.split() else []:
            connection.execute(
                f"""insert into held
                select distinct '{table["source_name"]}.{table["name"]}.{column}', lower(trim({column}::varchar))
                from {table["schema"]}."{table["name"]}" where {column} is not null"""
            )
    people = "raw_salesforce.contact"
    connection.execute(
        f"insert into held select distinct '{people}', lower(first_name || ' ' || last_name) from {people}"
    )
    # A word alone, as a first name or a ticket's status is, is found everywhere.
    connection.execute("delete from held where length(value) < 6 or not regexp_matches(value, '[ @/]')")
    connection.execute(f"attach '{sample_build.published_file}' as published (read_only)")
    connection.execute("create temp table shown (place varchar, value varchar)")
    allowed = {
        f"{model['alias']}.{column}" for model in manifest["nodes"].values() for column in personal(model["columns"])
    }
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'published' and data_type = 'VARCHAR'"
    ).fetchall():
        if f"{table}.{column}" not in allowed:
            connection.execute(
                f"insert into shown select distinct '{table}.{column}', lower({column}) from published.main.{table} where {column} <> ''"
            )
    return connection


FOUND = """
    select distinct shown.place, held.source_column from shown inner join held on shown.value = held.value
    union
    select distinct shown.place, held.source_column
    from (select * from shown where contains(value, ' ') or contains(value, '@')) as shown
    inner join held on length(shown.value) > length(held.value) and contains(shown.value, held.value)
    order by all
"""


def test_columns_that_sound_personal_say_so(manifest):
    unsaid = [
        f"{table['source_name']}.{table['name']}.{column}"
        for table in manifest["sources"].values()
        for column in table["columns"]
        if SOUNDS_PERSONAL.search(column)
        and column not in personal(table["columns"])
        and table["name"] not in IMPERSONAL.get(column, set())
    ]
    assert unsaid == []


def test_personal_columns_of_each_system_hold_something_to_look_for(search):
    held = {
        column.rsplit(".", 1)[0] for (column,) in search.execute("select distinct source_column from held").fetchall()
    }
    assert {
        "salesforce.contact",
        "salesforce.user",
        "stripe.customer",
        "segment.users",
        "zendesk.user",
        "files.feedback_texts",
    } <= held


def test_no_personal_value_is_published(search):
    assert search.execute("select count(*) > 10000 from shown").fetchone() == (True,)
    assert search.execute(FOUND).fetchall() == []


def test_the_search_finds_what_is_planted(search):
    search.execute("begin")
    mail, name = (
        search.execute(f"select min(value) from held where source_column = '{column}'").fetchone()[0]
        for column in ("salesforce.contact.email", "raw_salesforce.contact")
    )
    search.execute("insert into shown values ('planted.mail', ?), ('planted.text', ?)", [mail, f"ask {name} first"])
    places = {place for place, _ in search.execute(FOUND).fetchall()}
    search.execute("rollback")
    assert places == {"planted.mail", "planted.text"}


def test_no_personal_value_is_printed_or_logged(sample_build, search):
    said = sample_build.output + "".join(
        path.read_text("utf-8") for path in sorted((sample_build.folder / "logs").iterdir())
    )
    said = said.lower()
    assert [value for (value,) in search.execute("select distinct value from held").fetchall() if value in said] == []


def test_the_parquet_files_are_the_published_tables(sample_build):
    """So what holds for the tables holds for them."""
    with duckdb.connect(str(sample_build.published_file), read_only=True) as published:
        for path in sorted((sample_build.folder / "published").rglob("*.parquet")):
            table = path.stem
            assert published.execute(
                f"select count(*) from (from {table} except all select * from read_parquet('{path}'))"
            ).fetchone() == (0,), table


def test_addresses_are_hashed_with_a_salt_that_no_log_holds(dbt, tmp_path):
    shutil.copytree(ROOT / "templates", tmp_path / "files")
    select = ("--log-level-file", "debug", "run", "--select", "stg_files__contacts")
    keys = {}
    for salt in ("", "pepper's"):
        build = dbt(*select, raw=tmp_path, SOURCES="files", PRIVACY_SALT=salt)
        assert build.code == 0, build.output
        log = "".join(path.read_text("utf-8") for path in (build.folder / "logs").iterdir())
        assert "md5" in log and "pepper" not in log
        keys[salt] = build.warehouse(
            """select email_key, raw.email
            from staging.stg_files__contacts inner join raw_files.contacts as raw using (contact_id) where raw.email <> ''"""
        )
        assert keys[salt] != []
        for key, email in keys[salt]:
            assert key == hashlib.md5((salt + email.strip().lower()).encode()).hexdigest()


def test_a_build_says_that_hashes_have_no_salt(monkeypatch):
    monkeypatch.setenv("PRIVACY_SALT", "")
    assert "PRIVACY_SALT is not set" in build._salt()[0]
    monkeypatch.setenv("PRIVACY_SALT", "pepper")
    assert build._salt() == []
