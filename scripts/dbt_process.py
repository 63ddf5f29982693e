"""`dbt …` as a process of its own that does not import dbt and Great Expectations anew, which is most of a small build.

A fork server imports them once; every command is a fork of it and runs the same entry point as the executable `dbt`. It leaves out
manifest.json and run_results.json, two seconds of each command, unless the environment asks for them (DBT_WRITE_JSON).
"""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

SECONDS = 900

server = multiprocessing.get_context("forkserver")
server.set_forkserver_preload(
    ["dbt.cli.main", "dbt.adapters.duckdb", "duckdb_sqlalchemy", "great_expectations", "dbt_process"]
)


def _invoke(arguments: list[str], environment: dict[str, str], folder: Path, output: Path) -> None:
    from dbt.cli.main import cli

    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update({"DBT_WRITE_JSON": "false"} | environment)
    cli(arguments, standalone_mode=True)


def run(
    arguments: list[str], environment: dict[str, str], folder: Path, output: Path, kill_at: str | None = None
) -> int:
    """The exit code of `dbt <arguments>` in `folder`; what it printed is in the file `output`. It is killed (-9) as soon as it prints
    the text `kill_at`."""
    output.unlink(missing_ok=True)
    process = server.Process(target=_invoke, args=(arguments, environment, folder, output))
    process.start()
    while kill_at and process.is_alive():
        if output.exists() and kill_at.encode() in output.read_bytes():
            process.kill()
            break
        time.sleep(0.002)
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"dbt {' '.join(arguments)} took more than {SECONDS} s")
    return process.exitcode
