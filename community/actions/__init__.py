"""Everything that writes in the community.

Each action opens a transaction, locks the thread first and then the rest in key order, reads who asks
anew, asks `community.permissions` under that lock, records one event and sends its signals last, when
all rows are saved: a receiver may call another action on the same thread.

Verbs of the events whose subject is a thread (its timeline): thread.asked, thread.answered,
thread.moved, thread.locked, thread.unlocked, thread.marked_duplicate, thread.unmarked_duplicate,
thread.escalated, thread.handed_over, thread.handed_back, thread.not_solved, thread.closed_unconfirmed, thread.removed,
thread.restored, thread.linked, thread.unlinked, thread.imported, answer.accepted, answer.unaccepted,
thread.adopted, thread.unadopted,
post.edited, post.removed, post.restored, post.flagged, post.decided, comment.posted, comment.removed,
comment.flagged, comment.decided. Votes, me-toos and follows are their own subject: helpful.on,
helpful.off, me_too.on, me_too.off, follow.on, follow.off.
"""
