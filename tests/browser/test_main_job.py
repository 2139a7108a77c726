"""The whole main job through the pages, as each role does it, in English and in French."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Story:
    """What is typed in one language, and what of the demo is expected beside it."""

    typed: str
    suggested: str
    title: str
    details: str
    product: str
    topic: str
    answer: str
    searched: str
    second_title: str
    second_details: str
    second_answer: str
    private_answer: str


STORIES = {
    "en": Story(
        typed="No mobile data since I moved my number",
        suggested="No mobile data since I moved my number to Orme",
        title="My tablet has no mobile data since I moved my number",
        details="The phone works. The **tablet** with the second SIM shows no network.",
        product="20 GB plan",
        topic="Mobile data",
        answer="Switch data roaming on in the tablet once, wait a minute, and switch it off again.",
        searched="tablet without mobile data after moving a number",
        second_title="The watch rings but nobody hears me",
        second_details="Since the last update of the watch.",
        second_answer="Restart the watch.",
        private_answer="We set your line up anew: switch the watch off and on.",
    ),
    "fr": Story(
        typed="Voyant rouge sur la box fibre",
        suggested="Voyant rouge sur la box fibre après l’orage",
        title="La box fibre montre un voyant rouge depuis la mise à jour de cette nuit",
        details="Le voyant est **fixe**. Le câble est bien branché.",
        product="Fibre",
        topic="Box fibre",
        answer="Débranchez la box pendant dix minutes : elle reprend alors la mise à jour là où elle s’est arrêtée.",
        searched="box fibre rouge après la mise à jour de cette nuit",
        second_title="La montre sonne mais personne ne m’entend",
        second_details="Depuis la dernière mise à jour de la montre.",
        second_answer="Redémarrez la montre.",
        private_answer="Votre ligne a été reconfigurée : éteignez puis rallumez la montre.",
    ),
}


def ask(customer, title, details, story):
    """Fill in the ask form, whose title may be typed already, and post it; gives the thread's path."""
    customer.field("Title").fill(title)
    customer.field("Product").select_option(label=story.product)
    customer.field("Topic").select_option(label=story.topic)
    customer.field("Details").fill(details)
    customer.button("Post question").click()
    expect(customer.page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return customer.page.url.removeprefix(customer.address).split("#")[0]


@pytest.mark.parametrize("lang", STORIES)
def test_a_question_is_solved_paid_promoted_reviewed_and_found_before_it_is_asked_again(arrive, lang):
    story = STORIES[lang]
    customer, helper = arrive("customer", lang), arrive("helper", lang)

    # Asks, with what is there already beside the title while it is typed.
    customer.go()
    customer.link("Ask a question").click()
    suggestion = customer.suggestion(story.typed, story.suggested)
    expect(suggestion.locator(".status.solved")).to_be_visible()
    thread = ask(customer, story.title, story.details, story)
    expect(customer.main.locator(".prose strong")).to_be_visible()

    # Another answers, by the editor.
    helper.go()
    helper.link("Community").click()
    helper.main.get_by_role("link", name=story.title).click()
    expect(helper.page.get_by_role("heading", level=1, name=story.title)).to_be_visible()
    helper.page.wait_for_load_state()
    helper.page.keyboard.press("r")
    expect(helper.field("Your answer")).to_be_focused()
    helper.page.keyboard.insert_text(story.answer)
    helper.field("Your answer").select_text()
    helper.main.locator("#answer [data-mark=bold]").click()
    expect(helper.field("Your answer")).to_have_value(f"**{story.answer}**")
    helper.main.locator("#answer [data-mark=preview]").click()
    expect(helper.main.locator(".preview strong")).to_have_text(story.answer)
    helper.main.locator("#answer [data-mark=preview]").click()
    helper.button("Post answer").click()
    expect(helper.main.get_by_role("article").locator(".prose strong", has_text=story.answer)).to_be_visible()

    # The asker is told, and accepts.
    mail = customer.mail("customer@demo.example", story.title)
    assert f"{customer.address}/" in mail
    customer.go(thread)
    customer.button("Accept this answer").click()
    expect(customer.button("Undo acceptance")).to_be_visible()
    expect(customer.main.locator(".post.accepted")).to_contain_text(story.answer)

    # The answerer's credits are there, pending, with their reason.
    helper.go()
    helper.link("My credits").click()
    line = helper.main.get_by_role("row").filter(has_text=story.title)
    expect(line).to_contain_text(helper.said("Pending"))
    line.get_by_role("link", name=story.title).click()
    expect(helper.main.locator(".post.accepted")).to_contain_text(story.answer)

    # A moderator promotes it, and does not review it.
    moderator = arrive("moderator", lang)
    moderator.go(thread)
    moderator.button("Promote to FAQ").click()
    expect(moderator.button("Promote to FAQ")).to_have_count(0)
    expect(
        moderator.main.get_by_role("link", name=moderator.said("Its help article is being reviewed"))
    ).to_be_visible()

    # An operator approves it in the editors' admin.
    operator = arrive("operator", lang)
    operator.go("/cms/")
    operator.page.get_by_role("link", name=story.title).first.click()
    operator.page.wait_for_url("**/cms/pages/*/edit/")
    approve_in_the_admin(operator)

    # The thread leads to the article, and whoever wrote the answer is told.
    customer.go(thread)
    customer.main.locator(".story a[href*='/help/']").click()
    expect(customer.page.get_by_role("heading", level=1, name=story.title)).to_be_visible()
    expect(customer.main).to_contain_text("Nadia Benali")
    article = customer.page.url
    helper.mail("helper@demo.example", story.title)

    # The next customer meets it in the ask form and in the search before asking.
    visitor = arrive("", lang)
    visitor.go("community/ask/")
    found = visitor.main.locator(f"#similar a[href$='{article.removeprefix(visitor.address)}']")
    for _attempt in range(10):
        visitor.field("Title").fill("")
        visitor.field("Title").press_sequentially(story.searched, delay=5)
        visitor.page.wait_for_timeout(1500)
        if found.count():
            break
    expect(found.first).to_be_visible()
    visitor.go()
    visitor.main.get_by_role("searchbox", name=visitor.words["What do you need?"]).fill(story.searched)
    visitor.button("Search").click()
    visitor.main.locator(f"a[href$='{article.removeprefix(visitor.address)}']").first.click()
    expect(visitor.page.get_by_role("heading", level=1, name=story.title)).to_be_visible()


def approve_in_the_admin(operator):
    """Approve what is open in Wagtail's editor, by the menu at its foot."""
    page = operator.page
    page.locator("footer .w-dropdown__toggle").click()
    page.locator("footer [data-workflow-action-name=approve]:not([data-workflow-action-modal-url])").click()
    expect(page.locator(".messages .success")).to_be_visible()


@pytest.mark.parametrize("lang", STORIES)
def test_what_nobody_solves_reaches_an_agent_who_answers_the_asker_alone(arrive, lang):
    story = STORIES[lang]
    customer, helper = arrive("customer", lang), arrive("helper", lang)
    customer.go("community/ask/")
    thread = ask(customer, story.second_title, story.second_details, story)
    helper.go(thread)
    helper.field("Your answer").fill(story.second_answer)
    helper.button("Post answer").click()
    expect(helper.main.get_by_role("article").filter(has_text=story.second_answer).first).to_be_visible()

    # It did not help; a moderator hands it over at once.
    customer.go(thread)
    customer.main.get_by_role("button", name=customer.said("This did not solve it")).click()
    expect(customer.main.get_by_role("button", name=customer.said("This did not solve it"))).to_have_count(0)
    moderator = arrive("moderator", lang)
    moderator.go(thread)
    moderator.main.get_by_label(moderator.said("Why a person should take over now")).fill(story.second_details)
    moderator.main.get_by_role("button", name=moderator.said("Hand to a person")).click()

    # An agent takes it at the desk, sees the whole thread, and answers the asker alone.
    agent = arrive("agent", lang)
    agent.go()
    agent.link("Desk").click()
    agent.main.locator("li.case").get_by_role("link", name=story.second_title).first.click()
    expect(agent.main.locator("#case")).to_contain_text(story.second_answer)
    agent.button("Take").click()
    agent.field("Your answer").fill(story.private_answer)
    agent.main.get_by_role("button", name=agent.said("Send to %(name)s only", name="Camille Roy")).click()
    expect(agent.main).to_contain_text(story.private_answer)

    # Only the asker reads it, told by mail with a link straight to it.
    mail = customer.mail("customer@demo.example", story.second_title)
    assert re.search(rf"{customer.address}/\S+", mail)
    customer.go(thread)
    expect(customer.main).to_contain_text(story.private_answer)
    expect(customer.main).to_contain_text(customer.said("Only the asker and staff read this."))
    customer.go()
    customer.link("My requests").click()
    expect(customer.main.get_by_role("link", name=story.second_title).first).to_be_visible()
    for other in (helper, arrive("", lang)):
        other.go(thread)
        expect(other.main).to_contain_text(story.second_answer)
        expect(other.main).not_to_contain_text(story.private_answer)
