"""Publishing: the marts of a whole, gated build become the files that BI reads, in one atomic step."""

import hashlib
import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
from dbt_common.invocation import get_invocation_id

GATES = ("raw", "staging", "core", "marts")
CHUNK = 1 << 20


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
    if changed := _changed_files(session):
        return f"not published: raw files changed while this build read them: {', '.join(changed[:3])}" + (
            f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        )
    return ""


def _changed_files(session) -> list[str]:
    """The raw files that are not what they were when the build began, by size and time, or are gone."""
    landed = session.execute("select distinct file, size, epoch(last_modified) from quality.landed_files order by 1")
    changed = []
    for file, size, modified in landed.fetchall():
        path = Path(file)
        if not path.is_file() or path.stat().st_size != size or int(path.stat().st_mtime) != int(modified):
            changed.append(file)
    return changed


def _sources(session) -> pd.DataFrame:
    """One row per raw table that files were found for: how many rows and bytes, and the SHA-256 of its files' own hashes."""
    landed = session.execute(
        """select l.source_name, l.raw_table, c.raw_rows, sum(l.size)::bigint, list(l.file order by l.file)
        from quality.landed_files as l left join quality.staging_counts as c using (source_name, raw_table)
        group by all order by all"""
    ).fetchall()
    return pd.DataFrame(
        [(*row[:3], len(row[4]), row[3], _content_hash(row[4])) for row in landed],
        columns=["source_name", "raw_table", "raw_rows", "files", "bytes", "content_hash"],
    ).astype({"raw_rows": "Int64"})


def _content_hash(files: list[str]) -> str:
    whole = hashlib.sha256()
    for file in files:
        with Path(file).open("rb") as stream:
            one = hashlib.sha256()
            while chunk := stream.read(CHUNK):
                one.update(chunk)
        whole.update(one.digest())
    return whole.hexdigest()


def _write(session, target: Path) -> list[str]:
    """Copies the tables of schema marts into `<file>.new` and Parquet beside it, then swaps both in."""
    target.mkdir(parents=True, exist_ok=True)
    final, new = target / "customer_success.duckdb", target / "customer_success.duckdb.new"
    new_parquet = target / "parquet.new"
    new.unlink(missing_ok=True)
    shutil.rmtree(new_parquet, ignore_errors=True)
    new_parquet.mkdir()
    cursor = session.cursor()
    marts = cursor.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    ).fetchall()
    tables = {name: f'marts."{name}"' for (name,) in marts}
    # What was published says itself which build it is and what that was made of.
    sources = _sources(session)
    cursor.register("landed_sources", sources)
    tables |= {"published_build": "quality.build", "published_sources": "landed_sources"}
    path = str(new).replace("'", "''")
    cursor.execute(f"attach '{path}' as published (storage_version 'v1.4.0')")
    for name, relation in tables.items():
        cursor.execute(f'create table published.main."{name}" as select * from {relation}')
        cursor.execute(f"copy published.main.\"{name}\" to '{new_parquet}/{name}.parquet' (format parquet)")
    cursor.execute("detach published")
    cursor.close()
    _check(new, list(tables))
    _swap_in(new_parquet, target / "parquet")
    new.replace(final)
    return list(tables)


def _check(path: Path, names: list[str]) -> None:
    """The new file opens by itself and holds every table, before it replaces the old one."""
    with duckdb.connect(str(path), read_only=True) as published:
        held = {row[0] for row in published.execute("select table_name from information_schema.tables").fetchall()}
    if missing := set(names) - held:
        raise RuntimeError(f"{path} lacks {', '.join(sorted(missing))}: the published file was not touched")


def _swap_in(new: Path, final: Path) -> None:
    """A folder cannot replace another in one step; what a killed build left aside is put back by `restore_parquet`."""
    old = final.with_name("parquet.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    new.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def restore_parquet(target: Path) -> None:
    """Undoes a swap of Parquet files that was killed half-way."""
    if (target / "parquet.old").exists() and not (target / "parquet").exists():
        (target / "parquet.old").rename(target / "parquet")
