"""Publishing: the marts of a whole, gated build become the files that BI reads, in one atomic step."""

import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
from dbt_common.invocation import get_invocation_id

GATES = ("raw", "staging", "core", "marts")


def publish(session, build: pd.Series) -> pd.DataFrame:
    """Publishes a build (the row of quality.build) and returns one row that says so, or one row that says why not.
    An unpublished build leaves the published files untouched; readers that hold the old file keep it."""
    target = Path(os.environ.get("PUBLISHED_DIR", "published"))
    refusal = _refusal(session, build)
    tables = [] if refusal else _write(session, target)
    print(f"publish: {refusal or f'{len(tables)} tables to {target}/customer_success.duckdb'}", flush=True)
    return pd.DataFrame(
        {
            "build_id": [build["build_id"]],
            "is_published": [not refusal],
            "refusal": [refusal],
            "as_of": [pd.Timestamp(build["as_of"])],
            "git_revision": [build["git_revision"]],
            "tables": [len(tables)],
            "published_at": [pd.Timestamp.now("UTC").tz_localize(None)],
        }
    ).astype({"as_of": "datetime64[us]", "published_at": "datetime64[us]", "refusal": "string"})


def _refusal(session, build) -> str:
    """Why this build may not be published; '' when it may."""
    if build["build_id"] != get_invocation_id():
        return f"not published: this command did not begin with the build that the marts are of, {build['build_id']}"
    if build["command"] != "build":
        return f"not published: `dbt {build['command']}` is not guarded, only a whole `dbt build` publishes"
    if build["selection"]:
        return f"not published: this build was partial ({build['selection']})"
    for layer in GATES:
        rules, closed = session.execute(
            f"""select count(*), count(*) filter (where severity = 'critical' and status <> 'passed')
            from history.gate_{layer} where build_id = ?""",
            [build["build_id"]],
        ).fetchone()
        if not rules or closed:
            return f"not published: gate {layer} is closed"
    return ""


def _write(session, target: Path) -> list[str]:
    """Copies the tables of schema marts into `<file>.new` and Parquet beside it, then swaps both in."""
    target.mkdir(parents=True, exist_ok=True)
    final, new = target / "customer_success.duckdb", target / "customer_success.duckdb.new"
    parquet, new_parquet = target / "parquet", target / "parquet.new"
    new.unlink(missing_ok=True)
    shutil.rmtree(new_parquet, ignore_errors=True)
    new_parquet.mkdir()
    cursor = session.cursor()
    names = [
        row[0]
        for row in cursor.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
    ]
    path = str(new).replace("'", "''")
    cursor.execute(f"attach '{path}' as published (storage_version 'v1.4.0')")
    for name in names:
        cursor.execute(f'create table published.main."{name}" as select * from marts."{name}"')
        cursor.execute(f"copy published.main.\"{name}\" to '{new_parquet}/{name}.parquet' (format parquet)")
    cursor.execute("create table published.main.published_build as select * from quality.build")
    cursor.execute("detach published")
    cursor.close()
    _check(new, names)
    old_parquet = target / "parquet.old"
    shutil.rmtree(old_parquet, ignore_errors=True)
    if parquet.exists():
        parquet.rename(old_parquet)
    new_parquet.rename(parquet)
    new.replace(final)
    shutil.rmtree(old_parquet, ignore_errors=True)
    return names


def _check(path: Path, names: list[str]) -> None:
    """The new file opens by itself and holds every table, before it replaces the old one."""
    with duckdb.connect(str(path), read_only=True) as published:
        held = {row[0] for row in published.execute("select table_name from information_schema.tables").fetchall()}
    if missing := set(names) - held:
        raise RuntimeError(f"{path} lacks {', '.join(sorted(missing))}: the published file was not touched")
