"""`make data-docs`: Great Expectations' Data Docs of the suites of all gates, run once more on the warehouse as it is.

    data_docs.py [--out FOLDER]

A folder of HTML pages, by suite: what each rule expects and why, what was found, and examples of rows that fail, which may be raw ones: for data stewards
(the pages take their style from a public server). The gates themselves keep their results in the warehouse, schema history.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
import sys
from pathlib import Path

import duckdb
from quality import gate

WAREHOUSE = Path(os.environ.get("WAREHOUSE_DIR", "warehouse")) / "customer_success.duckdb"
LAYERS = ("raw", "staging", "core", "marts")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("target/data_docs"))
    out = parser.parse_args(arguments).out
    if not WAREHOUSE.exists():
        sys.exit(f"{WAREHOUSE} is not there: make build first")
    with duckdb.connect(str(WAREHOUSE), read_only=True) as session:
        failed = write(session, out)
    print(f"{out / 'index.html'}: {failed} suites have failing rules")
    return 0


def write(session: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Writes the pages; returns how many suites have a failing rule."""
    import great_expectations as gx

    context = gate.context()
    source = gate.warehouse(context, session)
    shutil.rmtree(out, ignore_errors=True)
    site = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(out.resolve())}
    for name in context.get_site_names():
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        "stewards",
        {
            "class_name": "SiteBuilder",
            "store_backend": site,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    (sources,) = session.execute("select sources from quality.build").fetchone()
    failed = 0
    for layer in LAYERS:
        for suite in gate.suites(layer, sources.split(), dt.date.today()):
            expectations = context.suites.add(gate.expectations_of(suite))
            name = f"{layer} {suite.name}"
            validation = gx.ValidationDefinition(name=name, data=gate.whole_table(source, suite), suite=expectations)
            failed += not context.validation_definitions.add(validation).run(result_format="SUMMARY").success
    context.build_data_docs()
    return failed


if __name__ == "__main__":
    sys.exit(main())
