"""Defects of the help desk's tables."""

from __future__ import annotations

from .landing import Landing, listed
from .registry import fault


@fault("zendesk/ticket", "held", "zendesk__tickets.tickets_are_not_of_the_future", "staging.stg_zendesk__tickets")
def tickets_of_the_future(raw: Landing) -> None:
    """Three tickets were created in the year 2099."""
    tickets = listed(raw.some("zendesk/ticket", 3))
    raw.replace("zendesk/ticket", f"id in {tickets}", created_at="timestamp '2099-01-01'")


@fault("zendesk/ticket_comment", "harmless")
def comments_are_delivered_twice(raw: Landing) -> None:
    """The loader delivered every comment of the last two weeks a second time, with the same ids."""
    raw.add("zendesk/ticket_comment", f"select * from t where created >= timestamp '{raw.end}' - interval 14 day")
