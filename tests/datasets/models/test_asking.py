"""Asking a model over a wire that breaks: what helps is tried again, what is spent is counted, nothing is asked twice."""

import email.utils
import socket
import time
from pathlib import Path

import pytest
from sweflow_datasets.errors import ModelNotUsable
from sweflow_datasets.models import Answer, Limits, Model, Question, Unanswered, Why, ask_all
from sweflow_datasets.models.cache import AnswerCache
from sweflow_datasets.models.pace import Pace

from tests.datasets.models.chat_server import Reply, chat_server, fails, says

pytest.importorskip("openai")
KEY = "sk-a-key-that-nobody-may-see"
ONE = [Question("be brief", "one?")]


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> AnswerCache:
    return AnswerCache(tmp_path / "cache")


class Asking:
    """Asks a server with a script of replies, the last of which is given from then on; waits are only noted."""

    def __init__(self, cache: AnswerCache) -> None:
        self.cache, self.waits = cache, []

    def __call__(self, *replies: Reply, questions=ONE, temperature=None, **limits):
        given = Limits(**{"workers": 1, "timeout": 5.0, **limits})
        with chat_server(lambda number, _: replies[min(number, len(replies) - 1)]) as self.server:
            model = Model("m", self.server.url, temperature)
            pace = Pace(given, lambda seconds: self.waits.append(round(seconds, 1)))
            return ask_all(questions, model, given, self.cache, pace=pace)


@pytest.fixture
def asking(cache: AnswerCache) -> Asking:
    return Asking(cache)


def test_answers_come_in_the_order_of_the_questions(cache):
    questions = [Question("s", f"question {n}") for n in range(6)]
    with chat_server(lambda _, body: says(body["messages"][1]["content"].upper())) as server:
        found = ask_all(questions, Model("m", server.url), Limits(), cache)
    assert [answer.text for answer in found] == [f"QUESTION {n}" for n in range(6)]
    assert server.asked[0]["messages"][0] == {"role": "system", "content": "s"}
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_D3_what_was_asked_before_costs_nothing_and_is_replayed_without_server_and_key(cache, asking, monkeypatch):
    assert asking(says("yes")) == (Answer("yes", True, 10),)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert ask_all(ONE, Model("m"), Limits(), cache) == (Answer("yes", True, 10),)
    assert ask_all(ONE, Model("m"), Limits(), cache, offline=True) == (Answer("yes", True, 10),)


def test_another_model_sample_temperature_or_word_is_another_question(asking):
    asking(says("yes"))
    for change in ({"questions": [Question("be brief", "one?", 1)]}, {"questions": [Question("", "one?")]}):
        asking(says("no"), **change)
        assert len(asking.server.asked) == 1
    asking(says("no"), temperature=0.5)
    assert asking.server.asked[0]["temperature"] == 0.5


def test_offline_nothing_is_asked(cache):
    (found,) = ask_all(ONE, Model("m", "http://nowhere.invalid"), Limits(), cache, offline=True)
    assert found == Unanswered(Why.OFFLINE, "the cache has no answer")


def test_a_damaged_entry_of_the_cache_is_asked_again(asking, tmp_path):
    asking(says("yes"))
    (entry,) = (tmp_path / "cache").rglob("*.json")
    entry.write_text(entry.read_text("utf-8")[:40], "utf-8")
    assert asking(says("again"))[0].text == "again"


@pytest.mark.parametrize(
    "broken",
    [
        fails(500),
        fails(503),
        fails(429),
        Reply(b"<html>busy</html>", headers={"Content-Type": "text/html"}),
        Reply(b"{nonsense"),
        Reply(b'{"choices": []}'),
        Reply(b'{"choices": [{"message": {"content": null}}]}'),
        Reply(b"[]"),
        Reply(says("a half answer").body, half=True),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:20]!r}",
)
def test_a_reply_that_is_none_is_asked_for_again(asking, broken):
    assert asking(broken, broken, says("at last")) == (Answer("at last", True, 10),)
    assert asking.waits == [0.5, 1.0]


