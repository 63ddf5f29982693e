"""Computes the floor's answers: python scripts/floor/run.py <raw folder> <folder for the answers> <memory limit> <as_of>."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
# Answers, by the names and with the columns of the truth.
ANSWERS = ("customer_months", "active_users", "feature_months", "feature_adoptions")


def run(raw: Path, answers: Path, memory: str, as_of: str) -> None:
    answers.mkdir(parents=True, exist_ok=True)
    settings = {"threads": "2", "memory_limit": memory, "temp_directory": str(answers / "tmp")}
    with duckdb.connect(str(answers / "floor.duckdb"), config=settings) as connection:
        connection.execute("set preserve_insertion_order = false; set TimeZone = 'UTC'")
        connection.execute(f"set variable raw = '{str(raw).replace(chr(39), chr(39) * 2)}'")
        connection.execute(f"set variable as_of = date '{date.fromisoformat(as_of)}'")
        for script in sorted(HERE.glob("*.sql")):
            connection.execute(script.read_text(encoding="utf-8"))
        for name in ANSWERS:
            connection.execute(f"copy {name} to '{answers / name}.parquet' (format parquet)")


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
