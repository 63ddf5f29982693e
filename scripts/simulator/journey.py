"""The customers' way through the stages of seeds/stages.csv, as their managers write it down.

A month moves a customer on with a chance whose logit is -1.8 + 0.8 success + 0.4 usage, and back with -3.6 - 0.9 success.
One move in ten skips a stage. Who leaves is churned, within three days; who returns begins anew or at the second stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from .contracts import Contracts
from .ledger import Ledger
from .settings import Settings, add_months
from .truth import at_instants
from .world import World

STAGES = ("onboarding", "adoption", "value", "expansion", "advocacy", "churned")
LAST, CHURNED = STAGES.index("advocacy"), STAGES.index("churned")
UNCHARTED, SKIPPING, REPEATING, DELIVERED_TWICE = 0.08, 0.1, 0.06, 0.01
FAR = datetime(9999, 12, 31)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Life:
    """One stretch with us, from signing or returning until `gone`; the next one begins with `returned`. `anchor`: what its
    success plan counts from."""

    customer: int
    start: datetime
    gone: datetime
    returned: datetime
    anchor: datetime


class Lives:
    """`clock`: {customer: its first contract's start, else its first paid start} (R11); `all`: lives of those that have one."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, contracts: Contracts) -> None:
        self.settings, self.world = settings, world
        is_customer = (world.customers["kind"] == "customer").to_numpy()
        self.clock: dict[int, datetime] = {}
        for spell in ledger.spells:
            if is_customer[spell.customer] and spell.start < settings.end and spell.gross > 0:
                self.clock[spell.customer] = min(spell.start, self.clock.get(spell.customer, FAR))
        for customer in self.clock.keys() & contracts.of_customer.keys():
            self.clock[customer] = min(contract.term.start for contract in contracts.of_customer[customer])
        starts: dict[int, list[datetime]] = {customer: [] for customer in self.clock}
        gone: dict[int, list[datetime]] = {customer: [] for customer in self.clock}
        for customer, start, _ in ledger.access:
            if customer in starts and start < settings.end:
                starts[customer].append(start)
        for loss in ledger.losses:
            if loss.customer in gone:
                gone[loss.customer].append(loss.at)
        self.all = [
            life for customer in sorted(self.clock) for life in self._of(customer, starts[customer], gone[customer])
        ]

    def _of(self, customer: int, starts: list[datetime], losses: list[datetime]) -> list[Life]:
        lives, since = [], datetime.min
        for at in [*sorted(losses), FAR]:
            start = min((start for start in starts if since <= start < at), default=None)
            if start:
                clock = self.clock[customer]
                returned = min((start for start in starts if start >= at), default=FAR)
                anchor = clock if start <= clock < at and not lives else start
                lives.append(Life(customer, start, at, returned, anchor))
            since = at
        return lives

    def account(self, customers: pd.Series | np.ndarray, at: pd.Series | np.ndarray) -> np.ndarray:
        """The CRM's id; what was written down in the first year under an account that was merged since bears that one's."""
        known = self.world.customers.loc[customers]
        first = pd.Series(self.clock).reindex(customers).to_numpy(dtype="datetime64[us]")
        is_old = known["merged_id"].notna().to_numpy() & (at < first + np.timedelta64(365, "D"))
        return np.where(is_old, known["merged_id"], known["account_id"])


def text(at: pd.Series) -> pd.Series:
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")


def month_ends(settings: Settings) -> np.ndarray:
    return np.array([add_months(at, 1) for at in settings.month_starts], dtype="datetime64[us]")


def journeys(settings: Settings, lives: Lives) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(the spells in stages, files/stage_history)."""
    rng = settings.rng("journey")
    size = (len(lives.world.customers), settings.months)
    draws = {name: rng.random(size) for name in ("move", "at", "skip", "repeat")}
    is_charted = rng.random(size[0]) >= UNCHARTED
    moves, noted = [], []
    last = None
    for life in lives.all:
        if is_charted[life.customer]:
            before = last if last and last[0] == life.customer else None
            own = _moves(settings, lives.world, draws, life, before)
            moves += own
            noted += _as_noted(draws, settings, own)
            last = moves[-1] if moves else None
    return _spells(settings, moves), _file(settings, lives, noted, rng)


def _moves(
    settings: Settings, world: World, draws: dict[str, np.ndarray], life: Life, before: tuple | None
) -> list[tuple]:
    """(customer, at, stage) of one life; a tenth of the moves are stamped at a month's first instant."""
    who, end = life.customer, min(life.gone, settings.end)
    first = settings.month_of(life.start)
    stage = int(draws["skip"][who, first] < 0.5) if before else 0
    moves = [(who, life.start, stage)]
    for month in range(first, settings.months):
        start = settings.month_starts[month]
        share = draws["at"][who, month]
        at = start if share < 0.1 else start + timedelta(seconds=int(share * 86400 * 28))
        if at >= end:
            break
        if at <= moves[-1][1] + 5 * DAY:
            continue
        success, usage, draw = world.success[who, month], world.usage[who, month], draws["move"][who, month]
        if draw < _chance(-1.8 + 0.8 * success + 0.4 * usage) and stage < LAST:
            stage = min(stage + 1 + (draws["skip"][who, month] < SKIPPING), LAST)
        elif 1 - draw < _chance(-3.6 - 0.9 * success) and stage > 0:
            stage -= 1
        else:
            continue
        moves.append((who, at, stage))
    if life.gone < settings.end:
        noted_at = life.gone + timedelta(seconds=int(draws["at"][who, settings.month_of(life.gone)] * 3 * 86400))
        if noted_at < min(settings.end, life.returned):
            moves.append((who, noted_at, CHURNED))
    return moves


def _chance(score: float) -> float:
    return 1 / (1 + np.exp(-score))


def _as_noted(draws: dict[str, np.ndarray], settings: Settings, moves: list[tuple]) -> list[tuple]:
    """The moves as rows: a skipped stage is often stamped together with the one that follows it, and a stage that lasts
    is now and then entered again."""
    rows = []
    for number, (who, at, stage) in enumerate(moves):
        rows.append((who, at, stage))
        draw = draws["repeat"][who, settings.month_of(at)]
        before = moves[number - 1][2] if number else stage
        if before < stage - 1 and stage != CHURNED and draw < 0.6:
            rows.append((who, at, stage - 1))
        again = at + timedelta(seconds=int(draw * 300 * 86400))
        until = moves[number + 1][1] if number + 1 < len(moves) else settings.end
        if draw < REPEATING and again < until:
            rows.append((who, again, stage))
    return rows


def _spells(settings: Settings, moves: list[tuple]) -> pd.DataFrame:
    spells = pd.DataFrame(moves, columns=["customer", "start", "stage"]).astype({"start": "datetime64[us]"})
    spells = spells.sort_values(["customer", "start"], kind="stable").reset_index(drop=True)
    spells = spells[spells["stage"] != spells.groupby("customer")["stage"].shift()].reset_index(drop=True)
    later = spells.groupby("customer")["start"].shift(-1)
    spells["stop"] = later.fillna(pd.Timestamp(settings.end + DAY))
    before = spells.groupby("customer")["stage"].shift()
    spells["is_backward"] = (spells["stage"] < before) & (before != CHURNED)
    spells["is_return"] = (before == CHURNED) & (spells["stage"] != CHURNED)
    return spells


def stage_months(settings: Settings, spells: pd.DataFrame) -> pd.DataFrame:
    """The stage that each customer is in at each month's end."""
    held = at_instants(spells, month_ends(settings))
    starts = np.array([at.date() for at in settings.month_starts])
    return pd.DataFrame(
        {
            "customer": held["customer"],
            "month": starts[np.searchsorted(month_ends(settings), held["instant"].to_numpy())],
            "stage": np.array(STAGES, dtype=object)[held["stage"]],
            "days_in_stage": (held["instant"].dt.normalize() - held["start"].dt.normalize()).dt.days,
            "is_backward": held["is_backward"],
            "is_return": held["is_return"],
        }
    )


def _file(settings: Settings, lives: Lives, noted: list[tuple], rng: np.random.Generator) -> pd.DataFrame:
    """Some rows come twice; three cannot be read or name a stage that nobody has heard of."""
    rows = pd.DataFrame(noted, columns=["customer", "at", "stage"]).astype({"at": "datetime64[us]"})
    rows = rows.sort_values(["customer", "at"], kind="stable")
    frame = pd.DataFrame(
        {
            "customer_id": lives.account(rows["customer"].to_numpy(), rows["at"].to_numpy()),
            "stage": np.array(STAGES, dtype=object)[rows["stage"]],
            "entered_at": text(rows["at"]).to_numpy(),
        }
    )
    again = frame[rng.random(len(frame)) < DELIVERED_TWICE]
    anyone = frame["customer_id"].iloc[0]
    broken = [
        (anyone, "adoption", "31/02/2026"),
        (anyone, None, text(rows["at"]).iloc[0]),
        (anyone, "Go live!", text(rows["at"]).iloc[0]),
    ]
    return pd.concat([frame, again, pd.DataFrame(broken, columns=frame.columns)], ignore_index=True)
