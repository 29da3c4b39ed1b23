"""What holds for all commands: where they may be used, and who sees the answer."""

from __future__ import annotations

from typing import Any

import pytest
from discord import AppCommandOptionType, Permissions, app_commands

from bot.chat.commands import COMMANDS
from bot.chat.i18n import catalogues
from tests.chat.blog import fill
from tests.chat.conftest import Seen, Stage, is_in_channel

# What an option of each type that a command cannot do without may be.
VALUES: dict[int, object] = {
    AppCommandOptionType.string.value: "bed-1",
    AppCommandOptionType.integer.value: 1,
    AppCommandOptionType.boolean.value: True,
}
# Without a model there is no /ask, which has scenarios of its own.
NAMES = [command.name for command in COMMANDS if command.name != "ask"]
FOR_MANAGERS = ["announce"]
FOR_ALL = [
    command.name
    for command in COMMANDS
    if command.name in NAMES
    and not isinstance(command, app_commands.Group)
    and "hide" in {option.name for option in command.parameters}
]
# What concerns nobody but who asks.
ALWAYS_PRIVATE = [name for name in NAMES if name not in {*FOR_ALL, *FOR_MANAGERS}]


def registered(stage: Stage) -> list[dict[str, Any]]:
    """The commands as the bot told them to Discord."""
    (request,) = (r for r in stage.env.http_requests if r.path.endswith("/commands"))
    assert isinstance(request.json, list)
    return request.json


@pytest.mark.parametrize("name", FOR_ALL)
async def test_every_command_answers_in_private_when_asked_to(stage: Stage, name: str) -> None:
    (command,) = (each for each in registered(stage) if each["name"] == name)
    needed = {
        option["name"]: VALUES[option["type"]]
        for option in command["options"]
        if option.get("required")
    }
    shown = await stage.type(name, hide=False, **needed)
    hidden = await stage.type(name, hide=True, **needed)
    assert (shown.is_private, hidden.is_private) == (False, True)
    assert (is_in_channel(stage, shown), is_in_channel(stage, hidden)) == (True, False)
    assert shown.text == hidden.text or name == "random"


async def test_commands_come_with_a_server_or_a_person_and_work_in_every_channel(
    stage: Stage,
) -> None:
    commands = registered(stage)
    assert [command["name"] for command in commands] == NAMES
    for command in commands:
        is_for_managers = command["name"] in FOR_MANAGERS
        assert command["integration_types"] == ([0] if is_for_managers else [0, 1])
        assert command["contexts"] == ([0] if is_for_managers else [0, 1, 2])
        permissions = Permissions(manage_guild=True).value if is_for_managers else None
        assert command["default_member_permissions"] == permissions


@pytest.mark.parametrize("name", ALWAYS_PRIVATE)
async def test_what_concerns_one_reader_is_private(stage: Stage, name: str) -> None:
    seen = await stage.type(name)
    assert seen.is_private
    assert not is_in_channel(stage, seen)


async def test_every_name_and_description_is_told_in_every_language(stage: Stage) -> None:
    locales = {str(each) for each in catalogues()}
    assert {"de", "es-ES", "es-419", "fr", "pt-BR", "ja"} <= locales
    for command in registered(stage):
        deeper = [part for option in command["options"] for part in option.get("options", ())]
        for part in (command, *command["options"], *deeper):
            assert set(part["name_localizations"]) == locales
            assert set(part["description_localizations"]) == locales


async def test_in_a_direct_message_nothing_needs_to_be_private(stage: Stage) -> None:
    ada = stage.env.create_user("ada")
    answered = await ada.slash("latest")
    assert answered.response is not None
    listed = Seen(answered.response)
    read = await ada.click(listed.message, custom_id=listed.ids("Read")[0])
    assert read.response is not None
    card = Seen(read.response)
    assert not card.is_private
    assert card.text.startswith("# Bed number 12\n")
    await ada.click(listed.message, custom_id=listed.ids("Next ›")[0])
    assert listed.titles[0] == "Bed number 7", "the page is turned in place"


async def test_nothing_that_is_sent_may_mention_anybody(stage: Stage) -> None:
    seen = await stage.type("latest")
    await stage.click(seen, "Next ›")
    await stage.click(seen, "Read")
    await stage.type("post", post="@everyone <@1>")
    sent = [r.json["data"] for r in stage.env.http_requests if r.json and "callback" in r.path]
    assert len(sent) == 4
    for data in sent:
        assert data["allowed_mentions"]["parse"] == []


@pytest.mark.parametrize("name", ["latest", "tags", "random"])
async def test_that_there_is_nothing_to_see_concerns_nobody_else(stage: Stage, name: str) -> None:
    await fill(stage.index, [])
    assert (await stage.type(name)).is_private
