"""The package index, played by a server of this machine: what is taken, and what is refused."""

import hashlib
import http.server
import json
import threading

import pytest
from sweflow_datasets.corpus import package_index
from sweflow_datasets.corpus.package_index import download
from sweflow_datasets.corpus.values import Release
from sweflow_datasets.errors import SourceNotFetched

CONTENT = b"a source distribution"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Index:
    """A server with answers by path; a list of answers is given one after the other."""

    def __init__(self):
        self.answers = {}
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answer = index.answers.get(self.path, 404)
                if isinstance(answer, list):
                    answer = answer.pop(0)
                self.send_response(answer if isinstance(answer, int) else 200)
                self.end_headers()
                self.wfile.write(answer if isinstance(answer, bytes) else b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def files(self, *names, sha256=DIGEST):
        rows = [{"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": sha256}} for name in names]
        self.answers["/simple/some-thing/"] = json.dumps({"files": rows}).encode()
        for name in names:
            self.answers[f"/files/{name}"] = CONTENT


@pytest.fixture
def index(monkeypatch):
    monkeypatch.setattr(package_index.time, "sleep", lambda seconds: None)
    made = Index()
    yield made
    made.server.shutdown()
    made.server.server_close()


NAMES = ("some_thing-1.0-py3-none-any.whl", "some_thing-0.9.tar.gz", "some_thing-1.0.zip", "some_thing-1.0.tar.gz")


def test_the_source_distribution_of_the_release_is_taken(index, tmp_path):
    index.files(*NAMES)
    file, digest = download(Release("Some.Thing", "1.0"), tmp_path, index.url)
    assert (file.name, file.read_bytes(), digest) == ("some_thing-1.0.tar.gz", CONTENT, DIGEST)


def test_another_digest_than_the_list_or_the_index_says_is_refused(index, tmp_path):
    index.files(*NAMES)
    with pytest.raises(SourceNotFetched, match="the list says"):
        download(Release("some-thing", "1.0", "0" * 64), tmp_path, index.url)
    index.files(*NAMES, sha256="1" * 64)
    with pytest.raises(SourceNotFetched, match="the index says"):
        download(Release("some-thing", "1.0"), tmp_path, index.url)
    assert not list(tmp_path.iterdir())


def test_a_release_without_one_is_said(index, tmp_path):
    index.files("some_thing-1.0-py3-none-any.whl")
    with pytest.raises(SourceNotFetched, match=r"no source distribution of 1\.0"):
        download(Release("some-thing", "1.0"), tmp_path, index.url)


def test_a_server_that_fails_is_asked_again_and_one_that_refuses_is_not(index, tmp_path):
    index.files(*NAMES)
    page = index.answers["/simple/some-thing/"]
    index.answers["/simple/some-thing/"] = [503, 500, page]
    assert download(Release("some-thing", "1.0"), tmp_path, index.url)[1] == DIGEST
    index.answers["/simple/some-thing/"] = [404, page]
    with pytest.raises(SourceNotFetched, match="404"):
        download(Release("some-thing", "1.0"), tmp_path, index.url)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"files": 3}', b'{"files": [{"url": 1}]}'])
def test_what_is_no_answer_of_the_api_is_said(index, tmp_path, answer):
    index.answers["/simple/some-thing/"] = answer
    with pytest.raises(SourceNotFetched, match="simple API"):
        download(Release("some-thing", "1.0"), tmp_path, index.url)


def test_a_file_of_this_machine_is_no_answer(index, tmp_path):
    rows = [{"filename": "some_thing-1.0.tar.gz", "url": "file:///etc/passwd"}]
    index.answers["/simple/some-thing/"] = json.dumps({"files": rows}).encode()
    with pytest.raises(SourceNotFetched, match="no URL of an index"):
        download(Release("some-thing", "1.0"), tmp_path, index.url)
    assert not list(tmp_path.iterdir())
