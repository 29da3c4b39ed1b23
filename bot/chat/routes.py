"""What answers each custom id."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from discord import Interaction, InteractionType

from bot.chat import custom_ids as ids
from bot.chat.errors import reply_to_error
from bot.chat.interaction import answer, ended, observed, open_form, translator_of, typed_in
from bot.chat.views import (
    announced_list,
    asked,
    channel_settings,
    following,
    open_post,
    post_card,
    post_list,
    search_results,
    settings_form,
    tag_list,
)
from bot.chat.views.layout import GoToForm, Notice, page_typed

# Called with the interaction and the custom id that it came with.
Handler = Callable[[Interaction, Any], Coroutine[Any, Any, None]]

# Behind a lambda, so that a handler's module is imported when it is first used (bot.lazy).
ROUTES: Mapping[type[ids.CustomId], Callable[[], Handler]] = {
    ids.ReadPost: lambda: open_post.read,
    ids.NewPost: lambda: open_post.read_announced,
    ids.PickNewPost: lambda: open_post.read_chosen,
    ids.ReadOn: lambda: open_post.read_on,
    ids.TurnPage: lambda: open_post.turn_page,
    ids.Jump: lambda: open_post.jump,
    ids.FollowLink: lambda: open_post.follow_link,
    ids.GoTo: lambda: go_to,
    ids.SharePost: lambda: open_post.share,
    ids.SavePage: lambda: open_post.save,
    ids.TurnTo: lambda: post_card.turn_to,
    ids.PickRelated: lambda: post_card.turn_to_related,
    ids.AnotherRandom: lambda: post_card.turn_to_random,
    ids.ListPage: lambda: post_list.turn_page,
    ids.Narrow: lambda: post_list.narrow,
    ids.TagsPage: lambda: tag_list.turn_page,
    ids.PickTag: lambda: tag_list.show_posts,
    ids.SearchPage: lambda: search_results.turn_page,
    ids.Follow: lambda: following.follow_clicked,
    ids.UnfollowAll: lambda: following.unfollow_clicked,
    ids.SettingsPage: lambda: announced_list.turn_page,
    ids.DecideDelivery: lambda: announced_list.decide,
    ids.OpenSettings: lambda: channel_settings.open_settings,
    ids.PickTags: lambda: channel_settings.pick_tags,
    ids.PickRole: lambda: channel_settings.pick_role,
    ids.Switch: lambda: channel_settings.switch,
    ids.AskToStop: lambda: channel_settings.ask_to_stop,
    ids.Stop: lambda: channel_settings.stop,
    ids.TypeTags: lambda: settings_form.open_settings_form,
    ids.AskFurther: lambda: asked.ask_further,
    ids.AskedFurther: lambda: asked.asked_further,
    ids.ShareAnswer: lambda: asked.share_answer,
    ids.TypedTags: lambda: settings_form.keep_typed,
}


def custom_id_of(interaction: Interaction) -> str:
    """The custom id of the button, menu or form that was used."""
    data: Mapping[str, Any] = interaction.data or {}
    custom_id: str = data.get("custom_id", "")
    return custom_id


async def go_to(interaction: Interaction, this: ids.GoTo) -> None:
    """Ask for the number of a page; once it is typed, do what a click to that page does."""
    tr, to = translator_of(interaction), ids.parse(this.to)
    if to is None or "page" not in to.parts:
        await answer_outdated(interaction)
    elif interaction.type is InteractionType.component:
        page: int = vars(to)["page"]
        await open_form(interaction, GoToForm(this, page, tr))
    elif (number := page_typed(str(typed_in(interaction).get("page", "")))) is None:
        await answer(interaction, Notice(tr.gettext("Write the number of a page, such as 3.")))
    else:
        await ROUTES[type(to)]()(interaction, to.replace(page=number))


async def answer_outdated(interaction: Interaction) -> None:
    """Answer that the button is of another version."""
    ended(interaction, "outdated")
    outdated = translator_of(interaction).gettext(
        "This button is from an older version. Use the command again."
    )
    await answer(interaction, Notice(outdated))


async def dispatch(interaction: Interaction) -> None:
    """Answer a click or a form, errors included. Never raises."""
    custom_id = ids.parse(custom_id_of(interaction))
    with observed(interaction, type(custom_id).__name__ if custom_id else "unknown"):
        try:
            if custom_id is None:
                await answer_outdated(interaction)
            else:
                await ROUTES[type(custom_id)]()(interaction, custom_id)
        except Exception as error:  # noqa: BLE001 - every error is answered
            await reply_to_error(interaction, error)
