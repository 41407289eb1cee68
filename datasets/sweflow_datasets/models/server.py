"""A server that speaks OpenAI's chat completions: one request, its answer, or how it failed."""

import email.utils
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from sweflow_tasks.grading.values import visible

from sweflow_datasets.errors import ExtraMissing, ModelNotUsable
from sweflow_datasets.models.values import CHARACTERS, Answer, Model, Question, Unanswered, Why

KEY = "OPENAI_API_KEY"
URL = "OPENAI_BASE_URL"
LONGEST_DETAIL = 300
HOPELESS = {401: "refuses the key", 403: "refuses the key", 404: "knows no such model or address"}
"""What no other question would change."""
AGAIN = frozenset({408, 409, 425, 429})
"""Status codes below 500 after which the same request may do."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that may do the next time. ``after`` is in seconds, where the server says it."""

    why: Why
    detail: str
    after: float | None = None
    connected: bool = True


class Server(Protocol):
    """Who answers."""

    def ask(self, question: Question) -> Answer | Unanswered | Failed:
        """One request. Raises ModelNotUsable where no question will be answered."""
        ...

    def close(self) -> None:
        """Let go of connections; what runs ends with an error."""
        ...


class OpenAIServer:
    """A server behind the ``openai`` client. The key comes from the environment and goes nowhere else.

    Raises ExtraMissing, and ModelNotUsable where there is neither a key nor an address.
    """

    def __init__(self, model: Model, timeout: float, environment: Mapping[str, str] | None = None) -> None:
        found = os.environ if environment is None else environment
        self._model = model
        self._key = found.get(KEY, "").strip()
        url = model.base_url or found.get(URL, "").strip() or None
        if not self._key and url is None:
            raise ModelNotUsable("there is no key", f"set {KEY}, or name a server that needs none by --llm-base-url")
        _check(url)
        try:
            import openai  # noqa: PLC0415  # optional
        except ImportError as error:
            raise ExtraMissing("llm", ("openai",)) from error
        self._openai: Any = openai
        self._client: Any = openai.OpenAI(api_key=self._key or "none", base_url=url, max_retries=0, timeout=timeout)

    def ask(self, question: Question) -> Answer | Unanswered | Failed:
        """One request."""
        try:
            answered = self._client.chat.completions.create(**self._request(question))
        except self._openai.APITimeoutError:
            return Failed(Why.TIMED_OUT, "no answer in time")
        except self._openai.APIConnectionError as error:
            return Failed(Why.SERVER, self._said(error.__cause__ or error), connected=False)
        except self._openai.APIStatusError as error:
            return self._of_status(error)
        except (self._openai.OpenAIError, ValueError) as error:
            return Failed(Why.MALFORMED, self._said(error))
        return self._read(answered)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _request(self, question: Question) -> dict[str, Any]:
        messages = [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}]
        request: dict[str, Any] = {"model": self._model.name, "messages": messages, "seed": question.sample}
        if self._model.temperature is not None:
            request["temperature"] = self._model.temperature
        if self._model.max_tokens is not None:
            request["max_tokens"] = self._model.max_tokens
        return request

    def _of_status(self, error: Any) -> Unanswered | Failed:
        status, detail = error.status_code, self._said(error)
        if status in HOPELESS or getattr(error, "code", None) == "insufficient_quota":
            what = HOPELESS.get(status, "has no quota left")
            raise ModelNotUsable(f"the server {what}: {detail}", f"look at {KEY}, --llm and --llm-base-url")
        if status in AGAIN or status >= 500:
            return Failed(Why.SERVER, detail, _after(error.response.headers))
        return Unanswered(Why.REFUSED, detail)

    def _read(self, answered: Any) -> Answer | Failed:
        """The answer; a reply of another shape is a failure, since servers and proxies in between send such."""
        try:
            choice = answered.choices[0]
            text, usage = choice.message.content, answered.usage
        except (AttributeError, IndexError, TypeError):
            return Failed(Why.MALFORMED, "the reply has no choices")
        if not isinstance(text, str) or not text:
            return Failed(Why.MALFORMED, "the reply has no text")
        tokens = getattr(usage, "total_tokens", None)
        counted = tokens if isinstance(tokens, int) else len(text) // CHARACTERS
        return Answer(self._redacted(text), choice.finish_reason != "length", counted)

    def _said(self, error: object) -> str:
        return visible(self._redacted(" ".join(str(error).split())))[:LONGEST_DETAIL]

    def _redacted(self, text: str) -> str:
        return text.replace(self._key, "[key]") if self._key else text


def _check(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc:
        raise ModelNotUsable(
            "its address is no URL, or holds a password", f"give one such as https://host/v1, and the key as {KEY}"
        )


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After, which is a number or a date (RFC 9110, section 10.2.3)."""
    said = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
