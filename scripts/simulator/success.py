"""What customer success keeps: journeys (journey.py), milestones of success plans (plans.py), outcomes (outcomes.py), playbook runs
and overridden healths (plays.py). What drives milestones and outcomes:

Hidden paths (world.py) are those of the month in which something falls due; logits and days are
    a milestone is achieved      3 - 12 success - 4 usage days after it was due, give or take 15
    it is never achieved         logit -2.2 - 0.9 success
    an outcome reaches           1 + 0.20 success + 0.08 usage of its target, give or take 0.15
    the customer verifies it     20 - 5 relationship days after its target date, give or take 12
    it is never verified         logit -1.8 - 0.8 relationship
    its yearly benefit           grows by e to the 0.3 success
Go-live and first value are milestones, so both come sooner with success. Who leaves achieves nothing more; what is then
open is mostly cancelled.
"""

from __future__ import annotations

import pandas as pd

from .contracts import Contracts
from .journey import Lives, journey_tables
from .ledger import Ledger
from .outcomes import Outcomes
from .plans import Milestones
from .plays import Plays
from .settings import Settings
from .surveys import Surveys
from .world import World


def success_tables(
    settings: Settings, world: World, ledger: Ledger, contracts: Contracts, surveys: Surveys
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], pd.DataFrame]:
    """The files that customer success keeps, the truth of them, and the plays."""
    lives = Lives(settings, world, ledger, contracts)
    stage_history, stage_months = journey_tables(settings, lives)
    milestones, outcomes = Milestones(settings, lives), Outcomes(settings, lives)
    plays = Plays(settings, lives, surveys)
    files = {
        "stage_history": stage_history,
        "milestones": milestones.file(),
        "outcomes": outcomes.file(),
        "plays": plays.play_file(),
        "health_overrides": plays.override_file(),
    }
    truth = {
        "stage_months": stage_months,
        "milestone_months": milestones.months(),
        "customer_clocks": milestones.clocks(),
        "outcome_months": outcomes.months(),
        "play_months": plays.play_months(),
        "health_override_months": plays.override_months(),
    }
    named = {name: rows.assign(**world.names(rows["customer"])) for name, rows in truth.items()}
    return files, named, plays.plays
