"""The guards of the books on SQLite: whoever writes has the only write lock, so each row is checked as it comes."""

from rewards.triggers.steps import PAYEE_ERASED, PAYOUT_STEPS, RUN_STATES

LAST = "(SELECT e.balance_after FROM rewards_entry e WHERE e.account_id = {account} ORDER BY e.id DESC LIMIT 1)"

TRIGGERS = {
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
    "rewards_entry_line": """
CREATE TRIGGER rewards_entry_line AFTER INSERT ON rewards_entry
WHEN NEW.line_of_id IS NOT NULL
  AND NEW.line_of_id IS NOT (SELECT a.member_id FROM rewards_account a WHERE a.id = NEW.account_id)
BEGIN SELECT RAISE(ABORT, 'rewards_entry: it is a line of another member'); END""",
    "rewards_transfer_balanced": """
CREATE TRIGGER rewards_transfer_balanced AFTER INSERT ON rewards_transfer
WHEN (SELECT COUNT(*) < 2 OR SUM(e.amount) <> 0 FROM rewards_entry e WHERE e.transfer_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'rewards_transfer: its entries do not sum to zero'); END""",
    "rewards_transfer_stored": f"""
CREATE TRIGGER rewards_transfer_stored AFTER INSERT ON rewards_transfer
WHEN EXISTS (
  SELECT 1 FROM rewards_entry x JOIN rewards_account a ON a.id = x.account_id
  WHERE x.transfer_id = NEW.id AND a.member_id IS NOT NULL AND a.balance IS NOT {LAST.format(account="a.id")})
BEGIN SELECT RAISE(ABORT, 'rewards_transfer: a stored balance was left behind'); END""",
    "rewards_account_new": """
CREATE TRIGGER rewards_account_new AFTER INSERT ON rewards_account
WHEN NEW.balance <> 0
BEGIN SELECT RAISE(ABORT, 'rewards_account: it starts at zero'); END""",
    "rewards_account_kept": f"""
CREATE TRIGGER rewards_account_kept BEFORE UPDATE ON rewards_account
WHEN NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.member_id IS NOT OLD.member_id
  OR (NEW.member_id IS NOT NULL AND NEW.balance IS NOT COALESCE({LAST.format(account="OLD.id")}, 0))
BEGIN SELECT RAISE(ABORT, 'rewards_account: its balance is that of its last entry'); END""",
    "rewards_account_stays": """
CREATE TRIGGER rewards_account_stays BEFORE DELETE ON rewards_account
BEGIN SELECT RAISE(ABORT, 'rewards_account: accounts stay'); END""",
    "rewards_lot_new": """
CREATE TRIGGER rewards_lot_new AFTER INSERT ON rewards_lot
WHEN NEW.remaining <> NEW.amount
  OR (SELECT SUM(l.amount) FROM rewards_lot l WHERE l.origin_id = NEW.origin_id AND l.member_id = NEW.member_id)
    > COALESCE((SELECT e.amount FROM rewards_entry e JOIN rewards_account a ON a.id = e.account_id
      WHERE e.transfer_id = NEW.origin_id AND a.member_id = NEW.member_id AND a.kind = 'settled'), 0)
BEGIN SELECT RAISE(ABORT, 'rewards_lot: its transfer did not settle that much'); END""",
    "rewards_lot_kept": """
CREATE TRIGGER rewards_lot_kept BEFORE UPDATE ON rewards_lot
WHEN NEW.id <> OLD.id OR NEW.member_id <> OLD.member_id OR NEW.origin_id <> OLD.origin_id
  OR NEW.amount <> OLD.amount OR NEW.earned_on <> OLD.earned_on OR NEW.rolls_to IS NOT OLD.rolls_to
  OR NEW.remaining <> OLD.amount
    - COALESCE((SELECT SUM(u.amount) FROM rewards_lotuse u WHERE u.lot_id = OLD.id), 0)
  OR ((NEW.expires_on IS NOT OLD.expires_on OR NEW.rolled_over <> OLD.rolled_over)
    AND NOT (NOT OLD.rolled_over AND NEW.rolled_over AND NEW.expires_on IS OLD.rolls_to
      AND OLD.rolls_to IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'rewards_lot: only what its uses take, and one roll-over, change it'); END""",
    "rewards_lot_stays": """
CREATE TRIGGER rewards_lot_stays BEFORE DELETE ON rewards_lot
BEGIN SELECT RAISE(ABORT, 'rewards_lot: lots stay'); END""",
    "rewards_lotuse_taken": """
CREATE TRIGGER rewards_lotuse_taken AFTER INSERT ON rewards_lotuse
BEGIN
  SELECT RAISE(ABORT, 'rewards_lotuse: its transfer did not take that much')
  WHERE (SELECT SUM(u.amount) FROM rewards_lotuse u JOIN rewards_lot l ON l.id = u.lot_id
      WHERE u.transfer_id = NEW.transfer_id
        AND l.member_id = (SELECT m.member_id FROM rewards_lot m WHERE m.id = NEW.lot_id))
    > COALESCE((SELECT -e.amount FROM rewards_entry e JOIN rewards_account a ON a.id = e.account_id
      WHERE e.transfer_id = NEW.transfer_id AND a.kind = 'settled'
        AND a.member_id = (SELECT m.member_id FROM rewards_lot m WHERE m.id = NEW.lot_id)), 0);
  UPDATE rewards_lot SET remaining = remaining - NEW.amount WHERE id = NEW.lot_id;
END""",
    "rewards_seal_follows": f"""
CREATE TRIGGER rewards_seal_follows BEFORE INSERT ON rewards_seal
WHEN NEW.number <> COALESCE((SELECT MAX(s.number) FROM rewards_seal s), 0) + 1
  OR NEW.first <> COALESCE((SELECT s.last FROM rewards_seal s ORDER BY s.number DESC LIMIT 1), 0) + 1
  OR NEW.last < NEW.first - 1
  OR NEW.previous <> COALESCE((SELECT s.digest FROM rewards_seal s ORDER BY s.number DESC LIMIT 1), '{"0" * 64}')
BEGIN SELECT RAISE(ABORT, 'rewards_seal: it does not follow the last one'); END""",
    "rewards_payout_new": """
CREATE TRIGGER rewards_payout_new AFTER INSERT ON rewards_payout
WHEN NEW.state <> 'chosen'
BEGIN SELECT RAISE(ABORT, 'rewards_payout: it begins with a choice'); END""",
    "rewards_payout_kept": f"""
CREATE TRIGGER rewards_payout_kept BEFORE UPDATE ON rewards_payout
WHEN NEW.id <> OLD.id OR NEW.run_id <> OLD.run_id OR NEW.member_id IS NOT OLD.member_id
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
      EXISTS (SELECT 1 FROM rewards_transfer t WHERE t.key = 'payout:' || NEW.id || ':back')))
BEGIN SELECT RAISE(ABORT, 'rewards_payout: it goes one way, and with its booking'); END""",
    "rewards_payout_stays": """
CREATE TRIGGER rewards_payout_stays BEFORE DELETE ON rewards_payout
BEGIN SELECT RAISE(ABORT, 'rewards_payout: payouts stay'); END""",
    "rewards_payoutrun_kept": f"""
CREATE TRIGGER rewards_payoutrun_kept BEFORE UPDATE ON rewards_payoutrun
WHEN NEW.id <> OLD.id OR NEW.number <> OLD.number
  OR instr('{RUN_STATES}', NEW.state) < instr('{RUN_STATES}', OLD.state)
  OR (OLD.version_id IS NOT NULL AND NEW.version_id IS NOT OLD.version_id)
  OR (OLD.frozen_by_id IS NOT NULL AND NEW.frozen_by_id IS NOT OLD.frozen_by_id)
  OR (OLD.approved_by_id IS NOT NULL AND NEW.approved_by_id IS NOT OLD.approved_by_id)
BEGIN SELECT RAISE(ABORT, 'rewards_payoutrun: it goes one way'); END""",
    "rewards_payoutrun_stays": """
CREATE TRIGGER rewards_payoutrun_stays BEFORE DELETE ON rewards_payoutrun
BEGIN SELECT RAISE(ABORT, 'rewards_payoutrun: runs stay'); END""",
}
