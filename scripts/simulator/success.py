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
from .journey import Lives, journeys, stage_months
from .ledger import Ledger
from .outcomes import Outcomes
from .plans import Milestones
from .plays import Plays
from .settings import Settings
from .surveys import Surveys
from .world import World


class Success:
    """`stages`: the spells of customers in stages; the others as their modules say."""

    def __init__(
        self, settings: Settings, world: World, ledger: Ledger, contracts: Contracts, surveys: Surveys
    ) -> None:
        self.settings, self.world = settings, world
        self.lives = Lives(settings, world, ledger, contracts)
        self.stages, self.stage_history = journeys(settings, self.lives)
        self.milestones, self.outcomes = Milestones(settings, self.lives), Outcomes(settings, self.lives)
        self.plays = Plays(settings, self.lives, surveys)

    def files(self) -> dict[str, pd.DataFrame]:
        return {
            "stage_history": self.stage_history,
            "milestones": self.milestones.file(),
            "outcomes": self.outcomes.file(),
            "plays": self.plays.play_file(),
            "health_overrides": self.plays.override_file(),
        }

    def truth(self) -> dict[str, pd.DataFrame]:
        truth = {
            "stage_months": stage_months(self.settings, self.stages),
            "milestone_months": self.milestones.months(),
            "customer_clocks": self.milestones.clocks(),
            "outcome_months": self.outcomes.months(),
            "play_months": self.plays.play_months(),
            "health_override_months": self.plays.override_months(),
        }
        return {name: rows.assign(**self.world.names(rows["customer"])) for name, rows in truth.items()}
