"""What accounts tells the rest of the house. Sent from `accounts.actions`, inside its transaction."""

from django.dispatch import Signal

# member: Member, name: str, now: datetime. Each app replaces or deletes what is personal in its own rows. The member's
# own row is emptied already (`shown_name` is what readers see from now on, `name` is what it was, for those whom a law
# obliges to keep it); the user is deleted after all have answered.
member_erased = Signal()

# member: Member, export: dict[str, Any]. Each app adds one key, its name, with plain JSON values.
member_exported = Signal()

# member: Member, verb: str, actor: Member | None, now: datetime, reason: str, before: dict, after: dict.
# Something about a member changed: joined, profile, suspended, lifted, jobs, erased. Events records it.
member_changed = Signal()
