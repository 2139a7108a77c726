"""What may become of a payout and of a run, as SQL that both databases read."""

# From each state, those that may follow.
_STEPS = {
    "chosen": ("kept", "frozen"),
    "frozen": ("unknown", "sent", "paid", "refused", "returned"),
    "unknown": ("frozen", "sent", "paid", "refused", "returned"),
    "sent": ("paid", "refused", "returned"),
    "paid": ("returned",),
}
PAYOUT_STEPS = " OR ".join(
    f"(OLD.state = '{before}' AND NEW.state IN ({', '.join(repr(name) for name in after)}))"
    for before, after in _STEPS.items()
)
# A payee is forgotten once their run is closed: nobody asks a provider about a payment in it any more.
PAYEE_ERASED = (
    "NEW.payee = 'erased' AND EXISTS (SELECT 1 FROM rewards_payoutrun r WHERE r.id = NEW.run_id AND r.state = 'closed')"
)
# In their order; no name is part of another.
RUN_STATES = "accruing statements choosing frozen approved paying reconciling closed"
