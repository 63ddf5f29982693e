"""A simulated company: customers that live, the raw tables their vendors' loaders would land, and the truth.

world (who they are) -> billing (what they sign, pay, leave: the ledger) -> product, support (what they do)
-> one module per source for what its loader lands, and truth.py, which reads the ledger, never a raw table.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .billing import build_ledger
from .conversations import hold_conversations
from .crm import salesforce_tables
from .events import EventLife
from .files import file_tables
from .product import Presence, build_users, segment_tables, visits
from .progress import counted, tell
from .seats import process_months, seat_assignments, seat_entitlements, seat_tables
from .settings import Settings
from .stripe import stripe_tables
from .support import build_tickets
from .truth import truth_tables
from .usage_truth import UsageTruth
from .world import build_world
from .writers import replaced_together, write_part, write_table
from .zendesk import ticket_clock, zendesk_tables

__all__ = ["Settings", "simulate"]


def simulate(settings: Settings, out: Path) -> None:
    """Write each source's raw tables, and the truth, into its subfolder of `out`."""
    tell("customers and their billing")
    world = build_world(settings)
    ledger = build_ledger(settings, world)
    tell("support")
    tickets = build_tickets(settings, world, ledger)
    hold_conversations(settings, tickets)
    tell("product users")
    users = build_users(settings, world, ledger)
    presence = Presence(settings, world, ledger, users)
    truth = truth_tables(settings, world, ledger)
    with replaced_together(out) as work:
        write = partial(_write_tables, settings, work)
        tell("tables")
        write("salesforce", salesforce_tables(settings, world))
        write("stripe", stripe_tables(settings, world, ledger))
        write("zendesk", zendesk_tables(settings, world, tickets))
        write("segment", segment_tables(settings, world, ledger, users))
        write("files", file_tables(settings, world, ledger))
        write("truth", {**truth, "ticket_clock": ticket_clock(tickets)})
        for table, month, rows in visits(settings, users, presence):
            write_part(work, f"segment/{table}", month, rows)
        for month, rows in process_months(settings, world, presence):
            write_part(work, "files/process_daily", month, rows)
        life = EventLife(settings, world, ledger, users, presence)
        usage = UsageTruth(settings, world, ledger, users)
        events = sum(counted(life.live(partial(_write_tracks, work), usage.count), settings.days))
        tell("seats and the truth of use")
        entitled = seat_entitlements(settings, world, ledger)
        assigned = seat_assignments(settings, life, users, presence)
        write("files", seat_tables(settings, world, users, entitled, assigned))
        for name, frame in usage.tables(truth["customer_months"], entitled, assigned):
            write("truth", {name: frame})
    tell(f"{events:,} events, {len(tickets):,} tickets, {len(ledger.invoices):,} invoices")


def _write_tables(settings: Settings, folder: Path, source: str, tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        write_table(folder, f"{source}/{name}", frame, settings.synced_at)


def _write_tracks(folder: Path, day: datetime, part: int, table: pa.Table) -> None:
    write_part(folder, "segment/tracks", f"day={day:%Y-%m-%d}/part-{part}", table)
