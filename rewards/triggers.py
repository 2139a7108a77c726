"""What the database itself holds about the books, whoever writes to it.

- Entries and transfers, and the rules of a version, are never changed or deleted.
- Entries come before their transfer (their foreign key is checked at commit); once it is there it takes no more.
- A transfer arrives to at least two entries that sum to zero.
- A member's entry says the balance it leaves, the account's last entry's plus its own amount, and entries of
  an account are only ever appended.
- A member's stored balance is that of its last entry, when it changes and when a transfer arrives.
- An account never changes its kind or its member, starts at zero, and stays.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_LAST = "(SELECT e.balance_after FROM rewards_entry e WHERE e.account_id = {account} ORDER BY e.id DESC LIMIT 1)"

_SQLITE = {
    "rewards_entry_closed": """
CREATE TRIGGER rewards_entry_closed BEFORE INSERT ON rewards_entry
WHEN EXISTS (SELECT 1 FROM rewards_transfer t WHERE t.id = NEW.transfer_id)
BEGIN SELECT RAISE(ABORT, 'rewards_entry: its transfer is closed'); END""",
    "rewards_entry_balance": """
CREATE TRIGGER rewards_entry_balance AFTER INSERT ON rewards_entry
WHEN EXISTS (SELECT 1 FROM rewards_entry e WHERE e.account_id = NEW.account_id AND e.id > NEW.id)
  OR NEW.balance_after IS NOT (
    SELECT CASE WHEN a.member_id IS NULL THEN NULL ELSE NEW.amount + COALESCE(
      (SELECT e.balance_after FROM rewards_entry e
       WHERE e.account_id = NEW.account_id AND e.id < NEW.id ORDER BY e.id DESC LIMIT 1), 0) END
    FROM rewards_account a WHERE a.id = NEW.account_id)
BEGIN SELECT RAISE(ABORT, 'rewards_entry: it does not follow the last balance'); END""",
    "rewards_transfer_balanced": """
CREATE TRIGGER rewards_transfer_balanced AFTER INSERT ON rewards_transfer
WHEN (SELECT COUNT(*) < 2 OR SUM(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'rewards_transfer: its entries do not sum to zero'); END""",
    "rewards_transfer_stored": f"""
CREATE TRIGGER rewards_transfer_stored AFTER INSERT ON rewards_transfer
WHEN EXISTS (
  SELECT 1 FROM rewards_entry x JOIN rewards_account a ON a.id = x.account_id
  WHERE x.transfer_id = NEW.id AND a.member_id IS NOT NULL AND a.balance IS NOT {_LAST.format(account="a.id")})
BEGIN SELECT RAISE(ABORT, 'rewards_transfer: a stored balance was left behind'); END""",
    "rewards_account_new": """
CREATE TRIGGER rewards_account_new AFTER INSERT ON rewards_account
WHEN NEW.balance <> 0
BEGIN SELECT RAISE(ABORT, 'rewards_account: it starts at zero'); END""",
    "rewards_account_kept": f"""
CREATE TRIGGER rewards_account_kept BEFORE UPDATE ON rewards_account
WHEN NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.member_id IS NOT OLD.member_id
  OR (NEW.member_id IS NOT NULL AND NEW.balance IS NOT COALESCE({_LAST.format(account="OLD.id")}, 0))
BEGIN SELECT RAISE(ABORT, 'rewards_account: its balance is that of its last entry'); END""",
    "rewards_account_stays": """
CREATE TRIGGER rewards_account_stays BEFORE DELETE ON rewards_account
BEGIN SELECT RAISE(ABORT, 'rewards_account: accounts stay'); END""",
}

# On PostgreSQL a second transaction could add an entry to a transfer it cannot see yet: the account's row
# lock keeps the balances in line, and the sum is asked for again at commit.
_POSTGRESQL_FUNCTIONS = {
    "rewards_entry_check": f"""
CREATE FUNCTION rewards_entry_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owner bigint;
BEGIN
  IF EXISTS (SELECT 1 FROM rewards_transfer t WHERE t.id = NEW.transfer_id) THEN
    RAISE EXCEPTION 'rewards_entry: its transfer is closed' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT a.member_id INTO owner FROM rewards_account a WHERE a.id = NEW.account_id;
  IF owner IS NOT NULL THEN
    PERFORM 1 FROM rewards_account a WHERE a.id = NEW.account_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM rewards_entry e WHERE e.account_id = NEW.account_id AND e.id > NEW.id)
      OR NEW.balance_after IS DISTINCT FROM NEW.amount + COALESCE({_LAST.format(account="NEW.account_id")}, 0) THEN
      RAISE EXCEPTION 'rewards_entry: it does not follow the last balance' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF NEW.balance_after IS NOT NULL THEN
    RAISE EXCEPTION 'rewards_entry: it does not follow the last balance' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$""",
    "rewards_transfer_check": f"""
