"""Telling one thread of the demo: each thing happens through the action that a person would use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from accounts.viewer import Viewer
from care.actions import cases
from care.models import Case
from care.queries import level_of_path
from community.actions import acceptance, adopting, feedback, steering
from community.actions.answering import answer
from community.actions.asking import ask
from community.actions.commenting import comment
from community.actions.editing import edit
from community.actions.flagging import decide, flag
from community.models import Comment, Post, Product, Thread, Topic, Visibility
from core.hours import Hours
from demo import script
from demo.actions.timeline import Timeline
from demo.pictures import with_pictures
from kb.actions.demo import publish_promotion, send_back_promotion
from kb.actions.promotion import promote
from kb.models import FaqArticle

Act = Callable[[datetime], object]


class Teller:
    """Puts threads into the timeline. Posts are numbered as they stand in the content; 0 is the question."""

    def __init__(
        self,
        *,
        timeline: Timeline,
        people: dict[str, Viewer],
        products: dict[str, Product],
        topics: dict[tuple[str, str], Topic],
        progress: Callable[[str], object],
    ) -> None:
        self.timeline = timeline
        self.people = people
        self.products = products
        self.topics = topics
        self.progress = progress
        self.threads: dict[str, Thread] = {}
        self.posts: dict[tuple[str, int], Post] = {}
        self.articles: dict[str, FaqArticle] = {}
        # How long the desk is open until Amira takes the thread's case, whenever it opens.
        self._to_take: dict[str, timedelta] = {}
        self._pictures: dict[str, str] = {}
        timeline.after_sweep = self._expect_agent

    def plan(self, given: dict[str, Any]) -> None:
        """Put what happens in one thread into the story."""
        hours = self._hours(given["product"])
        asked = script.moment(given["asked"], self.timeline.now, hours)
        key = given["key"]

        def open_it(at: datetime) -> None:
            self.progress("threads")
            by = self.people[given["by"]]
            self.threads[key] = ask(
                by=by,
                title=given["title"],
                details=with_pictures(given["details"], by=by, now=at, sent=self._pictures),
                product=self.products[given["product"]],
                topic=self.topics.get((given["product"], given.get("topic", ""))),
                lang=given["lang"],
                now=at,
                kind=given.get("kind", Thread.Kind.QUESTION),
            )
            self.posts[key, 0] = self.threads[key].posts.get(is_opening=True)

        self.timeline.at(asked, open_it)
        for number, who in enumerate(given.get("me_too", []), 1):
            self.timeline.at(asked + timedelta(minutes=7 * number), partial(self._me_too, key, who))
        for remark in given.get("comment", []):
            self.timeline.at(asked + script.span(remark["after"]), partial(self._comment, key, 0, remark))
        for number, reply in enumerate(given.get("answer", []), 1):
            self._plan_answer(key, number, reply, asked)
        for step in given.get("then", []):
            self.timeline.at(asked + script.span(step["after"]), partial(self._then, key, step))
        if "taken" in given:
            self._to_take[key] = script.span(given["taken"])
        if "promote" in given:
            self._plan_promotion(key, given["promote"], asked)

    def _plan_answer(self, key: str, number: int, given: dict[str, Any], asked: datetime) -> None:
        at = asked + script.span(given["after"])

        def post(at: datetime) -> None:
            if given.get("staff"):
                self.posts[key, number] = self._answer_for_company(key, given, at)
                return
            by = self.people[given["by"]]
            visibility = Visibility.STAFF if given.get("note") else Visibility.PUBLIC
            self.posts[key, number] = answer(
                thread=self._thread(key), by=by, body=given["text"], now=at, visibility=visibility
            )

        self.timeline.at(at, post)
        for step, who in enumerate(given.get("helped", []), 1):
            self.timeline.at(at + timedelta(minutes=9 * step), partial(self._helpful, key, number, who))
        for remark in given.get("comment", []):
            self.timeline.at(asked + script.span(remark["after"]), partial(self._comment, key, number, remark))
        for step, who in enumerate(given.get("flagged_by", []), 1):
            report = partial(self._flag, (key, number), who, given)
            self.timeline.at(at + timedelta(minutes=30 * step), report)
        for name, act in self._by_asker(key, number, given).items():
            if name in given:
                self.timeline.at(asked + script.span(given[name]), act)

    def _by_asker(self, key: str, number: int, given: dict[str, Any]) -> dict[str, Act]:
        """What follows an answer, by the name under which the content says when."""

        def judge(verdict: str, at: datetime) -> None:
            decide(
                target=self._post(key, number),
                by=self.people["moderator"],
                verdict=verdict,
                reason=given[{"remove": "removed_why", "keep": "kept_why"}[verdict]],
                now=at,
            )

        return {
            "accepted_after": lambda at: acceptance.accept(
                answer=self._post(key, number), by=self._asker(key, given), now=at
            ),
            "unaccepted_after": lambda at: acceptance.revoke(
                thread=self._thread(key), by=self._asker(key, given), now=at
            ),
            "not_solved_after": lambda at: feedback.say_not_solved(
                thread=self._thread(key), by=self._asker(key, given), now=at
            ),
            "removed_after": partial(judge, "remove"),
            "kept_after": partial(judge, "keep"),
        }

    def _me_too(self, key: str, who: str, at: datetime) -> None:
        feedback.set_me_too(thread=self.threads[key], by=self.people[who], on=True, now=at)

    def _helpful(self, key: str, number: int, who: str, at: datetime) -> None:
        feedback.set_helpful(post=self.posts[key, number], by=self.people[who], on=True, now=at)

    def _comment(self, key: str, number: int, given: dict[str, Any], at: datetime) -> None:
        made = comment(post=self._post(key, number), by=self.people[given["by"]], text=given["text"], now=at)
        for step, who in enumerate(given.get("flagged_by", []), 1):
            self.timeline.at(at + timedelta(minutes=30 * step), partial(self._flag, made, who, given))

    def _flag(self, target: tuple[str, int] | Comment, who: str, given: dict[str, Any], at: datetime) -> None:
        flag(
            target=target if isinstance(target, Comment) else self._post(*target),
            by=self.people[who],
            cause=given["flagged_why"],
            text=given.get("flagged_text", ""),
            now=at,
        )

    def _then(self, key: str, given: dict[str, Any], at: datetime) -> None:
        """One of the things that happen to a thread as a whole, or to a post some time later."""
        by = self.people[given.get("by", "moderator")]
        thread = self._thread(key)
        match given["do"]:
            case "escalate":
                steering.escalate(thread=thread, by=by, reason=given["why"], now=at)
                self._expect_agent(at)
            case "duplicate":
                of = self._thread(given["of"])
                steering.mark_duplicate(thread=thread, of=of, by=by, reason=given["why"], now=at)
            case "lock":
                steering.lock(thread=thread, by=by, reason=given["why"], now=at)
            case "move":
                product = self.products[given["product"]]
                topic = self.topics.get((given["product"], given.get("topic", "")))
                steering.move(thread=thread, by=by, product=product, topic=topic, reason=given["why"], now=at)
            case "edit":
                post = self._post(key, given["post"])
                body = with_pictures(given.get("text", post.body), by=by, now=at, sent=self._pictures)
                edit(post=post, by=by, body=body, title=given.get("title"), reason=given.get("why", ""), now=at)
            case "accept":
                acceptance.accept(answer=self._post(key, given["post"]), by=by, now=at)
            case "not_solved":
                feedback.say_not_solved(thread=thread, by=by, now=at)
            case "follow":
                feedback.set_follow(thread=thread, by=by, on=True, now=at)
            case "flag":
                self._flag((key, given["post"]), given["by"], given, at)
            case "remove":
                post = self._post(key, given["post"])
                decide(target=post, by=by, verdict="remove", reason=given["why"], now=at)
            case "adopt":
                adopting.adopt(thread=thread, by=by, words=given["text"], now=at)
            case "close_case":
                cases.close(case=self._case(key), by=by, reason=given["why"], now=at)
            case other:
                raise ValueError(f"nobody does {other!r}")

    def _plan_promotion(self, key: str, given: dict[str, Any], asked: datetime) -> None:
        def put_forward(at: datetime) -> None:
            accepted = self._thread(key).acceptances.get(revoked_at=None)
            self.articles[key] = promote(
                answer=accepted.post, by=self.people["moderator"], now=at, title=given["title"]
            )

        self.timeline.at(asked + script.span(given["after"]), put_forward)
        if "publish_after" in given:
            self.timeline.at(
                asked + script.span(given["publish_after"]),
                lambda at: publish_promotion(article=self.articles[key], by=self.people["operator"], now=at),
            )
        if "sent_back_after" in given:
            self.timeline.at(
                asked + script.span(given["sent_back_after"]),
                lambda at: send_back_promotion(
                    article=self.articles[key], by=self.people["operator"], comment=given["sent_back_why"], now=at
                ),
            )

    def _expect_agent(self, at: datetime) -> None:
        """Have Amira take what was just handed over to a person."""
        keys = {self.threads[key].pk: key for key in self._to_take if key in self.threads}
        for case in Case.objects.waiting().filter(thread_id__in=keys).select_related("thread__product"):
            key = keys[case.thread_id]
            hours = level_of_path(case.thread.product.path).hours
            self.timeline.at(hours.add_business(at, self._to_take.pop(key)), partial(self._take, key))

    def _take(self, key: str, at: datetime) -> None:
        case = Case.objects.waiting().filter(thread=self.threads[key]).first()
        if case is not None:
            cases.take(case=case, by=self.people["agent"], now=at)

    def _answer_for_company(self, key: str, given: dict[str, Any], at: datetime) -> Post:
        """In the thread's case, where it has one: then it is taken first, by whom answers."""
        by = self.people["agent"]
        visibility = Visibility.ASKER if given.get("private") else Visibility.PUBLIC
        case = Case.objects.current().filter(thread=self.threads[key]).first()
        if case is None:
            thread = self._thread(key)
            return answer(thread=thread, by=by, body=given["text"], now=at, as_staff=True, visibility=visibility)
        case = cases.take(case=case, by=by, now=at)
        return cases.reply(case=case, by=by, body=given["text"], to=visibility.value, now=at)

    def _thread(self, key: str) -> Thread:
        """As it is now: other actions have written to it since."""
        return Thread.objects.get(pk=self.threads[key].pk)

    def _post(self, key: str, number: int) -> Post:
        """As it is now."""
        return Post.objects.select_related("thread").get(pk=self.posts[key, number].pk)

    def _case(self, key: str) -> Case:
        return Case.objects.current().get(thread=self.threads[key])

    def _asker(self, key: str, given: dict[str, Any]) -> Viewer:
        """Who says whether an answer solved it: the asker, unless the content names a moderator."""
        return (
            self.people[given["accepted_by"]] if "accepted_by" in given else Viewer.of_member(self.threads[key].author)
        )

    def _hours(self, product: str) -> Hours:
        return level_of_path(self.products[product].path).hours
