"""What lands of touchpoints and organisational changes: Salesforce tasks and events, and the files that people keep.

Salesforce knows no touchpoints. A call or an e-mail is a task, a meeting, review or training an event; further guests stand in
event_relation. Around them lie what is none: to-dos, calls among colleagues, copies of group events for guests, patterns of
series, deleted events, and tasks with leads of no account. A few rows of either side are broken or delivered twice.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from .crm import entered_twice
from .relationship import Relations
from .settings import Settings
from .world import World

# By type; of reviews there are three, of which the last does not say that it is one.
SUBJECTS = {
    "call": "Call with {}",
    "email": "News for {}",
    "meeting": "Meeting with {}",
    "training": "Training at {}",
    0: "QBR with {}",
    1: "{}: Quarterly Business Review",
    2: "Review with {}",
}
DAY_TEXT, MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
ODD = 0.02  # Share of activities beside which something lies that is no touchpoint.
BROKEN_TOUCHPOINTS = (
    {"touchpoint_type": "meeting", "status": "held"},
    {"touchpoint_type": "meeting", "status": "perhaps", "held_at": "2025-01-15 10:00:00"},
    {"touchpoint_type": "fax", "status": "held", "held_at": "2025-01-15 10:00:00"},
    {"touchpoint_type": "call", "status": "held", "held_at": "2025-01-15 10:00:00", "rating": "9"},
)
BROKEN_CHANGES = (
    {"change_type": "champion_loss", "detected_at": "2025-03-10 09:00:00", "resolved_at": "2025-02-10 09:00:00"},
    {"change_type": "bad_weather", "detected_at": "2025-03-10 09:00:00"},
    {"change_type": "layoffs", "detected_at": "last spring"},
)


def relationship_files(settings: Settings, world: World, relations: Relations) -> dict[str, pd.DataFrame]:
    touches = relations.touches[~relations.touches["is_in_crm"]]
    at = touches["at"].dt.strftime(MOMENT)
    is_met = touches["type"] != "email"
    points = pd.DataFrame(
        {
            "touchpoint_id": _numbered("tp", touches.index),
            "customer_id": _customer_ids(world, touches["customer"]),
            "touchpoint_type": touches["type"],
            **{name: touches[name] for name in ("purpose", "channel", "is_automated", "is_two_way", "is_proactive")},
            "status": touches["status"],
            "planned_at": at.where(is_met | (touches["status"] != "held")),
            "held_at": at.where(touches["status"] == "held"),
            "rating": touches["rating"].map("{:.0f}".format).where(touches["rating"].notna()),
            "referral_intent": touches["referral_intent"],
        }
    )
    contacts = _contact_ids(settings, world, relations.attendees)
    there = contacts[~relations.touches["is_in_crm"].to_numpy()[contacts["touch"]]]
    links = pd.DataFrame({"touchpoint_id": _numbered("tp", there["touch"]), "contact_id": there["contact_id"]})
    unknown = pd.DataFrame({"touchpoint_id": points["touchpoint_id"].iloc[:1], "contact_id": "003NOBODYKNOWS"})
    lost = pd.DataFrame({"touchpoint_id": ["tp_lost", None], "contact_id": links["contact_id"].iloc[:2]})
    return {
        "touchpoints": pd.concat([points, points.iloc[:3], _broken("touchpoint_id", BROKEN_TOUCHPOINTS)]),
        "touchpoint_contacts": pd.concat([links, links.iloc[:3], unknown, lost]),
        "org_changes": _org_changes(world, relations.changes),
    }


def salesforce_activities(
    settings: Settings, world: World, relations: Relations, user_ids: np.ndarray
) -> dict[str, pd.DataFrame]:
    rng = settings.rng("salesforce activities")
    touches = relations.touches[relations.touches["is_in_crm"]]
    contacts = _contact_ids(settings, world, relations.attendees)
    first = contacts.drop_duplicates("touch").set_index("touch")["contact_id"]
    is_task = touches["type"].isin(["call", "email"])
    common = pd.DataFrame(
        {
            "account_id": _customer_ids(world, touches["customer"]),
            "who_id": first.reindex(touches.index),
            "owner_id": user_ids[world.customers["csm"].to_numpy()[touches["customer"]]],
            "subject": _subjects(world, touches),
            # What is planned was put in before the loader read it.
            "created_date": (touches["at"] - timedelta(days=3)).clip(upper=settings.synced_at),
            "last_modified_date": touches["at"].clip(upper=settings.synced_at),
            "is_deleted": False,
            "purpose_c": touches["purpose"],
            "is_proactive_c": touches["is_proactive"],
            "rating_c": touches["rating"],
            "_fivetran_synced": settings.synced_at,
        },
        index=touches.index,
    )
    tasks = _tasks(settings, rng, touches[is_task], common[is_task])
    events = _events(settings, rng, touches[~is_task], common[~is_task])
    guests = contacts[contacts["touch"].isin(events.index)]
    return {
        "task": pd.concat([tasks, _no_touchpoint_tasks(settings, rng, tasks)], ignore_index=True),
        "event": pd.concat([events, _no_touchpoint_events(settings, rng, events)], ignore_index=True),
        "event_relation": _event_relations(settings, rng, events, guests),
    }


def _numbered(prefix: str, numbers: pd.Index | pd.Series) -> list[str]:
    return [f"{prefix}_{number:06d}" for number in numbers]


def _customer_ids(world: World, customer: pd.Series) -> pd.Series:
    """As the CRM names them; every other row of a company that was entered twice names the account that was merged away."""
    companies = world.customers.loc[customer].set_index(customer.index)
    is_old = companies["merged_id"].notna() & (np.arange(len(customer)) % 2 == 1)
    return companies["account_id"].mask(is_old, companies["merged_id"])


def _contact_ids(settings: Settings, world: World, attendees: pd.DataFrame) -> pd.DataFrame:
    """(touch, contact_id); of people whom the CRM has twice, every third row names the contact that was merged away."""
    twins = attendees["person"].map(entered_twice(settings, world))
    is_old = twins.notna() & (np.arange(len(attendees)) % 3 == 0)
    ids = attendees["person"].map(world.people["contact_id"]).mask(is_old, twins)
    return pd.DataFrame({"touch": attendees["touch"], "contact_id": ids})


def _subjects(world: World, touches: pd.DataFrame) -> list[str]:
    """An answered e-mail begins with Re:, a cancelled event with Canceled:, as calendars write it."""
    names = world.customers["name"].to_numpy()[touches["customer"]]
    kinds = np.where(touches["type"] == "qbr", touches.index % 3, touches["type"])
    answers = np.where((touches["type"] == "email") & touches["is_two_way"], "Re: ", "")
    gone = np.where(touches["status"] == "cancelled", "Canceled: ", "")
    return [
        answer + off + SUBJECTS[kind].format(name)
        for answer, off, kind, name in zip(answers, gone, kinds, names, strict=True)
    ]


def _tasks(settings: Settings, rng: np.random.Generator, touches: pd.DataFrame, common: pd.DataFrame) -> pd.DataFrame:
    is_call, status = touches["type"] == "call", touches["status"]
    is_done = status.isin(["held", "no_show"])
    unreached = np.where(rng.random(len(touches)) < 0.5, "No Answer", "Left Voicemail")
    disposition = np.select([status == "no_show", status == "held"], [unreached, "Connected"], None)
    return common.assign(
        id=["00T" + settings.token("task", n, 15) for n in touches.index],
        type=np.where(is_call, "Call", "Email"),
        task_subtype=np.select([is_call, touches["is_automated"]], ["Call", "ListEmail"], "Email"),
        status=np.select([is_done, status == "cancelled"], ["Completed", "Cancelled"], "Not Started"),
        is_closed=status != "planned",
        call_type=np.where(touches["is_proactive"], "Outbound", "Inbound"),
        call_disposition=disposition,
        activity_date=touches["at"].dt.floor("D"),
        completed_date_time=touches["at"].where(is_done),
    ).assign(
        call_type=lambda tasks: tasks["call_type"].where(is_call),
        call_disposition=lambda tasks: tasks["call_disposition"].where(is_call),
    )


def _no_touchpoint_tasks(settings: Settings, rng: np.random.Generator, tasks: pd.DataFrame) -> pd.DataFrame:
    """To-dos, calls among colleagues, mails to leads, and older versions of tasks that were done since."""
    odd = tasks[rng.random(len(tasks)) < ODD]
    kind = np.arange(len(odd)) % 4
    again = odd[kind == 3]
    new = odd[kind != 3].assign(id=["00T" + settings.token("other task", n, 15) for n in odd.index[kind != 3]])
    to_do, internal, to_lead = (new[kind[kind != 3] == n] for n in range(3))
    return pd.concat(
        [
            to_do.assign(type="Other", task_subtype="Task", subject="Prepare the review", call_type=None),
            internal.assign(type="Call", task_subtype="Call", call_type="Internal", subject="Handover"),
            to_lead.assign(account_id=None, who_id="00Q000000000LEAD01"),
            again.assign(
                status="Not Started",
                is_closed=False,
                completed_date_time=pd.NaT,
                _fivetran_synced=settings.synced_at - timedelta(days=400),
            ),
        ]
    )


def _events(settings: Settings, rng: np.random.Generator, touches: pd.DataFrame, common: pd.DataFrame) -> pd.DataFrame:
    minutes = pd.to_timedelta(rng.choice([30, 45, 60], len(touches)), unit="min")
    kind = touches["type"].map({"meeting": "Meeting", "qbr": "QBR", "training": "Training"})
    # Where the subject says that it is a review, its type often does not.
    is_plain = (kind == "QBR") & (touches.index.to_numpy() % 3 < 2)
    return common.assign(
        id=["00U" + settings.token("event", n, 15) for n in touches.index],
        type=kind.mask(is_plain, "Meeting"),
        event_subtype="Event",
        location=np.where(touches["channel"] == "video", "https://meet.example/room", "Their office"),
        is_group_event=False,
        is_child=False,
        is_recurrence=False,
        activity_date=touches["at"].dt.floor("D"),
        start_date_time=touches["at"],
        end_date_time=touches["at"] + minutes,
        no_show_c=touches["status"] == "no_show",
        referral_intent_c=touches["referral_intent"],
    )


def _no_touchpoint_events(settings: Settings, rng: np.random.Generator, events: pd.DataFrame) -> pd.DataFrame:
    """Copies for guests, patterns of series, deleted events, and a broken one that ends before it starts."""
    odd = events[rng.random(len(events)) < ODD]
    odd = odd.assign(id=["00U" + settings.token("other event", n, 15) for n in odd.index])
    kind = np.arange(len(odd)) % 3
    broken = events.iloc[:1].assign(id="00U000000000BROKEN")
    broken["end_date_time"] = broken["start_date_time"] - timedelta(hours=1)
    return pd.concat(
        [
            odd[kind == 0].assign(is_child=True),
            odd[kind == 1].assign(is_recurrence=True),
            odd[kind == 2].assign(is_deleted=True),
            broken,
        ]
    )


def _event_relations(
    settings: Settings, rng: np.random.Generator, events: pd.DataFrame, guests: pd.DataFrame
) -> pd.DataFrame:
    """Who was asked besides who_id, some of them there too; colleagues; the account that it is about; guests who declined."""
    ids = events["id"].reindex(guests["touch"]).to_numpy()
    is_first = ~guests["touch"].duplicated().to_numpy()
    kept = ~is_first | (rng.random(len(guests)) < 0.3)
    rows = pd.DataFrame(
        {"event_id": ids, "relation_id": guests["contact_id"], "is_what": False, "is_invitee": ~is_first}
    )[kept].assign(status="Accepted")
    some = events.iloc[::10]
    asked = rows.drop_duplicates("relation_id")
    declining = pd.DataFrame({"event_id": asked["event_id"], "relation_id": np.roll(asked["relation_id"], 7)}).iloc[::4]
    parts = [
        rows,
        pd.DataFrame({"event_id": some["id"], "relation_id": some["owner_id"], "is_what": False, "status": "Accepted"}),
        pd.DataFrame({"event_id": some["id"], "relation_id": some["account_id"], "is_what": True, "status": None}),
        declining.assign(is_what=False, is_invitee=True, status="Declined"),
    ]
    relations = pd.concat(parts, ignore_index=True).drop_duplicates(["event_id", "relation_id"])
    relations["id"] = ["0RE" + settings.token("event relation", n, 15) for n in range(len(relations))]
    return relations.assign(is_deleted=False)


def _org_changes(world: World, changes: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "org_change_id": _numbered("oc", changes.index),
            "customer_id": _customer_ids(world, changes["customer"]),
            "contact_id": world.people["contact_id"].reindex(changes["person"]).to_numpy(),
            "change_type": changes["type"],
            "detected_at": changes["detected_at"].dt.strftime(MOMENT),
            "resolved_at": changes["resolved_at"].dt.strftime(MOMENT),
        }
    )
    return pd.concat([frame, frame.iloc[:2], _broken("org_change_id", BROKEN_CHANGES)])


def _broken(key: str, rows: tuple[dict, ...]) -> pd.DataFrame:
    """Rows that no reader accepts."""
    return pd.DataFrame([{key: f"broken_{n}", "customer_id": "anyone", **row} for n, row in enumerate(rows, start=1)])
