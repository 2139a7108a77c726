"""What the community keeps, a file for each family of rows."""

from community.models.adoption import Adoption
from community.models.deflection import Deflection
from community.models.feedback import Acceptance, Follow, MeToo, NotSolved, Seen, Vote
from community.models.images import Image
from community.models.moderation import Decision, Flag
from community.models.products import MemberProduct, Product, Topic
from community.models.standing import Standing
from community.models.threads import Comment, Post, Revision, State, Thread, Visibility
from community.models.writing import Draft

__all__ = [
    "Acceptance",
    "Adoption",
    "Comment",
    "Decision",
    "Deflection",
    "Draft",
    "Flag",
    "Follow",
    "Image",
    "MeToo",
    "MemberProduct",
    "NotSolved",
    "Post",
    "Product",
    "Revision",
    "Seen",
    "Standing",
    "State",
    "Thread",
    "Topic",
    "Visibility",
    "Vote",
]