CREATE FUNCTION rewards_transfer_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT COUNT(*) < 2 OR SUM(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = NEW.id) THEN
    RAISE EXCEPTION 'rewards_transfer: its entries do not sum to zero' USING ERRCODE = 'restrict_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM rewards_entry x JOIN rewards_account a ON a.id = x.account_id
    WHERE x.transfer_id = NEW.id AND a.member_id IS NOT NULL
      AND a.balance IS DISTINCT FROM {_LAST.format(account="a.id")}) THEN
    RAISE EXCEPTION 'rewards_transfer: a stored balance was left behind' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$""",
    "rewards_entry_commit": """
CREATE FUNCTION rewards_entry_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT COUNT(*) < 2 OR SUM(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = NEW.transfer_id) THEN
    RAISE EXCEPTION 'rewards_transfer: its entries do not sum to zero' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$""",
    "rewards_account_check": f"""
CREATE FUNCTION rewards_account_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'rewards_account: accounts stay' USING ERRCODE = 'restrict_violation';
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.balance <> 0 THEN
      RAISE EXCEPTION 'rewards_account: it starts at zero' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.member_id IS DISTINCT FROM OLD.member_id
    OR (NEW.member_id IS NOT NULL
        AND NEW.balance IS DISTINCT FROM COALESCE({_LAST.format(account="OLD.id")}, 0)) THEN
    RAISE EXCEPTION 'rewards_account: its balance is that of its last entry' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$""",
}
_POSTGRESQL_TRIGGERS = {
    "rewards_entry_check": ("rewards_entry", "TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW"),
    "rewards_transfer_check": ("rewards_transfer", "TRIGGER {0} AFTER INSERT ON {1} FOR EACH ROW"),
    "rewards_entry_commit": (
        "rewards_entry",
        "CONSTRAINT TRIGGER {0} AFTER INSERT ON {1} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
    ),
    "rewards_account_check": ("rewards_account", "TRIGGER {0} BEFORE INSERT OR UPDATE OR DELETE ON {1} FOR EACH ROW"),
}

_APPEND_ONLY = ("rewards_entry", "rewards_transfer", "rewards_programmeversion")


def expected(vendor: str) -> set[str]:
    """The names of the triggers that must be there: those of the books, and the append-only ones."""
    if vendor == "sqlite":
        return {*_SQLITE, *(f"{table}_no_{verb}" for table in _APPEND_ONLY for verb in ("update", "delete"))}
    return {*_POSTGRESQL_TRIGGERS, *(f"{table}_append_only" for table in _APPEND_ONLY)}


def books() -> migrations.RunPython:
    """The migration operation that sets these triggers up."""

    def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for statement in _SQLITE.values():
                editor.execute(statement)
            return
        for statement in _POSTGRESQL_FUNCTIONS.values():
            editor.execute(statement)
        for name, (table, clause) in _POSTGRESQL_TRIGGERS.items():
            editor.execute(f"CREATE {clause.format(name, table)} EXECUTE FUNCTION {name}()")

    def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for name in _SQLITE:
                editor.execute(f"DROP TRIGGER {name}")
            return
        for name, (table, _clause) in _POSTGRESQL_TRIGGERS.items():
            editor.execute(f"DROP TRIGGER {name} ON {table}")
            editor.execute(f"DROP FUNCTION {name}()")

    return migrations.RunPython(forwards, backwards)
