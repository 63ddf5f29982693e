"""The mutation operators: every way in which one node of a model's syntax tree is made wrong.

    comparison        = and <>, < and >=, > and <=, `is null`, `in`, `like`, `exists`, a bare condition: each becomes its opposite
    boundary          < and <=, > and >=, either end of `between`, a number in arithmetic, an interval or a window's frame: one off
    join type         inner becomes left, left becomes inner, full becomes left and right
    dropped filter    one condition of where, having, on or an `and` is always met; one of an `or` never
    min/max           min and max, greatest and least, bool_or and bool_and change places
    distinct          `distinct` is left out, `union` becomes `union all`
    sign              + and -, * and / change places, a minus is left out
    default           the default of a coalesce, or of a case that is a constant, is another; one that is no constant is left out
    window order      a key orders the other way round, lag and lead, first and last change places
    window partition  a window is no longer parted by one of its keys

A change that must give the same rows by the rules of SQL is not made: `order by` of a query without limit, the default of a
nullif. Others that do are named in tests/equivalent_mutants.yml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

OPERATORS = (
    "comparison", "boundary", "join type", "dropped filter", "min/max", "distinct", "sign", "default", "window order",
    "window partition",
)  # fmt: skip

OPPOSITES = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.GTE: exp.LT, exp.LTE: exp.GT, exp.GT: exp.LTE,
    exp.NullSafeEQ: exp.NullSafeNEQ, exp.NullSafeNEQ: exp.NullSafeEQ,
}  # fmt: skip
NEIGHBOURS = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
EXTREMES = {
    exp.Min: exp.Max, exp.Max: exp.Min, exp.Greatest: exp.Least, exp.Least: exp.Greatest,
    exp.LogicalOr: exp.LogicalAnd, exp.LogicalAnd: exp.LogicalOr, exp.ArgMin: exp.ArgMax, exp.ArgMax: exp.ArgMin,
}  # fmt: skip
SIGNS = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.Mul: exp.Div, exp.Div: exp.Mul}
WINDOW_FUNCTIONS = {
    exp.Lag: exp.Lead, exp.Lead: exp.Lag, exp.FirstValue: exp.LastValue, exp.LastValue: exp.FirstValue,
}  # fmt: skip
PREDICATES = (exp.Is, exp.In, exp.Between, exp.Exists, exp.Like, exp.RegexpLike)
# A number below one of these is no boundary: it is a result, a default, or what `in` and `=` compare with.
COUNTING = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Pow, exp.WindowSpec, exp.PercentileCont, exp.PercentileDisc,
)  # fmt: skip


@dataclass
class Change:
    """Arguments of one node set to something else. `apply` and `undo` work on the tree in place."""

    at: exp.Expression  # the node whose text says where the change is
    before: str
    after: str
    node: exp.Expression
    new: dict[str, object]
    operator: str = ""

    def apply(self) -> None:
        self.old = {name: self.node.args.get(name) for name in self.new}
        self.node.args.update(self.new)

    def undo(self) -> None:
        self.node.args.update(self.old)


def text(node: exp.Expression | None) -> str:
    """The SQL of a node on one line, in lower case where it is no literal."""
    if node is None:
        return ""
    parts = re.split(r"('(?:[^']|'')*')", " ".join(node.sql("duckdb", comments=False).split()))
    return "".join(part if part.startswith("'") else part.lower() for part in parts)


def changes(tree: exp.Expression) -> Iterator[Change]:
    """Every change of every operator, in the order of the tree."""
    for node in tree.dfs():
        for operator, make in MAKERS.items():
            for change in make(node):
                change.operator = operator
                yield change


def _replacing(node: exp.Expression, new: exp.Expression | None, at: exp.Expression | None = None) -> Change:
    """The change that puts `new` in the place of `node`; None takes an optional argument out."""
    parent, argument = node.parent, node.arg_key
    value: object = new
    siblings = parent.args[argument]
    if isinstance(siblings, list):
        value = [new if sibling is node else sibling for sibling in siblings]
    return Change(at or node, text(node), text(new), parent, {argument: value})


def _as(kind: type[exp.Expression], node: exp.Expression) -> exp.Expression:
    """The node as another kind with the same arguments."""
    return kind(**{name: _copy(value) for name, value in node.args.items() if name in kind.arg_types})


def _copy(value: object) -> object:
    if isinstance(value, list):
        return [_copy(one) for one in value]
    return value.copy() if isinstance(value, exp.Expression) else value


def _swapped(pairs: dict[type, type]) -> Callable[[exp.Expression], Iterator[Change]]:
    def make(node: exp.Expression) -> Iterator[Change]:
        if (kind := pairs.get(type(node))) and node.parent:
            yield _replacing(node, _as(kind, node))

    return make


def _is_condition(node: exp.Expression) -> bool:
    """Whether the node stands where SQL asks whether something holds."""
    parent, place = node.parent, node.arg_key
    if isinstance(parent, exp.Paren):
        return _is_condition(parent)
    return (
        isinstance(parent, exp.Where | exp.Having | exp.And | exp.Or)
        or (isinstance(parent, exp.If) and place == "this" and not _switches(parent))
        or (isinstance(parent, exp.Join) and place == "on")
    )


def _switches(branch: exp.If) -> bool:
    """Whether the branch belongs to `case <value> when <other> then`, which asks for equality."""
    return isinstance(branch.parent, exp.Case) and branch.parent.this is not None


def _comparison(node: exp.Expression) -> Iterator[Change]:
    yield from _swapped(OPPOSITES)(node)
    if isinstance(node, exp.Not):
        yield _replacing(node, node.this.copy())
    elif isinstance(node.parent, exp.Not):
        return
    elif isinstance(node, PREDICATES) or (_is_condition(node) and isinstance(node, exp.Column | exp.Coalesce)):
        yield _replacing(node, exp.Not(this=node.copy()))


def _boundary(node: exp.Expression) -> Iterator[Change]:
    yield from _swapped(NEIGHBOURS)(node)
    if isinstance(node, exp.Between):
        value, low, high = node.this, node.args["low"], node.args["high"]
        for least, most in ((exp.GT, exp.LTE), (exp.GTE, exp.LT)):
            both = exp.And(
                this=least(this=value.copy(), expression=low.copy()),
                expression=most(this=value.copy(), expression=high.copy()),
            )
            yield _replacing(node, exp.Paren(this=both))
    elif isinstance(node, exp.Literal) and not node.is_string and _is_boundary(node):
        yield _replacing(node, _other(node), at=node)


def _is_boundary(node: exp.Literal) -> bool:
    """Whether the number counts something: days of an interval, rows of a frame, the share of a percentile."""
    parent = node.parent
    while isinstance(parent, exp.Paren | exp.Neg) or (isinstance(parent, exp.Cast) and node.arg_key != "to"):
        parent = parent.parent
    return isinstance(parent, COUNTING)


def _join_type(node: exp.Expression) -> Iterator[Change]:
    if not isinstance(node, exp.Join) or node.kind == "CROSS" or not node.args.get("on"):
        return
    sides = {"": ("LEFT",), "LEFT": ("",), "FULL": ("LEFT", "RIGHT"), "RIGHT": ("",)}[node.side]
    what = text(node.this)
    for side in sides:
        names = [f"{(one or 'inner').lower()} join {what}" for one in (node.side, side)]
        yield Change(node.this, *names, node, {"side": side or None, "kind": None})


def _dropped_filter(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.And | exp.Or):
        for dropped, kept in ((node.expression, node.this), (node.this, node.expression)):
            if not isinstance(dropped, exp.And | exp.Or) or isinstance(dropped, exp.Or) is isinstance(node, exp.And):
                yield _dropping(node, dropped, kept)
    elif isinstance(node, exp.Where | exp.Having) and not isinstance(node.this, exp.And):
        yield _replacing(node, None, at=node.this)
    elif isinstance(node, exp.Join) and (on := node.args.get("on")) and not isinstance(on, exp.And):
        yield _replacing(on, exp.true())


def _dropping(node: exp.Expression, dropped: exp.Expression, kept: exp.Expression) -> Change:
    change = _replacing(node, kept.copy(), at=dropped)
    change.before, change.after = f"{node.key} {text(dropped)}", ""
    return change


def _distinct(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Select) and (distinct := node.args.get("distinct")) and not distinct.args.get("on"):
        names = ", ".join(text(one) for one in node.expressions)
        yield Change(node.expressions[0], f"select distinct {names}", f"select {names}", node, {"distinct": None})
    elif isinstance(node, exp.Distinct) and isinstance(node.parent, exp.AggFunc) and len(node.expressions) == 1:
        change = _replacing(node, node.expressions[0].copy())
        change.before, change.after = text(node.parent), text(node.parent).replace("distinct ", "")
        yield change
    elif isinstance(node, exp.Union) and node.args.get("distinct"):
        last = node.expression.find(exp.Column, exp.Literal) or node.expression
        yield Change(last, "union", "union all", node, {"distinct": False})


def _sign(node: exp.Expression) -> Iterator[Change]:
    # `7 * interval 1 day` divided is no interval that means anything.
    if not (isinstance(node, exp.Mul | exp.Div) and isinstance(node.expression, exp.Interval)):
        yield from _swapped(SIGNS)(node)
    if isinstance(node, exp.Neg):
        yield _replacing(node, node.this.copy())


def _default(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Coalesce) and node.expressions:
        default = node.expressions[-1]
        if other := _other(default):
            change = _replacing(default, other, at=node)
            change.before, change.after = text(node), _with(node, default, other)
            yield change
        else:
            kept = node.copy()
            kept.set("expressions", kept.expressions[:-1])
            yield _replacing(node, kept if kept.expressions else kept.this)
    elif isinstance(node, exp.Case) and (default := node.args.get("default")) and not isinstance(default, exp.Null):
        other = _other(default)
        change = _replacing(default, other)
        change.before, change.after = f"else {text(default)}", f"else {text(other)}" if other else ""
        yield change


def _with(node: exp.Expression, child: exp.Expression, other: exp.Expression) -> str:
    change = _replacing(child, other)
    change.apply()
    after = text(node)
    change.undo()
    return after


def _other(node: exp.Expression) -> exp.Expression | None:
    """Another constant of the same kind; None of what is no constant."""
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return _other(node.this) if node.to.this in exp.DataType.TEXT_TYPES else None
    if isinstance(node, exp.Paren | exp.Cast):
        return _other(node.this)
    if isinstance(node, exp.Boolean):
        return exp.Boolean(this=not node.this)
    if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
        return exp.Neg(this=_other(node.this))
    if not isinstance(node, exp.Literal):
        return None
    if node.is_string:
        return exp.Literal.string(node.this + " mutated")
    digits = node.this.partition(".")[2]
    return exp.Literal.number(f"{float(node.this) + 10.0 ** -len(digits):.{len(digits)}f}")


def _window_order(node: exp.Expression) -> Iterator[Change]:
    yield from _swapped(WINDOW_FUNCTIONS)(node)
    if isinstance(node, exp.Ordered) and not isinstance(node.parent.parent, exp.Query) and not _is_of_a_median(node):
        nulls = node.args.get("nulls_first")
        turned = exp.Ordered(this=node.this.copy(), desc=not node.args.get("desc"), nulls_first=nulls)
        yield _replacing(node, turned)


def _is_of_a_median(key: exp.Ordered) -> bool:
    """Whether the middle of an order is asked for, which is the same from either end."""
    group = key.parent.parent
    return isinstance(group, exp.WithinGroup) and group.this == exp.PercentileCont(this=exp.Literal.number("0.5"))


def _window_partition(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Window) and (keys := node.args.get("partition_by")):
        names = ", ".join(text(key) for key in keys)
        for key in keys:
            kept = [other for other in keys if other is not key]
            after = f"partition by {', '.join(text(other) for other in kept)}" if kept else ""
            yield Change(key, f"partition by {names}", after, node, {"partition_by": kept})


MAKERS: dict[str, Callable[[exp.Expression], Iterator[Change]]] = {
    "comparison": _comparison,
    "boundary": _boundary,
    "join type": _join_type,
    "dropped filter": _dropped_filter,
    "min/max": _swapped(EXTREMES),
    "distinct": _distinct,
    "sign": _sign,
    "default": _default,
    "window order": _window_order,
    "window partition": _window_partition,
}
