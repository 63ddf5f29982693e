"""A simulated company: customers that live, the raw tables their vendors' loaders would land, and the truth.

world (who they are) -> billing and payments (what they sign, pay, leave: the ledger) -> contracts (what of it is agreed
in writing) -> product, support (what they do)
-> one module per source for what its loader lands, links.py for how these name each other, and truth.py, support_truth.py and
usage_truth.py, which read the simulator's own state, never a raw table.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .advocacy import advocacy_files, advocacy_truth, live_advocacy
from .billing import build_ledger
from .contracts import Contracts
from .costs import Costs
from .crm import keep_terms_on_file, salesforce_tables
from .events import EventLife
from .files import file_tables
from .links import link_systems
from .product import Presence, build_users, segment_tables, visits
from .progress import counted, tell
from .seats import process_months, process_table, seat_assignments, seat_entitlements, seat_tables
from .settings import Settings
from .stripe import stripe_tables
from .truth import truth_tables
from .usage_truth import UsageTruth
from .usage_values import kpi_tables
from .world import build_world
from .writers import replaced_together, write_part, write_table
from .zendesk import run_support

__all__ = ["Settings", "simulate"]


def simulate(settings: Settings, out: Path) -> None:
    """Write each source's raw tables, and the truth, into its subfolder of `out`."""
    tell("customers and their billing")
    world = build_world(settings)
    ledger = build_ledger(settings, world)
    contracts = Contracts(settings, world, ledger)
    tell("support")
    zendesk, support_truth = run_support(settings, world, ledger)
    tell("product users")
    users = build_users(settings, world, ledger)
    presence = Presence(settings, world, ledger, users)
    truth = truth_tables(settings, world, ledger, contracts, support_truth.facts)
    sources = {
        "salesforce": salesforce_tables(settings, world, ledger),
        "stripe": stripe_tables(settings, world, ledger),
        "zendesk": zendesk,
        "segment": segment_tables(settings, world, ledger, users),
        "files": file_tables(settings, world, ledger, contracts),
        "truth": {**truth, **support_truth.tables()},
    }
    advocacy = live_advocacy(settings, world, ledger)
    costs = Costs(settings, world, truth, support_truth["ticket_counts"])
    sources["files"] |= advocacy_files(settings, world, advocacy) | costs.files()
    sources["truth"] |= advocacy_truth(settings, world, advocacy) | costs.truth()
    keep_terms_on_file(world, sources["salesforce"]["opportunity"], sources["files"])
    sources["truth"]["identity_map"] = link_systems(settings, world, sources)
    with replaced_together(out) as work:
        write = partial(_write_tables, settings, work)
        tell("tables")
        for source, tables in sources.items():
            write(source, tables)
        for table, month, rows in visits(settings, users, presence):
            write_part(work, f"segment/{table}", month, rows)
        runs = []
        for month, rows in process_months(settings, world, presence):
            write_part(work, "files/process_daily", month, process_table(settings, world, rows))
            runs.append(rows)
        life = EventLife(settings, world, ledger, users, presence)
        usage = UsageTruth(settings, world, ledger, users)
        events = sum(counted(life.live(partial(_write_tracks, work), usage.count), settings.days))
        tell("seats and the truth of use")
        entitled = seat_entitlements(settings, world, ledger)
        assigned = seat_assignments(settings, life, users, presence)
        write("files", seat_tables(settings, world, users, entitled, assigned))
        lived = dict(usage.tables(truth["customer_months"], entitled, assigned))
        lived |= kpi_tables(usage, {**truth, **lived}, sources["salesforce"]["account"], pd.concat(runs))
        write("truth", lived)
    tell(f"{events:,} events, {len(zendesk['ticket']):,} tickets, {len(ledger.invoices):,} invoices")


def _write_tables(settings: Settings, folder: Path, source: str, tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        write_table(folder, f"{source}/{name}", frame, settings.synced_at)


def _write_tracks(folder: Path, day: datetime, part: int, table: pa.Table) -> None:
    write_part(folder, "segment/tracks", f"day={day:%Y-%m-%d}/part-{part}", table)
