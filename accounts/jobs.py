"""The jobs a person can have. Each is a group of that name, made by a migration; rights follow from it."""

from __future__ import annotations

from enum import StrEnum


class Job(StrEnum):
    CUSTOMER = "customer"
    MODERATOR = "moderator"
    AGENT = "agent"
    OPERATOR = "operator"
