"""The programme, its books and what they sum to, what waits or may expire, seals, payout runs, and who was paid.

All amounts are integers in thousandths of a credit. An entry's sign is the account's own direction:
positive puts credits in, negative takes them out. Nothing here names a person: an account points at a
member's row, so that erasing a person leaves the books whole.
"""

from rewards.models.books import Account, Entry, Transfer
from rewards.models.holds import Hold, HoldQuerySet
from rewards.models.lots import Lot, LotQuerySet, LotUse
from rewards.models.months import BookedMonth, Counted, EarnerMonth, LotMonth
from rewards.models.payees import PayeeRecord, PayeeYear
from rewards.models.payouts import Charity, Payout, PayoutAccount, PayoutQuerySet, PayoutRun, Provider
from rewards.models.places import Place, PoolMonth
from rewards.models.programme import Programme, ProgrammeDraft, ProgrammeVersion, ShadowRun, VersionQuerySet
from rewards.models.reviews import DetectionLimits, Review, ReviewQuerySet, Trace
from rewards.models.seals import Seal
from rewards.models.showing import Badge, BoardRow, Contribution, ContributionQuerySet, Showing, SigningKey

__all__ = [
    "Account",
    "Badge",
    "BoardRow",
    "BookedMonth",
    "Charity",
    "Contribution",
    "ContributionQuerySet",
    "Counted",
    "DetectionLimits",
    "EarnerMonth",
    "Entry",
    "Hold",
    "HoldQuerySet",
    "Lot",
    "LotMonth",
    "LotQuerySet",
    "LotUse",
    "PayeeRecord",
    "PayeeYear",
    "Payout",
    "PayoutAccount",
    "PayoutQuerySet",
    "PayoutRun",
    "Place",
    "PoolMonth",
    "Programme",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "Provider",
    "Review",
    "ReviewQuerySet",
    "Seal",
    "ShadowRun",
    "Showing",
    "SigningKey",
    "Trace",
    "Transfer",
    "VersionQuerySet",
]
