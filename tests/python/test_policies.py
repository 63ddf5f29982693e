"""The policy variables of rule R14: each is documented, stored with the build, and refuses a value that it does not know."""

from __future__ import annotations

import re
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from conftest import ROOT

VARS = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
POLICIES = {name: value for name, value in VARS.items() if not isinstance(value, dict | list)}
WRONG = {
    "mrr_discounts": "sometimes",
    "mrr_trial": "count",
    "mrr_past_due": "keep",
    "mrr_pause": "count",
    "mrr_bridge_days": "a month",
    "include_usage": "sometimes",
    "mrr_loss_date": "signature",
    "fx_rate_type": "daily",
    "cac_lag_months": "-1",
    "gross_margin": "80",
    "health_days": "30",
}
NUMBERS = ("mrr_bridge_days", "cac_lag_months", "gross_margin", "health_days")


class CompilerError(Exception):
    pass


def value_of(name: str, given: object) -> str:
    """What the project's macro makes of a policy variable that is set to `given`."""

    def refuse(message: str) -> None:
        raise CompilerError(message)

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    text = (ROOT / "macros" / "mrr.sql").read_text(encoding="utf-8")
    context = {
        "var": lambda _: given,
        "return": lambda value: value,
        "exceptions": SimpleNamespace(raise_compiler_error=refuse),
    }
    macros = environment.from_string(text, globals=context).module
    return (macros.policy_number(name) if name in NUMBERS else macros.policy(name)).strip()


def test_every_policy_is_documented_and_stored_with_the_build():
    table = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").split("## Policies")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(POLICIES)
    macros = (ROOT / "macros" / "build.sql").read_text(encoding="utf-8")
    stored = macros.split("macro policy_columns")[1].split("endmacro")[0]
    assert [name for name in POLICIES if name not in stored] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_policy_has_its_default_and_refuses_a_value_that_it_does_not_know(name):
    assert value_of(name, POLICIES[name]) == str(POLICIES[name]).lower()
    with pytest.raises(CompilerError, match=rf"var {name} is '{WRONG[name]}'; it is"):
        value_of(name, WRONG[name])
