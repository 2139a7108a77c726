"""What the community tells the apps above it.

Each signal is sent from one action, inside its transaction: a receiver that raises takes the whole
action back. Receivers do database work only; mail and the like are tasks enqueued there.
All carry `now: datetime` and `by: Viewer`.
"""

from django.dispatch import Signal

# thread: Thread. A question was asked, and its promise starts; or an idea was, which is promised nothing.
thread_asked = Signal()

# thread: Thread, post: Post. Somebody other than the asker answered, where the asker can read it (the asker's
# own words and notes among staff are not told of); `post.as_staff` for the company.
answer_posted = Signal()

# acceptance: Acceptance (with thread and post). One answer was accepted.
answer_accepted = Signal()

# acceptance: Acceptance, reason: str. It no longer is: un-accepted, replaced (reason "replaced"), or its post
# removed.
acceptance_revoked = Signal()

# adoption: Adoption (with thread and its author). The team adopted an idea, or an adopted one that was removed is back.
idea_adopted = Signal()

# adoption: Adoption, reason: str. It is adopted no longer: taken back (then `adoption.revoked_at` is set), or removed.
idea_adoption_revoked = Signal()

# thread: Thread. The asker, or enough of those who share the problem, said that the answers did not solve it.
not_solved = Signal()

# thread: Thread, reason: str. A moderator hands the thread to a person now.
thread_escalated = Signal()

# thread: Thread. It needs nobody any more: solved, closed unconfirmed, marked as a duplicate, adopted, or removed.
thread_settled = Signal()

# thread: Thread. Open again after `thread_settled`: un-accepted, restored, no longer a duplicate or adopted.
thread_reopened = Signal()

# thread: Thread, before: Product. A moderator moved it to another product.
thread_moved = Signal()

# post: Post. An answer or opening post was removed; and its opposite.
post_removed = Signal()
post_restored = Signal()

# threads: list[Thread]. Open questions were imported whose operator wants people to take them up.
threads_imported = Signal()

# acceptances: list[Acceptance] (with post and thread). Imported ones that their operator wants to earn credits.
acceptances_imported = Signal()
