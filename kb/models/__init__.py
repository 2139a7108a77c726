"""What the knowledge base keeps: Wagtail's pages, where articles come from, and the task that reviews them."""

from kb.models.credits import Credit
from kb.models.gaps import EditorialTask, Wanted
from kb.models.helpfulness import HelpedVote, Helpfulness
from kb.models.origins import Origin
from kb.models.pages import Article, FaqArticle, FaqSection, Guide, HelpIndexPage, HelpPage, HomePage
from kb.models.review import ReviewTask

__all__ = [
    "Article",
    "Credit",
    "EditorialTask",
    "FaqArticle",
    "FaqSection",
    "Guide",
    "HelpIndexPage",
    "HelpPage",
    "HelpedVote",
    "Helpfulness",
    "HomePage",
    "Origin",
    "ReviewTask",
    "Wanted",
]
