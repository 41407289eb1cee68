"""The event log: a line an event, whole lines only, and what merely moves is heard but not written."""

from sweflow_datasets.corpus.events import EVENTS, Events, read_events
from sweflow_datasets.corpus.values import Usage


def test_events_are_written_and_heard_and_usage_is_only_heard(tmp_path):
    heard = []
    with Events(tmp_path, heard.append) as events:
        events("run-started", repositories=2)
        events.usage("one", Usage(1.0, 2.0, 3, 4))
        events("progress", "one", what="verify", done=1, total=2)
        events("stage-started", "one", stage="build", key="k")
    assert [event["event"] for event in heard] == ["run-started", "usage", "progress", "stage-started"]
    written = read_events(tmp_path)
    assert [event["event"] for event in written] == ["run-started", "stage-started"]
    assert {"time", "repository", "stage", "key"} <= written[1].keys()


def test_D1_a_line_that_a_killed_run_did_not_finish_is_cut_off(tmp_path):
    with Events(tmp_path, lambda event: None) as events:
        events("run-started", repositories=1)
    with (tmp_path / EVENTS).open("a") as file:
        file.write('{"event":"stage-st')
    with Events(tmp_path, lambda event: None) as events:
        events("run-started", repositories=1)
    assert [event["event"] for event in read_events(tmp_path)] == ["run-started", "run-started"]
