"""A simulated company: customers that live, the raw tables their vendors' loaders would land, and the truth.

world (who they are) -> billing and payments (what they sign, pay, leave: the ledger) -> contracts (what of it is agreed
in writing) -> product, support (what they do)
-> one module per source for what its loader lands, and truth.py, which reads the ledger, never a raw table.
"""

from __future__ import annotations

from pathlib import Path

from .billing import build_ledger
from .contracts import Contracts
from .conversations import hold_conversations
from .crm import salesforce_tables
from .files import file_tables
from .product import segment_tables, track_days
from .progress import progress
from .settings import Settings
from .stripe import stripe_tables
from .support import build_tickets
from .truth import truth_tables
from .world import build_world
from .writers import replaced_together, write_table, write_track_day
from .zendesk import ticket_clock, zendesk_tables

__all__ = ["Settings", "simulate"]


def simulate(settings: Settings, out: Path) -> None:
    """Write each source's raw tables, and the truth, into its subfolder of `out`."""
    progress("customers and their billing")
    world = build_world(settings)
    ledger = build_ledger(settings, world)
    contracts = Contracts(settings, world, ledger)
    progress("support")
    tickets = build_tickets(settings, world, ledger)
    hold_conversations(settings, tickets)
    sources = {
        "salesforce": salesforce_tables(settings, world),
        "stripe": stripe_tables(settings, world, ledger),
        "zendesk": zendesk_tables(settings, world, tickets),
        "segment": segment_tables(settings, world, ledger),
        "files": file_tables(settings, world, ledger, contracts),
        "truth": {**truth_tables(settings, world, ledger, contracts), "ticket_clock": ticket_clock(tickets)},
    }
    with replaced_together(out) as work:
        for source, tables in sources.items():
            for name, frame in tables.items():
                write_table(work, f"{source}/{name}", frame, settings.synced_at)
        events = 0
        for day, table in track_days(settings, world, ledger):
            if day.day == 1:
                progress(f"events of {day:%Y-%m}, {events:,} so far")
            write_track_day(work, day, table)
            events += table.num_rows
        progress(f"{events:,} events, {len(tickets):,} tickets, {len(ledger.invoices):,} invoices")
