"""What people keep by hand, as CSV: contracts, features, entitlements, reasons for leaving, exchange rates."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from .catalog import FEATURES, released_at
from .contracts import Contracts
from .costs import exchange_rates
from .ledger import Ledger
from .product import entitlements
from .settings import Settings
from .world import World

VOLUNTARY_REASONS = ("pricing", "missing_features", "support", "budget", "competitor", "bad_fit")
SOURCES = ("exit_survey", "csm", "form")
UNREADABLE_DATES = ("31/02/2026", "last spring")


def file_tables(settings: Settings, world: World, ledger: Ledger, contracts: Contracts) -> dict[str, pd.DataFrame]:
    return {
        "contracts": contracts.file(),
        "features": _features(settings),
        "feature_entitlements": _entitlements(settings, world, ledger),
        "churn_events": _churn_events(settings, world, ledger),
        "fx_rates": exchange_rates(settings),
    }


def _features(settings: Settings) -> pd.DataFrame:
    rows = [
        (feature_id, name, is_core, is_gated, str(released_at(share, settings.start, settings.end)))
        for feature_id, name, is_core, is_gated, share, _ in FEATURES
    ]
    return pd.DataFrame(rows, columns=["feature_id", "name", "is_core", "is_gated", "released_at"])


def _entitlements(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    granted = entitlements(settings, ledger)
    return pd.DataFrame(
        {
            "customer_id": world.customers["account_id"].to_numpy()[granted["customer"]],
            "feature_id": next(feature_id for feature_id, _, _, is_gated, *_ in FEATURES if is_gated),
            "valid_from": granted["valid_from"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "valid_to": granted["valid_to"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        }
    )


def churn_reasons(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """What was written of losses, in the order of time: of four in five, of some by two."""
    rng = settings.rng("churn reasons")
    rows = []
    for loss in ledger.losses:
        known, first, second, twice, friction = rng.random(5)
        account = world.customers.at[loss.customer, "stripe_account_id"]
        if loss.at >= settings.end or known > 0.8 or pd.isna(account):
            continue
        annoyed = world.friction[loss.customer, settings.month_of(loss.at)] + 2 * friction - 1 > 0.5
        reason = _reason(loss.is_voluntary, first, annoyed)
        source = SOURCES[int(second * len(SOURCES))]
        rows.append((loss.customer, account, loss.at, reason, True, source, loss.is_voluntary))
        if twice < 0.15:
            other = SOURCES[(SOURCES.index(source) + 1) % len(SOURCES)]
            at = min(loss.at + timedelta(days=9), settings.end - timedelta(hours=1))
            reason = _reason(loss.is_voluntary, second, annoyed)
            rows.append((loss.customer, account, at, reason, False, other, loss.is_voluntary))
    columns = ["customer", "customer_id", "churned_at", "reason_code", "is_primary", "source", "is_voluntary"]
    frame = pd.DataFrame(rows, columns=columns).astype({"churned_at": "datetime64[us]", "is_primary": bool})
    return frame.sort_values(["churned_at", "customer_id"], kind="stable", ignore_index=True)


def _churn_events(settings: Settings, world: World, ledger: Ledger) -> pd.DataFrame:
    """As people keep them; two dates were mistyped."""
    told = churn_reasons(settings, world, ledger).drop(columns="customer")
    told["churned_at"] = told["churned_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    anyone = world.customers["account_id"].iloc[0]
    broken = [(anyone, text, "budget", True, "form", True) for text in UNREADABLE_DATES]
    frame = pd.concat([told, pd.DataFrame(broken, columns=told.columns)], ignore_index=True)
    frame.insert(0, "churn_event_id", [f"ce_{n:05d}" for n in range(1, len(frame) + 1)])
    return frame


def _reason(is_voluntary: bool, draw: float, annoyed: bool) -> str:
    if not is_voluntary:
        return "payment_failed"
    return "support" if annoyed else VOLUNTARY_REASONS[int(draw * len(VOLUNTARY_REASONS))]
