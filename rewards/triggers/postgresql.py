"""The guards of the books on PostgreSQL.

A statement's rows are checked together, after it: a batch costs a few queries, not a few a row. A second transaction
could add an entry to a transfer that it cannot see yet: the account's row lock keeps the balances in line, and the
sum is asked for again at commit.

A function's plans are made once in a session, perhaps while the tables are empty, and kept: where it looks rows up it
is told to do so by an index, or each batch would read the whole table until the session ends.
"""

from rewards.triggers.steps import PAYEE_ERASED, PAYOUT_STEPS, RUN_STATES

LAST = "(SELECT e.balance_after FROM rewards_entry e WHERE e.account_id = {account} ORDER BY e.id DESC LIMIT 1)"


_BY_INDEX = "SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off"


def _refuse(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'restrict_violation';"


FUNCTIONS = {
    "rewards_entry_check": f"""
CREATE FUNCTION rewards_entry_check() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh f JOIN rewards_transfer t ON t.id = f.transfer_id) THEN
    {_refuse("rewards_entry: its transfer is closed")}
  END IF;
  PERFORM 1 FROM rewards_account a
    WHERE a.member_id IS NOT NULL AND a.id = ANY (ARRAY(SELECT f.account_id FROM fresh f))
    ORDER BY a.id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM (
      SELECT f.account_id, f.amount, f.balance_after, f.line_of_id, f.id,
        lag(f.balance_after) OVER w AS before, row_number() OVER w AS place, count(*) OVER all_of AS rows
      FROM fresh f
      WINDOW w AS (PARTITION BY f.account_id ORDER BY f.id), all_of AS (PARTITION BY f.account_id)
    ) f LEFT JOIN rewards_account a ON a.id = f.account_id
    WHERE a.id IS NULL OR CASE
      WHEN a.member_id IS NULL THEN f.balance_after IS NOT NULL OR f.line_of_id IS NOT NULL
      WHEN f.line_of_id <> a.member_id THEN true
      WHEN f.place > 1 THEN f.balance_after IS DISTINCT FROM f.amount + f.before
      ELSE f.balance_after IS DISTINCT FROM f.amount + COALESCE((
          SELECT e.balance_after FROM rewards_entry e
          WHERE e.account_id = f.account_id AND e.id < f.id ORDER BY e.id DESC LIMIT 1), 0)
        OR (SELECT count(*) FROM rewards_entry e WHERE e.account_id = f.account_id AND e.id >= f.id) <> f.rows
      END) THEN
    {_refuse("rewards_entry: it does not follow the last balance of its member")}
  END IF;
  RETURN NULL;
END $$""",
    "rewards_transfer_check": f"""
CREATE FUNCTION rewards_transfer_check() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh f
    WHERE (SELECT count(*) < 2 OR sum(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = f.id)) THEN
    {_refuse("rewards_transfer: its entries do not sum to zero")}
  END IF;
  IF EXISTS (
    SELECT 1 FROM fresh f JOIN rewards_entry x ON x.transfer_id = f.id JOIN rewards_account a ON a.id = x.account_id
    WHERE a.member_id IS NOT NULL AND a.balance IS DISTINCT FROM {LAST.format(account="a.id")}) THEN
    {_refuse("rewards_transfer: a stored balance was left behind")}
  END IF;
  RETURN NULL;
END $$""",
    "rewards_entry_commit": f"""
CREATE FUNCTION rewards_entry_commit() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF (SELECT count(*) < 2 OR sum(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = NEW.transfer_id) THEN
    {_refuse("rewards_transfer: its entries do not sum to zero")}
  END IF;
  RETURN NULL;
END $$""",
    "rewards_account_new": f"""
CREATE FUNCTION rewards_account_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.balance <> 0 THEN {_refuse("rewards_account: it starts at zero")} END IF;
  RETURN NEW;
END $$""",
    "rewards_account_kept": f"""
CREATE FUNCTION rewards_account_kept() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF EXISTS (SELECT g.id, g.kind, g.member_id FROM gone g EXCEPT SELECT f.id, f.kind, f.member_id FROM fresh f)
    OR EXISTS (
      SELECT 1 FROM fresh f WHERE f.member_id IS NOT NULL
        AND f.balance IS DISTINCT FROM COALESCE({LAST.format(account="f.id")}, 0)) THEN
    {_refuse("rewards_account: its balance is that of its last entry")}
  END IF;
  RETURN NULL;
END $$""",
    "rewards_account_stays": f"""
CREATE FUNCTION rewards_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_refuse("rewards_account: accounts stay")}
END $$""",
    "rewards_lot_new": f"""
CREATE FUNCTION rewards_lot_new() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM fresh f
    WHERE f.remaining <> f.amount OR (
      SELECT sum(l.amount) FROM rewards_lot l WHERE l.origin_id = f.origin_id AND l.member_id = f.member_id
    ) > COALESCE((
      SELECT e.amount FROM rewards_entry e JOIN rewards_account a ON a.id = e.account_id
      WHERE e.transfer_id = f.origin_id AND a.member_id = f.member_id AND a.kind = 'settled'), 0)) THEN
    {_refuse("rewards_lot: its transfer did not settle that much")}
  END IF;
  RETURN NULL;
END $$""",
    "rewards_lot_kept": f"""
CREATE FUNCTION rewards_lot_kept() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.member_id <> OLD.member_id OR NEW.origin_id <> OLD.origin_id
    OR NEW.amount <> OLD.amount OR NEW.earned_on <> OLD.earned_on OR NEW.rolls_to IS DISTINCT FROM OLD.rolls_to
    OR NEW.remaining <> OLD.amount
      - COALESCE((SELECT sum(u.amount) FROM rewards_lotuse u WHERE u.lot_id = OLD.id), 0)
    OR ((NEW.expires_on IS DISTINCT FROM OLD.expires_on OR NEW.rolled_over <> OLD.rolled_over)
      AND NOT COALESCE(NOT OLD.rolled_over AND NEW.rolled_over AND NEW.expires_on = OLD.rolls_to, false)) THEN
    {_refuse("rewards_lot: only what its uses take, and one roll-over, change it")}
  END IF;
  RETURN NEW;
END $$""",
    "rewards_lot_stays": f"""
CREATE FUNCTION rewards_lot_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_refuse("rewards_lot: lots stay")}
END $$""",
    # The lot's row is locked first: of two who take from it, the second sees what the first took.
    "rewards_lotuse_taken": f"""
CREATE FUNCTION rewards_lotuse_taken() RETURNS trigger LANGUAGE plpgsql {_BY_INDEX} AS $$
DECLARE owner bigint;
BEGIN
  SELECT l.member_id INTO owner FROM rewards_lot l WHERE l.id = NEW.lot_id FOR NO KEY UPDATE;
  IF (SELECT sum(u.amount) FROM rewards_lotuse u JOIN rewards_lot l ON l.id = u.lot_id
      WHERE u.transfer_id = NEW.transfer_id AND l.member_id = owner)
    > COALESCE((SELECT -e.amount FROM rewards_entry e JOIN rewards_account a ON a.id = e.account_id
      WHERE e.transfer_id = NEW.transfer_id AND a.kind = 'settled' AND a.member_id = owner), 0) THEN
    {_refuse("rewards_lotuse: its transfer did not take that much")}
  END IF;
  UPDATE rewards_lot SET remaining = remaining - NEW.amount WHERE id = NEW.lot_id;
  RETURN NULL;
END $$""",
    "rewards_seal_follows": f"""
CREATE FUNCTION rewards_seal_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before rewards_seal;
BEGIN
  SELECT * INTO before FROM rewards_seal s ORDER BY s.number DESC LIMIT 1;
  IF NEW.number <> COALESCE(before.number, 0) + 1 OR NEW.first <> COALESCE(before.last, 0) + 1
    OR NEW.last < NEW.first - 1 OR NEW.previous <> COALESCE(before.digest, '{"0" * 64}') THEN
    {_refuse("rewards_seal: it does not follow the last one")}
  END IF;
  RETURN NEW;
END $$""",
    "rewards_payout_new": f"""
CREATE FUNCTION rewards_payout_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'chosen' THEN {_refuse("rewards_payout: it begins with a choice")} END IF;
  RETURN NEW;
END $$""",
    "rewards_payout_kept": f"""
CREATE FUNCTION rewards_payout_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.run_id <> OLD.run_id OR NEW.member_id IS DISTINCT FROM OLD.member_id
    OR NEW.key <> OLD.key OR NEW.currency <> OLD.currency
    OR (OLD.state <> 'chosen' AND (NEW.amount <> OLD.amount OR NEW.value <> OLD.value OR NEW.choice <> OLD.choice
      OR NEW.provider <> OLD.provider))
    OR (OLD.state <> 'chosen' AND NEW.payee <> OLD.payee AND NOT ({PAYEE_ERASED}))
    OR (NEW.state <> OLD.state AND NOT ({PAYOUT_STEPS}))
    OR (OLD.state = 'frozen' AND NEW.state <> 'frozen'
      AND (SELECT r.approved_by_id FROM rewards_payoutrun r WHERE r.id = NEW.run_id) IS NULL)
    OR (NEW.state <> OLD.state AND (
      (NEW.state = 'kept') = EXISTS (SELECT 1 FROM rewards_transfer t WHERE t.key = 'payout:' || NEW.id)
      OR (NEW.state IN ('refused', 'returned')) <>
        EXISTS (SELECT 1 FROM rewards_transfer t WHERE t.key = 'payout:' || NEW.id || ':back'))) THEN
    {_refuse("rewards_payout: it goes one way, and with its booking")}
  END IF;
  RETURN NEW;
END $$""",
    "rewards_payout_stays": f"""
CREATE FUNCTION rewards_payout_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_refuse("rewards_payout: payouts stay")}
END $$""",
    "rewards_payoutrun_kept": f"""
CREATE FUNCTION rewards_payoutrun_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.number <> OLD.number
    OR position(NEW.state IN '{RUN_STATES}') < position(OLD.state IN '{RUN_STATES}')
    OR (OLD.version_id IS NOT NULL AND NEW.version_id IS DISTINCT FROM OLD.version_id)
    OR (OLD.frozen_by_id IS NOT NULL AND NEW.frozen_by_id IS DISTINCT FROM OLD.frozen_by_id)
    OR (OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id) THEN
    {_refuse("rewards_payoutrun: it goes one way")}
  END IF;
  RETURN NEW;
END $$""",
    "rewards_payoutrun_stays": f"""
CREATE FUNCTION rewards_payoutrun_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {_refuse("rewards_payoutrun: runs stay")}
END $$""",
}

TRIGGERS = {
    "rewards_entry_check": (
        "rewards_entry",
        "TRIGGER {0} AFTER INSERT ON {1} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    ),
    "rewards_transfer_check": (
        "rewards_transfer",
        "TRIGGER {0} AFTER INSERT ON {1} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    ),
    "rewards_entry_commit": (
        "rewards_entry",
        "CONSTRAINT TRIGGER {0} AFTER INSERT ON {1} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
    ),
    "rewards_account_new": ("rewards_account", "TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW"),
    "rewards_account_kept": (
        "rewards_account",
        "TRIGGER {0} AFTER UPDATE ON {1} REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT",
    ),
    "rewards_account_stays": ("rewards_account", "TRIGGER {0} BEFORE DELETE ON {1} FOR EACH ROW"),
    "rewards_lot_new": (
        "rewards_lot",
        "TRIGGER {0} AFTER INSERT ON {1} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
    ),
    "rewards_lot_kept": ("rewards_lot", "TRIGGER {0} BEFORE UPDATE ON {1} FOR EACH ROW"),
    "rewards_lot_stays": ("rewards_lot", "TRIGGER {0} BEFORE DELETE ON {1} FOR EACH ROW"),
    "rewards_lotuse_taken": ("rewards_lotuse", "TRIGGER {0} AFTER INSERT ON {1} FOR EACH ROW"),
    "rewards_seal_follows": ("rewards_seal", "TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW"),
    "rewards_payout_new": ("rewards_payout", "TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW"),
    "rewards_payout_kept": ("rewards_payout", "TRIGGER {0} BEFORE UPDATE ON {1} FOR EACH ROW"),
    "rewards_payout_stays": ("rewards_payout", "TRIGGER {0} BEFORE DELETE ON {1} FOR EACH ROW"),
    "rewards_payoutrun_kept": ("rewards_payoutrun", "TRIGGER {0} BEFORE UPDATE ON {1} FOR EACH ROW"),
    "rewards_payoutrun_stays": ("rewards_payoutrun", "TRIGGER {0} BEFORE DELETE ON {1} FOR EACH ROW"),
}
