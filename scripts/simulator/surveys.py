"""Surveys: who is asked, who answers, and what; the survey tool's two files, and which answers count (R8).

Waves: every quarter all contacts are asked whether they would recommend us (nps), twice a year those who decide and champion what
it is worth to them (value). A quarter of the tickets that are solved are followed by a question how easy it was (ces), phone calls by a
question for satisfaction (csat) without an invitation, and the product asks users now and then, many of them anonymously (csat).

Coefficients. An answer on a scale of 0 to 1 is, with a deviation of 0.14 (0.18 for tickets),
    nps    0.76 + 0.08 usage + 0.08 success - 0.09 friction + 0.04 relationship
    value  0.72 + 0.15 success + 0.04 usage
    csat   0.78 + 0.05 success - 0.12 friction
    ces    0.75 + 0.04 usage - 0.14 friction
of the customer's month, put on the scale of its survey. Who is invited answers with logit -0.9 + 0.5 relationship + 0.2 usage.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from .ledger import Ledger
from .settings import Settings
from .support import CUSTOMER, REQUESTERS_FROM, STRANGERS, Ticket
from .world import World

FORMULAS = {
    "nps": (0.76, {"usage": 0.08, "success": 0.08, "friction": -0.09, "relationship": 0.04}, 0.14),
    "value": (0.72, {"success": 0.15, "usage": 0.04}, 0.14),
    "csat": (0.78, {"success": 0.05, "friction": -0.12}, 0.18),
    "ces": (0.75, {"usage": 0.04, "friction": -0.14}, 0.18),
}
ANSWERING = (-0.9, {"relationship": 0.5, "usage": 0.2})
SCALES = {"nps": (0, 10), "value": (1, 5), "csat": (1, 10), "ces": (1, 7), "call": (1, 5)}
# After a third of the window the tool asks for satisfaction and effort on other scales.
LATER_SCALES = {"csat": (1, 5), "ces": (1, 5)}
BOUNCED, LATE, PARTIAL, AGAIN, BY_LINK = 0.04, 0.06, 0.08, 0.07, 0.3
ASKED_AFTER_TICKET, ANSWERED_CALL, POLLS_A_MONTH = 0.25, 0.4, 0.1
ANONYMOUS, NAMELESS = 0.3, 0.1
NOBODY = -1
WINDOW = np.timedelta64(30, "D")
REASONS = ("incomplete", "answered_before_sent", "late", "superseded")


@dataclass
class RatedTickets:
    """What surveys need to know of tickets, noted before each is forgotten. `ratings`: (ticket, when, is good), the last of each;
    `comments`: (ticket, when, text), the last of each; `solved`: (ticket, when first)."""

    customers: dict[int, int | None] = field(default_factory=dict)
    requesters: dict[int, int] = field(default_factory=dict)
    channels: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str | None] = field(default_factory=dict)
    ratings: list[tuple[int, datetime, bool]] = field(default_factory=list)
    comments: list[tuple[int, datetime, str]] = field(default_factory=list)
    solved: list[tuple[int, datetime]] = field(default_factory=list)

    def add(self, ticket: Ticket) -> None:
        if ticket.deleted_at:
            return
        self.customers[ticket.id] = ticket.customer
        self.requesters[ticket.id] = int(ticket.last("requester_id") or ticket.requester)
        self.channels[ticket.id] = ticket.channel
        self.categories[ticket.id] = ticket.category
        said = {name: (at, value) for at, _, name, value in ticket.history if value != "offered"}
        if "satisfaction_score" in said:
            at, value = said["satisfaction_score"]
            self.ratings.append((ticket.id, at, value == "good"))
        if "satisfaction_comment" in said:
            self.comments.append((ticket.id, *said["satisfaction_comment"]))
        solved = next((at for at, status in ticket.statuses if status == "solved"), None)
        if solved and ticket.kind == CUSTOMER and not ticket.merged_at:
            self.solved.append((ticket.id, solved))


class Surveys:
    """`asked`: one row per invitation; `answers`: one per answer. `customer` and `person` are numbers in the world (NOBODY: not said or
    not known), `ticket` the help desk's, 0 without one; `invitation` a position in `asked`, or NOBODY. Of an answer by an invitation
    `is_bare` says that the tool repeats neither contact nor customer."""

    def __init__(self, settings: Settings, world: World, ledger: Ledger, tickets: RatedTickets) -> None:
        self.settings, self.world, self.tickets = settings, world, tickets
        self.access = settings.whole_days(ledger.access, len(world.customers))
        self.start, self.end = (np.datetime64(at, "us") for at in (settings.start, settings.end))
        parts = [*self._waves(), self._after_tickets()]
        asked = pd.concat(parts).sort_values(["sent", "customer", "person"], kind="stable")
        self.asked = asked[asked["sent"] < self.end].reset_index(drop=True)
        answers = pd.concat([self._by_invitation(), self._after_calls(), self._polls()])
        answers = answers[answers["at"] < self.end].sort_values(["at", "customer", "person"], kind="stable")
        self.answers = answers.reset_index(drop=True)
        self.answers["id"] = [f"r_{n:06d}" for n in range(1, len(self.answers) + 1)]

    # --- who is asked ---------------------------------------------------------------------------------

    def _waves(self) -> list[pd.DataFrame]:
        people = self.world.people[self.world.people["contact_id"].notna()]
        deciding = people[people["buying_role"].isin(["decision_maker", "champion"])]
        return [
            self._wave("nps" if start.month % 3 == 2 else "value", start, people if start.month % 3 == 2 else deciding)
            for start in self.settings.month_starts
            if start.month % 3 == 2 or start.month in (3, 9)
        ]

    def _wave(self, survey: str, month: datetime, people: pd.DataFrame) -> pd.DataFrame:
        """In the days from the 10th on: everybody who is there and whose customer may use the product."""
        rng = self.settings.rng("survey waves", month.year, month.month)
        opened = month + timedelta(days=9, hours=7)
        here = self.access[:, (opened - self.settings.start).days][people["customer"]]
        here &= (people["joined_at"] < opened).to_numpy() & ~(people["gone_at"] < opened).to_numpy()
        invited = people[here]
        sent = np.datetime64(opened, "us") + _seconds(rng.integers(0, 2 * 86400, len(invited)))
        return self._sent(
            rng, survey, f"{survey} {month:%Y-%m}", invited["customer"].to_numpy(), invited.index.to_numpy(), sent
        )

    def _after_tickets(self) -> pd.DataFrame:
        rng = self.settings.rng("ticket surveys")
        ids, solved = (np.array(column) for column in zip(*self.tickets.solved, strict=True))
        picked = rng.random(len(ids)) < ASKED_AFTER_TICKET
        ids, sent = ids[picked], solved[picked].astype("datetime64[us]") + _seconds(3600)
        waves = [f"ces ticket {ticket}" for ticket in ids]
        customer, person = self._of_tickets(ids)
        return self._sent(rng, "ces", waves, customer, person, sent, ids)

    def _of_tickets(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        customers = np.array([self.tickets.customers[ticket] for ticket in ids], dtype=np.int64)
        return customers, np.array(
            [self.tickets.requesters[ticket] - REQUESTERS_FROM for ticket in ids], dtype=np.int64
        )

    def _sent(self, rng, survey, wave, customer, person, sent, ticket=0) -> pd.DataFrame:
        count = len(sent)
        arrives = sent + _seconds(rng.integers(1, 900, count))
        delivered = np.where(rng.random(count) < BOUNCED, np.datetime64("NaT"), arrives)
        columns = {"survey": survey, "wave": wave, "customer": customer, "person": person, "ticket": ticket}
        return pd.DataFrame({**columns, "sent": sent, "delivered": delivered})

    # --- who answers, and what ------------------------------------------------------------------------

    def _by_invitation(self) -> pd.DataFrame:
        """Some late, some to a half, some twice, a few who got it from somebody else though it bounced."""
        rng, asked = self.settings.rng("survey answers"), self.asked
        month = self.month_of(asked["sent"].to_numpy())
        willing = 1 / (1 + np.exp(-self._path(*ANSWERING, asked["customer"].to_numpy(), month)))
        willing = np.where(asked["delivered"].isna(), 0.05, willing)
        who = np.flatnonzero(rng.random(len(asked)) < willing)
        since = asked["delivered"].fillna(asked["sent"]).to_numpy()[who]
        course = rng.random(len(who))
        days = np.minimum(rng.exponential(4, len(who)), 29)
        days = np.where(course < LATE, rng.uniform(30.1, 65, len(who)), days)
        at = since + _seconds(days * 86400)
        # A few on the last moment that counts and a second after it; of some the date was mistyped.
        odd = [course > 0.99, course > 0.98, course > 0.977]
        at = np.select(odd, [since + WINDOW, since + WINDOW + _seconds(1), since - np.timedelta64(2, "D")], at)
        first = self._answers(rng, asked["survey"].to_numpy()[who], asked["customer"].to_numpy()[who], at)
        first = first.assign(
            person=asked["person"].to_numpy()[who],
            ticket=asked["ticket"].to_numpy()[who],
            invitation=who,
            is_bare=rng.random(len(who)) < BY_LINK,
            is_complete=rng.random(len(who)) >= PARTIAL,
        )
        again = first[rng.random(len(first)) < AGAIN].copy()
        again["at"] += pd.to_timedelta(rng.integers(60, 3 * 86400, len(again)), unit="s")
        again["score"] = np.clip(again["score"] - 1, again["low"], again["high"])
        return pd.concat([first, again])

    def _after_calls(self) -> pd.DataFrame:
        rng = self.settings.rng("call surveys")
        calls = [(t, at) for t, at in self.tickets.solved if self.tickets.channels[t] == "voice"]
        picked = [call for call in calls if rng.random() < ANSWERED_CALL]
        ids = np.array([ticket for ticket, _ in picked], dtype=np.int64)
        customer, person = self._of_tickets(ids)
        at = np.array([solved for _, solved in picked], dtype="datetime64[us]") + _seconds(
            rng.integers(60, 3 * 86400, len(ids))
        )
        answers = self._answers(rng, np.full(len(ids), "call"), customer, at)
        answers = answers.assign(survey="csat", person=person, ticket=ids)
        again = answers[rng.random(len(answers)) < AGAIN].copy()
        again["at"] += pd.to_timedelta(rng.integers(60, 3600, len(again)), unit="s")
        return self._uninvited(pd.concat([answers, again]))

    def _polls(self) -> pd.DataFrame:
        """Asked within the product: contacts answer with or without their name, some leave not even their company's."""
        rng = self.settings.rng("product polls")
        customer, day = np.nonzero(self.access)
        picked = rng.random(len(day)) < POLLS_A_MONTH / 30.4
        customer, day = customer[picked], day[picked]
        at = self.start + day.astype("timedelta64[D]") + _seconds(rng.integers(0, 86400, len(day)))
        known = self.world.people[self.world.people["contact_id"].notna()].reset_index(names="person")
        contacts = (
            known.groupby("customer")["person"].first().reindex(customer).fillna(NOBODY).astype(np.int64).to_numpy()
        )
        answers = self._answers(rng, np.full(len(day), "csat"), customer, at)
        draw = rng.random(len(day))
        answers["person"] = np.where(draw < ANONYMOUS, NOBODY, contacts)
        answers["customer"] = np.where(draw < ANONYMOUS * NAMELESS, NOBODY, customer)
        return self._uninvited(answers.assign(ticket=0))

    def _uninvited(self, answers: pd.DataFrame) -> pd.DataFrame:
        return answers.assign(invitation=NOBODY, is_bare=False, is_complete=True)

    def _answers(self, rng, kind: np.ndarray, customer: np.ndarray, at: np.ndarray) -> pd.DataFrame:
        """On the scale of their kind; `share` is where on it they stand before rounding, what a comment is written from."""
        month = self.month_of(at)
        later = month >= self.settings.months // 3
        share, low, high = (np.zeros(len(at)) for _ in range(3))
        for name in np.unique(kind):
            base, slopes, deviation = FORMULAS["csat" if name == "call" else name]
            here = kind == name
            share[here] = self._path(base, slopes, customer[here], month[here]) + rng.normal(0, deviation, here.sum())
            for side, ends in enumerate((low, high)):
                ends[here] = np.where(later[here], LATER_SCALES.get(name, SCALES[name])[side], SCALES[name][side])
        share = np.clip(share, 0, 1)
        columns = {"survey": kind.astype(object), "customer": customer, "at": at, "share": share}
        return pd.DataFrame({**columns, "low": low, "high": high, "score": np.round(low + share * (high - low))})

    def _path(self, base: float, slopes: dict[str, float], customer: np.ndarray, month: np.ndarray) -> np.ndarray:
        return base + sum(slope * getattr(self.world, name)[customer, month] for name, slope in slopes.items())

    def month_of(self, at: np.ndarray) -> np.ndarray:
        starts = np.array(self.settings.month_starts, dtype="datetime64[us]")
        return np.clip(np.searchsorted(starts, at, side="right") - 1, 0, self.settings.months - 1)

    # --- the files ------------------------------------------------------------------------------------

    def files(self) -> dict[str, pd.DataFrame]:
        """With what people get wrong: an answer dated before its invitation, scores off their scale, repeated rows."""
        asked, answers = self.asked, self.answers
        invited = answers["invitation"].to_numpy()
        bare = answers["is_bare"].to_numpy()
        names = _invitation_names(np.arange(len(asked)))
        invitations = pd.DataFrame(
            {
                "invitation_id": names,
                "survey_type": asked["survey"],
                "wave": asked["wave"],
                "contact_id": self.contact_ids(asked["person"].to_numpy()),
                "customer_id": self.customer_ids(asked["customer"].to_numpy()),
                "sent_at": _text(asked["sent"]),
                "delivered_at": _text(asked["delivered"]),
            }
        )
        responses = pd.DataFrame(
            {
                "response_id": answers["id"],
                "survey_type": answers["survey"],
                "invitation_id": np.where(invited == NOBODY, None, _invitation_names(invited)),
                "customer_id": np.where(bare, None, self.customer_ids(answers["customer"].to_numpy())),
                "contact_id": np.where(bare, None, self.contact_ids(answers["person"].to_numpy())),
                "ticket_id": np.where(answers["ticket"] == 0, None, answers["ticket"].astype(str)),
                "score": answers["score"].where(answers["is_complete"] | (answers["share"] > 0.5)),
                "scale_min": answers["low"],
                "scale_max": answers["high"],
                "is_complete": answers["is_complete"],
                "responded_at": _text(answers["at"]),
            }
        )
        whole = responses[responses["is_complete"]]
        off_scale = whole.iloc[3:4].assign(response_id="r_off_scale", score=lambda rows: rows["scale_max"] + 1)
        no_scale = whole.iloc[4:5].assign(response_id="r_no_scale", scale_max=lambda rows: rows["scale_min"])
        return {
            "survey_invitations": invitations,
            "survey_responses": pd.concat([responses, off_scale, no_scale, responses.iloc[:2]]),
        }

    def customer_ids(self, customer: np.ndarray) -> np.ndarray:
        return np.where(customer == NOBODY, None, self.world.customers["account_id"].to_numpy()[customer])

    def contact_ids(self, person: np.ndarray) -> np.ndarray:
        """By the CRM's id, or the help desk's where the CRM does not know the person."""
        known = self.world.people["contact_id"].to_numpy(dtype=object)[person]
        help_desk = (REQUESTERS_FROM + person).astype(str)
        return np.where(person == NOBODY, None, np.where(pd.isna(known), help_desk, known))

    # --- the truth ------------------------------------------------------------------------------------

    def truth(self) -> dict[str, pd.DataFrame]:
        judged = self.judged()
        return {
            "survey_answers": judged.drop(columns=["customer", "invitation"]),
            "survey_invitations": self._invited(judged),
        }

    def judged(self) -> pd.DataFrame:
        """Every answer, the help desk's ratings too, with what R8 says of it."""
        answers, asked = self.answers, self.asked
        rows = answers.rename(columns={"at": "responded_at", "id": "response_id", "survey": "survey_type"})
        rows = rows.assign(source_system="files", contact=self.contact_ids(answers["person"].to_numpy()))
        rows = pd.concat([rows, self._ratings()], ignore_index=True)
        invited = rows["invitation"].to_numpy()
        is_invited = invited != NOBODY
        sent, delivered = (asked[name].to_numpy()[invited] for name in ("sent", "delivered"))
        at = rows["responded_at"].to_numpy()
        is_early = is_invited & (at < sent)
        is_late = is_invited & (at > np.where(np.isnat(delivered), sent, delivered) + WINDOW)
        valid = rows["is_complete"].to_numpy(dtype=bool) & ~is_early & ~is_late
        wave = np.where(
            is_invited, "wave " + asked["wave"].to_numpy(dtype=object)[invited] + " " + rows["person"].astype(str), None
        )
        unit = np.where(rows["ticket"] != 0, rows["survey_type"] + " ticket " + rows["ticket"].astype(str), wave)
        unit = np.where(pd.isna(unit), rows["source_system"] + " answer " + rows["response_id"], unit)
        last = rows[valid].assign(unit=unit[valid]).sort_values(["responded_at", "response_id"]).groupby("unit").tail(1)
        reasons = [~rows["is_complete"].to_numpy(dtype=bool), is_early, is_late, ~rows.index.isin(last.index)]
        rows["exclusion_reason"] = np.select(reasons, REASONS, None)
        rows["is_in_response_rate"] = rows["exclusion_reason"].isna() & is_invited & ~np.isnat(delivered)
        rows["is_partial_in_time"] = (rows["exclusion_reason"] == "incomplete") & ~is_early & ~is_late & is_invited
        rows["normalised_score"] = ((rows["score"] - rows["low"]) / (rows["high"] - rows["low"])).where(
            rows["is_complete"]
        )
        rows["ticket_id"] = rows["ticket"].astype(str).where(rows["ticket"] != 0)
        return rows.assign(**self.names(rows["customer"].to_numpy()))

    def _ratings(self) -> pd.DataFrame:
        rated = pd.DataFrame(self.tickets.ratings, columns=["ticket", "responded_at", "score"])
        requester = rated["ticket"].map(self.tickets.requesters)
        person = requester - REQUESTERS_FROM
        is_person = (person >= 0) & (person < len(self.world.people))
        person = person.where(is_person, NOBODY).to_numpy(dtype=np.int64)
        customer = rated["ticket"].map(self.tickets.customers).fillna(NOBODY).astype(np.int64)
        known = self.contact_ids(person)
        return rated.assign(
            source_system="zendesk",
            response_id="csat " + rated["ticket"].astype(str),
            survey_type="csat",
            customer=customer,
            person=person,
            contact=np.where(is_person, known, requester.astype(str).where(requester.isin(STRANGERS.values()))),
            invitation=NOBODY,
            is_complete=True,
            score=rated["score"].astype(float),
            low=0.0,
            high=1.0,
        )

    def _invited(self, judged: pd.DataFrame) -> pd.DataFrame:
        """Per customer, month of delivery and survey: delivered; of those whose 30 days are over: answered, to the end or in part."""
        asked = self.asked[self.asked["delivered"].notna()].copy()
        asked["is_matured"] = asked["delivered"] + WINDOW <= self.end
        for column, rows in (
            ("answered", judged[judged["is_in_response_rate"]]),
            ("answered_in_part", judged[judged["is_partial_in_time"]]),
        ):
            asked[column] = asked.index.isin(rows["invitation"]) & asked["is_matured"]
        asked["answered_in_part"] &= ~asked["answered"]
        asked["month"] = np.array([at.date() for at in self.settings.month_starts])[
            self.month_of(asked["delivered"].to_numpy())
        ]
        asked = asked.rename(columns={"survey": "survey_type"})
        counts = asked.groupby(["customer", "month", "survey_type"], as_index=False).agg(
            delivered=("sent", "size"),
            matured=("is_matured", "sum"),
            answered=("answered", "sum"),
            answered_in_part=("answered_in_part", "sum"),
        )
        return counts.assign(**self.names(counts["customer"].to_numpy()))

    def names(self, customer: np.ndarray) -> dict[str, np.ndarray]:
        """As World.names, empty where no company is named."""
        is_named = customer != NOBODY
        found = self.world.names(np.where(is_named, customer, 0))
        return {name: np.where(is_named, ids, None) for name, ids in found.items()}


def _invitation_names(positions: np.ndarray) -> np.ndarray:
    return np.array([f"i_{n + 1:06d}" for n in positions], dtype=object)


def _seconds(seconds: np.ndarray | int) -> np.ndarray:
    return np.asarray(seconds).astype("timedelta64[s]")


def _text(at: pd.Series) -> pd.Series:
    return at.dt.strftime("%Y-%m-%d %H:%M:%S")
