"""dbt's messages: those of a level that no logger shows are left out, all others arrive."""

import io

import pytest
from dbt_common.events.base_types import EventLevel
from dbt_common.events.logger import LineFormat, LoggerConfig
from dbt_common.events.types import Note
from quality.dbt_plugin import EventsThatAreRead


@pytest.mark.parametrize(
    ("shown", "written"),
    [(EventLevel.INFO, ["info", "warn"]), (EventLevel.DEBUG, ["debug", "info", "warn"]), (EventLevel.ERROR, [])],
)
def test_a_logger_gets_what_it_shows(shown, written):
    stream = io.StringIO()
    events = EventsThatAreRead()
    events.add_logger(
        LoggerConfig(name=f"to_{shown.value}", line_format=LineFormat.PlainText, level=shown, output_stream=stream)
    )
    for level in (EventLevel.DEBUG, EventLevel.INFO, EventLevel.WARN):
        events.fire_event(Note(msg=f"<{level.value}>"), level=level)
    assert [level for level in ("debug", "info", "warn") if f"<{level}>" in stream.getvalue()] == written


def test_a_callback_of_another_program_gets_all():
    heard = []
    events = EventsThatAreRead()
    events.add_callback(lambda _: None)
    events.add_callback(lambda message: heard.append(message.info.level))
    events.fire_event(Note(msg="for nobody but the callback"), level=EventLevel.DEBUG)
    assert heard == ["debug"]