def test_a_server_that_does_not_answer_in_time_is_asked_again(asking):
    assert asking(Reply(b"", silent=1.0), says("at last"), timeout=0.3)[0].text == "at last"


def test_a_server_that_says_how_long_to_wait_is_given_that_time(asking):
    asking(fails(429, Retry_After="7"), says("yes"))
    assert asking.waits == [7.0]


def test_a_date_to_wait_for_is_one_too(asking):
    asking(fails(503, Retry_After=email.utils.formatdate(time.time() + 30, usegmt=True)), says("yes"))
    assert 25 < asking.waits[0] <= 30


@pytest.mark.parametrize(
    ("reply", "why", "attempts"),
    [
        (fails(500), Why.SERVER, 3),
        (Reply(b"{"), Why.MALFORMED, 3),
        (Reply(b"", silent=0.4), Why.TIMED_OUT, 3),
        (fails(400, "too long"), Why.REFUSED, 1),
    ],
)
def test_a_question_that_stays_without_an_answer_says_why_and_is_not_kept(asking, reply, why, attempts):
    (found,) = asking(reply, attempts=3, timeout=0.2 if why is Why.TIMED_OUT else 5.0)
    assert isinstance(found, Unanswered)
    assert found.why is why
    assert len(asking.server.asked) == attempts
    assert asking(says("now"))[0].text == "now"


def test_an_answer_that_was_cut_off_says_so(asking):
    assert asking(says("half a", finish="length")) == (Answer("half a", False, 10),)


def test_a_server_that_counts_no_tokens_is_counted_for(asking):
    assert asking(says("x" * 40, tokens=None))[0].tokens == 10


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_key_or_model_ends_the_run_in_one_sentence_that_holds_no_key(asking, status):
    with pytest.raises(ModelNotUsable) as caught:
        asking(fails(status, f"\x1b[2Jbad key {KEY}"))
    assert KEY not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert "[key]" in str(caught.value)
    assert len(asking.server.asked) == 1


def test_no_server_and_no_key_are_one_sentence_each(cache, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    pace = Pace(limits := Limits(attempts=2), lambda _: None)
    with pytest.raises(ModelNotUsable, match="no server answers"):
        ask_all(ONE, Model("m", url), limits, cache, pace=pace)
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelNotUsable, match="there is no key"):
        ask_all(ONE, Model("m"), Limits(), cache)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://me:secret@host/v1", "http://[", "http://"])
def test_an_address_that_is_none_or_holds_a_password_is_refused_without_being_named(cache, url):
    with pytest.raises(ModelNotUsable) as caught:
        ask_all(ONE, Model("m", url), Limits(), cache)
    assert url not in str(caught.value)


def test_a_local_server_needs_no_key(cache, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with chat_server(lambda *_: says("yes")) as server:
        assert ask_all(ONE, Model("m", server.url), Limits(), cache)[0].text == "yes"


def test_the_key_is_in_no_file_even_where_the_server_says_it(asking, tmp_path):
    assert KEY not in asking(says(f"your key is {KEY}"))[0].text
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or KEY not in path.read_text("utf-8")


def test_a_budget_of_requests_counts_every_attempt(asking):
    questions = [Question("s", str(n)) for n in range(4)]
    found = asking(fails(500), says("one"), says("two"), fails(500), questions=questions, requests=4)
    assert [getattr(each, "text", None) or each.why for each in found] == ["one", "two", Why.BUDGET, Why.BUDGET]
    assert len(asking.server.asked) == 4
    asking(says("rest"), questions=questions, requests=4)
    assert asking.server.users == ["2", "3"]


def test_a_budget_of_tokens_ends_with_what_the_server_counted(asking):
    questions = [Question("s", str(n)) for n in range(4)]
    found = asking(says("x", tokens=60), questions=questions, tokens=100)
    assert [isinstance(each, Answer) for each in found] == [True, True, False, False]


def test_requests_begin_no_faster_than_the_rate():
    now, waits = [0.0], []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(Limits(per_minute=30), wait, lambda: now[0])
    assert all(pace.begin() for _ in range(4))
    assert waits == [2.0, 2.0, 2.0]
    pace.stop()
    assert not pace.begin()
