"""Log lines carry the request's id and no personal data."""

from __future__ import annotations

import logging
import re
import traceback
from contextvars import ContextVar
from types import TracebackType

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# A key in a path (to reset a password, to confirm an address): long, with capitals and digits.
_SECRET = re.compile(r"(?=[\w:.-]*[A-Z])(?=[\w:.-]*\d)[\w:-]{20,}(?:\.[\w-]+)*")
_QUERY = re.compile(r"(/[^\s?]*)\?\S*")


class RequestId(logging.Filter):
    """Adds `request_id` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django logs an answer after the last middleware is through; the record then still knows its request.
        record.request_id = getattr(getattr(record, "request", None), "request_id", None) or request_id.get()
        return True


def without_persons(text: str) -> str:
    """`text` without e-mail addresses, keys and what was searched for."""
    return _SECRET.sub("…", _QUERY.sub(r"\1?…", _ADDRESS.sub("…@…", text)))


class Line(logging.Formatter):
    """A line without personal data. Of an error it says the kind and the place: its words may quote a person."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = without_persons(record.message)
        return super().formatMessage(record)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        kind, _error, place = ei
        name = f"{kind.__module__}.{kind.__qualname__}" if kind else "no error"
        return "".join(traceback.format_tb(place)) + name
