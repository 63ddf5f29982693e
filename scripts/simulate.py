"""Write a simulated company's raw tables, as its loaders would land them, and the truth beside them.

python scripts/simulate.py --customers 200
python scripts/simulate.py --customers 160 --months 30 --seed 1 --out data/raw
python scripts/simulate.py --customers 10000 --months 24 --events 50000000
python scripts/simulate.py --customers 60 --months 16 --faults cents_for_dollars,days_are_missing
python scripts/simulate.py --customers 400 --months 18 --play-effect license_utilization=1.5
"""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from simulator import Settings, simulate
from simulator.faults import FAULTS, inject
from simulator.play_effects import EFFECTIVE


def at_least(low: int):
    def whole_number(text: str) -> int:
        if not text.isdigit() or int(text) < low:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least {low}")
        return int(text)

    return whole_number


def first_of_month(text: str) -> datetime:
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-07-01") from None
    if day.day != 1:
        raise argparse.ArgumentTypeError(f"{text} is not the first day of a month")
    return day


def folder(text: str) -> Path:
    path = Path(text).resolve()
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a file, not a folder")
    return path


def fault_names(text: str) -> list[str]:
    names = list(FAULTS) if text == "all" else text.split(",")
    if unknown := [name for name in names if name not in FAULTS]:
        raise argparse.ArgumentTypeError(f"no fault is called {unknown[0]!r}; there are {', '.join(FAULTS)}")
    return names


def effect_of_plays(text: str) -> tuple[str, float]:
    kpi_id, _, effect = text.partition("=")
    if kpi_id not in EFFECTIVE:
        raise argparse.ArgumentTypeError(f"plays can be given an effect on {', '.join(EFFECTIVE)}, not on {kpi_id!r}")
    try:
        return kpi_id, float(effect)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{effect!r} is not a number") from None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=at_least(10), required=True, help="accounts that sign (10 or more)")
    parser.add_argument("--months", type=at_least(2), default=24, help="calendar months to simulate (24)")
    parser.add_argument("--seed", type=at_least(0), default=1, help="same arguments, same data (1)")
    parser.add_argument(
        "--out",
        type=folder,
        default="data/simulated",
        help="folder; one subfolder per source is replaced (data/simulated)",
    )
    parser.add_argument(
        "--events",
        type=at_least(1),
        help="about so many product events in all, within 2 %% from 50,000 on (as many as come about)",
    )
    parser.add_argument(
        "--end",
        type=first_of_month,
        default="2026-07-01",
        help="exclusive end, first of a month (2026-07-01)",
    )
    parser.add_argument(
        "--links",
        choices=("clean", "dirty"),
        default="clean",
        help="how well the systems' records name each other (clean)",
    )
    parser.add_argument(
        "--no-kpis", action="store_true", help="leave the truth of KPIs out: of thousands of customers it takes minutes"
    )
    parser.add_argument(
        "--play-effect",
        type=effect_of_plays,
        action="append",
        default=[],
        metavar="KPI=EFFECT",
        help="by how much plays of a KPI raise the hidden path that it shows, for three months; truth/play_effects.parquet holds what came of it (plays do nothing)",
    )
    parser.add_argument(
        "--faults",
        type=fault_names,
        default=[],
        help="defects to put into the raw tables, by commas, or all (docs/faults.md); truth/faults.parquet holds their rows",
    )
    options = parser.parse_args(arguments)
    size = (options.customers, options.months, options.seed, options.end)
    how = (options.events, options.links, not options.no_kpis, dict(options.play_effect))
    simulate(Settings(*size, *how), options.out)
    if options.faults:
        inject(options.out, options.end, options.faults)


if __name__ == "__main__":
    main()
