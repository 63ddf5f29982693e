"""A simulated company: customers that live, the raw tables their vendors' loaders would land, and the truth.

world (who they are) -> billing and payments (what they sign, pay, leave: the ledger) -> contracts (what of it is agreed
in writing) -> product, support, surveys, content, success, relationship, opportunities, advocacy, costs (what they do)
-> one module per source for what its loader lands, links.py for how these name each other, and the truth of each domain, which is read
from the simulator's own state, never from a raw table.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .advocacy import advocacy_files, advocacy_truth, live_advocacy
from .billing import build_ledger
from .content import by_month, engage
from .contracts import Contracts
from .costs import Costs
from .crm import keep_terms_on_file, salesforce_tables
from .events import EventLife
from .feedback import Feedback
from .files import file_tables
from .hazards import churn_hazards
from .kpi_growth import RenewalUse
from .kpi_truth import Lived, true_kpis
from .links import link_systems
from .opportunities import agree_deals, opportunity_files, salesforce_opportunities
from .play_effects import effects_lived, helped, unhelped_seats
from .product import Presence, build_users, segment_tables, visits
from .progress import counted, tell
from .relationship import live_relations
from .relationship_tables import relationship_files, salesforce_activities
from .relationship_truth import relationship_truth
from .seats import process_months, process_table, seat_assignments, seat_entitlements, seat_tables
from .settings import Settings
from .stripe import stripe_tables
from .success import Success
from .surveys import RatedTickets, Surveys
from .truth import Revenue
from .usage_truth import UsageTruth
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
    rated = RatedTickets()
    zendesk, support_truth = run_support(settings, world, ledger, rated)
    tell("surveys and feedback")
    surveys = Surveys(settings, world, ledger, rated)
    feedback = Feedback(settings, world, ledger, surveys, rated)
    tell("product users")
    users = build_users(settings, world, ledger)
    presence = Presence(settings, world, ledger, users)
    tell("messages, content and community")
    engagement = engage(settings, world, ledger, users, presence, surveys)
    tell("journeys, relationships, advocacy and costs")
    success = Success(settings, world, ledger, contracts, surveys)
    deals = agree_deals(settings, world, ledger)
    relations = live_relations(settings, world, ledger)
    advocacy = live_advocacy(settings, world, ledger)
    support = support_truth.tables()
    revenue = Revenue(settings, world, ledger)
    truth = revenue.tables(contracts.renewals())
    costs = Costs(settings, world, truth, support["ticket_counts"])
    sources = {
        "salesforce": salesforce_tables(settings, world),
        "stripe": stripe_tables(settings, world, ledger),
        "zendesk": zendesk,
        "segment": segment_tables(settings, world, ledger, users),
        "files": file_tables(settings, world, ledger, contracts),
        "truth": truth | support | {"churn_hazards": churn_hazards(settings, world, ledger)},
    }
    csm_ids = sources["salesforce"]["user"]["id"].to_numpy()
    sources["salesforce"] |= salesforce_opportunities(settings, world, deals, csm_ids)
    sources["salesforce"] |= salesforce_activities(settings, world, relations, csm_ids) | engagement.salesforce
    sources["files"] |= surveys.files() | feedback.files() | engagement.files | success.files()
    sources["files"] |= relationship_files(settings, world, relations) | opportunity_files(world, deals)
    sources["files"] |= advocacy_files(settings, world, advocacy) | costs.files()
    sources["truth"] |= surveys.truth() | feedback.truth() | engagement.truth | success.truth()
    sources["truth"] |= relationship_truth(settings, world, ledger, relations, deals, revenue.months)
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
        for table, month, rows in by_month(engagement):
            write_part(work, table, month, rows)
        runs = []
        for month, rows in process_months(settings, world, presence):
            write_part(work, "files/process_daily", month, process_table(settings, world, rows))
            runs.append(rows)
        life = EventLife(settings, helped(settings, world, success.plays), ledger, users, presence)
        usage, renewed = UsageTruth(settings, world, ledger, users), RenewalUse(settings, contracts, users)
        events = sum(counted(life.live(partial(_write_tracks, work), usage.count, renewed.count), settings.days))
        tell("seats and the truth of use")
        entitled = seat_entitlements(settings, world, ledger)
        assigned = seat_assignments(settings, life, users, presence)
        write("files", seat_tables(settings, world, users, entitled, assigned))
        lived = usage.lived(revenue.spine, entitled, assigned)
        write("truth", usage.tables(lived))
        if settings.play_effects:
            tell("what would be without plays")
            unhelped = unhelped_seats(settings, world, ledger, users, presence, revenue.spine, entitled)
            write("truth", {"play_effects": effects_lived(settings, world, success.plays, lived["seats"], unhelped)})
        tell("the truth of KPIs")
        lives = Lived(
            settings=settings,
            world=world,
            ledger=ledger,
            contracts=contracts,
            revenue=revenue,
            costs=costs,
            tickets=support_truth.facts,
            surveys=surveys,
            feedback=feedback,
            engagement=engagement,
            success=success,
            relations=relations,
            deals=deals,
            advocacy=advocacy,
            usage=usage,
            renewed=renewed,
            people=lived,
            runs=pd.concat(runs),
        )
        write("truth", true_kpis(lives) if settings.has_kpis else {})
    tell(f"{events:,} events, {len(zendesk['ticket']):,} tickets, {len(ledger.invoices):,} invoices")


def _write_tables(settings: Settings, folder: Path, source: str, tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        write_table(folder, f"{source}/{name}", frame, settings.synced_at)


def _write_tracks(folder: Path, day: datetime, part: int, table: pa.Table) -> None:
    write_part(folder, "segment/tracks", f"day={day:%Y-%m-%d}/part-{part}", table)
