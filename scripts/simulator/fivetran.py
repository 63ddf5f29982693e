"""Conventions of the loader that CRM, billing and support tables come through."""

from __future__ import annotations

from datetime import datetime, timedelta

# History mode: an open version ends at FOREVER, a closed one JUST_BEFORE the next starts.
FOREVER = datetime(9999, 12, 31, 23, 59, 59, 999999)
JUST_BEFORE = timedelta(milliseconds=1)
# How long after a change its row is loaded.
LAG = timedelta(minutes=3)
