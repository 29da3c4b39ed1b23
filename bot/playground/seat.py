"""Who looks at the simulated Discord, where, and in which language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import discord
import simcord
from simcord.preview import Preview

from bot.chat.commands import COMMANDS
from bot.chat.i18n import languages

CHANNEL, MESSAGES = "channel", "messages"
ORDER = [str(command.name) for command in COMMANDS]

Entry = dict[str, Any]  # a command in SimCord's catalogue, as JSON


class Seat:
    """Where the person at the browser sits; the switches above the channel change it.

    Args:
        env: the simulated Discord.
        client: the bot.
        channel: where everybody sees what is written.
        viewers: those whom the person can be.
    """

    def __init__(
        self,
        env: simcord.Env,
        client: discord.Client,
        channel: simcord.ChannelHandle,
        viewers: Sequence[simcord.MemberActor],
    ) -> None:
        self.preview: Preview | None = None
        self._env = env
        self._channel = channel
        self._viewers = tuple(viewers)
        self._viewer = self._viewers[0]
        self._place = CHANNEL
        self._language = discord.Locale.american_english.value
        self._seen = {viewer.id: 0 for viewer in viewers}
        self._speak_through(client)

    def _speak_through(self, client: discord.Client) -> None:
        """Give each interaction the chosen language: SimCord says American English always."""
        parsers = client._connection.parsers  # noqa: SLF001 - where a gateway's events arrive
        parse: Callable[[Any], None] = parsers["INTERACTION_CREATE"]

        def parse_in_language(data: dict[str, Any]) -> None:
            parse(data | {"locale": self._language})

        parsers["INTERACTION_CREATE"] = parse_in_language

    def take(self, place: str, language: str, viewer: str) -> None:
        """Go to a place, speak a language, or be somebody else; what is unknown is left alone."""
        if language in languages():
            self._language = language
        self._viewer = next((one for one in self._viewers if str(one.id) == viewer), self._viewer)
        if place in {CHANNEL, MESSAGES}:
            self._place = place
            self._move()

    def _move(self) -> None:
        """Show another channel: SimCord has one preview at a time, and that one channel."""
        preview = self.preview
        assert preview is not None, "the page asks for it"
        if self._place == MESSAGES:
            user = self._viewer.user
            self._seen[user.id] = len(self._messages())
            preview.channel, preview.viewers = user.dm_channel, (user,)
        else:
            others = tuple(one for one in self._viewers if one is not self._viewer)
            preview.channel, preview.viewers = self._channel, (self._viewer, *others)
        page = preview._python  # noqa: SLF001 - what new pages begin with
        assert page is not None, "the preview is open"
        for opened in list(preview._pages):  # noqa: SLF001
            if opened != page.id:
                preview._close_page(opened)  # noqa: SLF001
        page.viewer, page.channel_id = preview.viewers[0], preview.channel.id
        page.target_id = preview._initial_target(page.viewer, page.channel_id)  # noqa: SLF001
        page.window_end_id = page.target_id
        page.generation += 1
        preview._publish(page, reason="navigation")  # noqa: SLF001

    def _messages(self) -> Mapping[int, object]:
        """The direct messages between the bot and who sits here."""
        channel = self._viewer.user.dm_channel.id
        messages: Mapping[int, object] = self._env.backend.messages.get(channel, {})
        return messages

    def report(self) -> dict[str, object]:
        """What the switches show."""
        here = len(self._messages())
        if self._place == MESSAGES:
            self._seen[self._viewer.id] = here
        return {
            "place": self._place,
            "unread": here - self._seen[self._viewer.id],
            "language": self._language,
            "languages": languages(),
            "viewer": str(self._viewer.id),
        }

    def as_seen(self, entries: Iterable[Entry]) -> list[Entry]:
        """Commands in the order of /help and in the chosen language, as Discord lists them."""
        named = {
            str(command["id"]): command
            for scope in self._env.backend.commands.values()
            for command in scope.values()
        }
        ordered = sorted(entries, key=lambda entry: rank(entry["path"][0]))
        return [self._translated(entry, named.get(entry["commandId"])) for entry in ordered]

    def _translated(self, entry: Entry, command: Mapping[str, Any] | None) -> Entry:
        if command is None:
            return entry
        node, names = command, [self._name(command)]
        for part in entry["path"][1:]:
            node = next(option for option in node["options"] if option["name"] == part)
            names.append(self._name(node))
        inside = {option["name"]: option for option in node.get("options") or []}
        options = [
            option | {"description": self._description(inside[option["name"]])}
            for option in entry["options"]
        ]
        return entry | {
            "invocation": " ".join(names),
            "description": self._description(node),
            "options": options,
        }

    def _name(self, node: Mapping[str, Any]) -> str:
        names = node.get("name_localizations") or {}
        return str(names.get(self._language, node["name"]))

    def _description(self, node: Mapping[str, Any]) -> str:
        descriptions = node.get("description_localizations") or {}
        return str(descriptions.get(self._language, node.get("description", "")))


def rank(name: str) -> int:
    """A command's place in /help; those that are not in it come last."""
    return ORDER.index(name) if name in ORDER else len(ORDER)
