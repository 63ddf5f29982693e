"""The state that no build can make again: schema `history` of the warehouse.

    history.py backup           every table as Parquet under BACKUP_DIR (backups)/<time of the last build>
    history.py restore FOLDER   reads a backup back into a warehouse whose history is empty
    history.py clean            drops every other schema and keeps history

The warehouse is WAREHOUSE_DIR/customer_success.duckdb; nothing else may hold it open.
"""

import argparse
import os
import sys
from pathlib import Path

import duckdb

WAREHOUSE = Path(os.environ.get("WAREHOUSE_DIR", "warehouse")) / "customer_success.duckdb"


def tables(warehouse: duckdb.DuckDBPyConnection) -> list[str]:
    rows = warehouse.execute(
        "select table_name from information_schema.tables where table_schema = 'history' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def backup(warehouse: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Raises FileExistsError when this state is already backed up."""
    names = tables(warehouse)
    if not names:
        sys.exit(f"{WAREHOUSE} has no history yet: build first")
    last = warehouse.execute("select max(finished_at) from history.dbt_results").fetchone()[0]
    target = folder / f"{last:%Y-%m-%dT%H%M%S}"
    target.mkdir(parents=True)
    for name in names:
        warehouse.execute(f"copy history.\"{name}\" to '{target}/{name}.parquet' (format parquet)")
        rows = warehouse.execute(f"select count(*) from '{target}/{name}.parquet'").fetchone()[0]
        print(f"  {name:<24}{rows:>10,} rows")
    print(f"History written to {target}")


def restore(warehouse: duckdb.DuckDBPyConnection, folder: Path) -> None:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        sys.exit(f"{folder} holds no Parquet files")
    if names := tables(warehouse):
        sys.exit(f"{WAREHOUSE} has a history of its own ({', '.join(names)}): nothing was restored")
    warehouse.execute("create schema if not exists history")
    for file in files:
        warehouse.execute(f"create table history.\"{file.stem}\" as select * from '{file}'")
    print(f"{len(files)} tables of history restored from {folder}")


def clean(warehouse: duckdb.DuckDBPyConnection) -> None:
    schemas = warehouse.execute(
        """select schema_name from information_schema.schemata
        where catalog_name = current_database()
            and schema_name not in ('history', 'main', 'information_schema', 'pg_catalog')"""
    ).fetchall()
    for (schema,) in schemas:
        warehouse.execute(f'drop schema "{schema}" cascade')
    warehouse.execute("checkpoint")
    print(f"Dropped {len(schemas)} schemas of {WAREHOUSE}; history stays")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["backup", "restore", "clean"])
    parser.add_argument("folder", nargs="?", type=Path)
    arguments = parser.parse_args()
    if arguments.action == "restore":
        if not arguments.folder:
            parser.error("restore needs the folder of a backup")
        WAREHOUSE.parent.mkdir(parents=True, exist_ok=True)
    elif not WAREHOUSE.exists():
        print(f"{WAREHOUSE} does not exist: nothing to {arguments.action}")
        return
    with duckdb.connect(str(WAREHOUSE)) as warehouse:
        if arguments.action == "backup":
            backup(warehouse, Path(os.environ.get("BACKUP_DIR", "backups")))
        elif arguments.action == "restore":
            restore(warehouse, arguments.folder)
        else:
            clean(warehouse)


if __name__ == "__main__":
    main()
