"""Whoever runs the bot asks what is wrong, and is told what to do."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.announce.ledger import OlderPosts, Revision
from bot.app import App
from bot.doctor.checks import run_checks
from bot.doctor.discord import check_discord
from bot.doctor.result import CheckResult
from bot.serve.client import build_client
from bot.serve.state import State
from bot.settings import Settings
from bot.transport.api import log_in
from bot.transport.commands import sync_commands
from tests.loopback_site import loopback_site
from tests.ports import free_port
from tests.postgres import PostgresServer
from tests.wire.guild import BOT_ROLE_ID, CHANNEL_ID, EVERYONE, THREAD_ID
from tests.wire.people import APPLICATION_ID, SERVER_ID, TOKEN
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

POSTS = Path(__file__).parents[2] / "bot" / "sample"
SEND_MESSAGES, ADMINISTRATOR, USE_COMMANDS = 1 << 11, 1 << 3, 1 << 31
ORDER = [
    "settings",
    "token",
    "application",
    "endpoint",
    "commands",
    "intents",
    "permissions",
    "clock",
    "index",
    "links",
    "volume",
    "waking",
]


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LoopbackDiscord]:
    """A Discord that must find no fault with what it is asked."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with LoopbackDiscord() as discord:
        yield discord
    assert discord.rest.complaints == []
    assert {call.method for call in discord.rest.calls} <= {"GET", "PUT", "PATCH"}


class Patient:
    """A bot whose settings can be changed, and what the doctor finds."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path) -> None:
        self.variables = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_BASE": loopback.base}
        self.options = {
            "--posts": str(POSTS),
            "--db": str(folder / "i.db"),
            "--state": str(folder / "state.db"),
        }

    def load(self) -> Settings:
        return Settings.load(self.options, self.variables)

    async def results(self, channel: int | None = None) -> Mapping[str, CheckResult]:
        found = await run_checks(self.load, channel)
        return {result.check: result for result in found}

    async def send_commands(self) -> None:
        """What the first start of the bot does."""
        async with App(self.load()) as app, build_client(app, sync_commands) as client:
            await log_in(client, TOKEN)


@pytest.fixture
def patient(loopback: LoopbackDiscord, tmp_path: Path) -> Patient:
    """In good health until something is changed."""
    return Patient(loopback, tmp_path)


async def test_a_state_in_postgres_is_looked_at_there(
    patient: Patient, postgres: PostgresServer
) -> None:
    patient.variables["DATABASE_URL"] = postgres.url(postgres.new_database())
    found = (await patient.results())["database"]
    assert (found.outcome, found.message) == (
        "ok",
        "it keeps the state, and 0 announcements wait in it",
    )
    patient.variables["DATABASE_URL"] = postgres.url("nowhere")
    found = (await patient.results())["database"]
    assert found.outcome == "wrong"
    assert 'database "nowhere" does not exist' in found.message


async def test_machines_with_older_posts_are_named(
    patient: Patient, postgres: PostgresServer
) -> None:
    url = patient.variables["DATABASE_URL"] = postgres.url(postgres.new_database())
    async with State.open(url) as state:
        for fingerprint, owner in (("old", "web-1:a"), ("new", "web-2:b")):
            await state.ledger.revise(fingerprint, owner, lambda _: Revision())
        with pytest.raises(OlderPosts):
            await state.ledger.revise("old", "web-1:a", lambda _: Revision())
    found = (await patient.results())["database"]
    assert found.outcome == "wrong"
    assert found.message.startswith("web-1: has older posts than another machine")


async def test_a_healthy_bot_has_nothing_but_ticks(
    patient: Patient, loopback: LoopbackDiscord
) -> None:
    await run_checks(patient.load, None)  # sets where Discord's API is
    await patient.send_commands()
    written = len([call for call in loopback.rest.calls if call.method != "GET"])
    results = await patient.results(CHANNEL_ID)
    assert list(results) == ORDER
    assert {result.outcome for result in results.values()} == {"ok"}
    # The doctor only looks.
    assert len([call for call in loopback.rest.calls if call.method != "GET"]) == written
    lines = [str(result) for result in results.values()]
    assert all(line.startswith("✓ ") and "\n" not in line for line in lines)
    assert TOKEN not in "".join(lines)


async def test_the_site_confirms_the_links(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def links() -> CheckResult:
        return (await patient.results())["links"]

    patient.options["--posts"] = str(POSTS)
    assert "its address is not known" in (await links()).message
    with loopback_site(monkeypatch) as site:
        patient.options["--site"] = site.url
        result = await links()
        assert (result.outcome, "not confirmed" in result.message) == ("skipped", True)
        patient.options["--sitemap"] = f"{site.url}/map.xml"
        assert (await links()).outcome == "wrong"
        site.lists("/elsewhere/", at="/map.xml")
        result = await links()
        assert result.outcome == "wrong"
        assert "lists none of" in result.message
        async with App(patient.load()) as app:
            await app.sync()
            names = [post.slug for post in await app.library.latest()]
        site.lists(*(f"/blog/{name}/" for name in names), at="/map.xml")
        result = await links()
        assert result.outcome == "ok"
        assert "0 confirmed by the site, 0 not listed" in result.message
        patient.options["--sitemap"] = "off"
        assert "--sitemap is off" in (await links()).message


async def test_a_setting_that_cannot_be_used_is_named(patient: Patient) -> None:
    patient.options["--generator"] = "hugoo"
    (result,) = (await patient.results()).values()
    assert (result.check, result.outcome) == ("settings", "wrong")
    assert "hugoo" in result.message
    assert "hugo" in result.hint
    patient.options = {"--date-order": "year"}
    (result,) = (await patient.results()).values()
    assert "--date-order" in result.message


@pytest.mark.parametrize("token", ["", "another"])
async def test_without_a_good_token_the_rest_waits(patient: Patient, token: str) -> None:
    patient.variables["DISCORD_TOKEN"] = token
    results = await patient.results(CHANNEL_ID)
    assert results["token"].outcome == "wrong"
    assert "token" in results["token"].hint
    for check in ("application", "endpoint", "commands", "intents", "permissions"):
        assert results[check].outcome == "skipped"
    assert results["index"].outcome == "ok"


async def test_a_discord_that_is_down_is_not_the_tokens_fault(
    patient: Patient, loopback: LoopbackDiscord
) -> None:
    loopback.fail("GET", "/users/@me", 500, times=99)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.doctor.discord.SECONDS_FOR_DISCORD", 0.3)
        results = await patient.results()
    assert "cannot be reached" in results["token"].message
    assert "discordstatus.com" in results["token"].hint


async def test_commands_that_were_never_sent(patient: Patient) -> None:
    result = (await patient.results())["commands"]
    assert result.outcome == "wrong"
    assert "slashpost run" in result.hint


async def test_an_application_that_nobody_can_add(
    patient: Patient, loopback: LoopbackDiscord
) -> None:
    loopback.answers.application["bot_require_code_grant"] = True
    result = (await patient.results())["application"]
    assert result.outcome == "wrong"
    assert "Bot page" in result.hint


async def test_an_application_that_only_servers_can_add(
    patient: Patient, loopback: LoopbackDiscord
) -> None:
    loopback.answers.application["integration_types_config"] = {"0": {}}
    result = (await patient.results())["application"]
    assert result.outcome == "wrong"
    assert "User Install is off" in result.message


async def test_a_deployed_bot_that_answers(
    patient: Patient, loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    """From the deployed machine and from a laptop, over the real HTTP."""
    port = free_port()
    async with BotProcess(loopback.base, tmp_path / "b.db", *over_http(tmp_path, port)) as bot:
        await bot.says("Discord sends interactions to")
        here = (await patient.results())["endpoint"]
        patient.options |= {"--mode": "http", "--public-url": f"http://127.0.0.1:{port}"}
        there = await patient.results()
        patient.options["--public-url"] = "https://other.example"
        elsewhere = (await patient.results())["endpoint"]
    assert here.outcome == "ok"
    assert there["endpoint"].outcome == "ok"
    assert there["commands"].outcome == "ok"
    assert there["volume"].outcome == "ok"
    assert elsewhere.outcome == "wrong"
    assert f"127.0.0.1:{port}" in elsewhere.message


async def test_an_endpoint_where_nobody_is(patient: Patient, loopback: LoopbackDiscord) -> None:
    url = f"http://127.0.0.1:{free_port()}/interactions"
    loopback.answers.application["interactions_endpoint_url"] = url
    result = (await patient.results())["endpoint"]
    assert result.outcome == "wrong"
    assert url in result.message
    assert "--take-over" in result.hint


async def test_an_endpoint_that_is_still_to_be_registered(patient: Patient) -> None:
    patient.options |= {"--mode": "http", "--public-url": "https://blog.example"}
    result = (await patient.results())["endpoint"]
    assert result.outcome == "wrong"
    assert "https://blog.example/interactions" in result.message


@pytest.mark.parametrize("seconds", [-300, 300])
async def test_a_clock_that_is_wrong(patient: Patient, seconds: int) -> None:
    async with App(patient.load()) as app:
        results = await check_discord(app, None, clock=lambda: time.time() + seconds)
    clock = results[-1]
    assert (clock.check, clock.outcome) == ("clock", "wrong")
    assert ("ahead of" if seconds > 0 else "behind") in clock.message


class TestPermissions:
    """What --channel finds."""

    async def test_without_a_channel_none_are_looked_at(self, patient: Patient) -> None:
        assert (await patient.results())["permissions"].outcome == "skipped"

    async def test_a_thread_has_those_of_its_channel(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        assert (await patient.results(THREAD_ID))["permissions"].outcome == "ok"
        self.overwrite(loopback, SERVER_ID, deny=USE_COMMANDS)
        assert (await patient.results(THREAD_ID))["permissions"].outcome == "wrong"

    async def test_readers_who_may_not_use_commands(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        self.overwrite(loopback, SERVER_ID, deny=USE_COMMANDS)
        result = (await patient.results(CHANNEL_ID))["permissions"]
        assert "@everyone lacks Use Application Commands" in result.message

    async def test_an_overwrite_for_everyone_yields_to_one_for_the_role_and_that_to_the_bots(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        self.overwrite(loopback, SERVER_ID, deny=SEND_MESSAGES)
        result = (await patient.results(CHANNEL_ID))["permissions"]
        assert result.outcome == "wrong"
        assert "Send Messages" in result.message
        self.overwrite(loopback, BOT_ROLE_ID, allow=SEND_MESSAGES)
        assert (await patient.results(CHANNEL_ID))["permissions"].outcome == "ok"
        self.overwrite(loopback, APPLICATION_ID, kind=1, deny=SEND_MESSAGES)
        assert (await patient.results(CHANNEL_ID))["permissions"].outcome == "wrong"

    async def test_an_administrator_may_everything(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        self.overwrite(loopback, SERVER_ID, deny=SEND_MESSAGES)
        loopback.answers.guild["roles"][1]["permissions"] = str(ADMINISTRATOR)
        assert (await patient.results(CHANNEL_ID))["permissions"].outcome == "ok"

    async def test_a_role_of_others_gives_the_bot_nothing(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        loopback.answers.guild["roles"][0]["permissions"] = str(EVERYONE & ~SEND_MESSAGES)
        loopback.answers.guild["roles"][1]["permissions"] = str(SEND_MESSAGES)
        assert (await patient.results(CHANNEL_ID))["permissions"].outcome == "ok"
        loopback.answers.bot_member["roles"] = []
        assert (await patient.results(CHANNEL_ID))["permissions"].outcome == "wrong"

    async def test_a_channel_that_the_bot_does_not_see(
        self, patient: Patient, loopback: LoopbackDiscord
    ) -> None:
        result = (await patient.results(404))["permissions"]
        assert "does not see the channel 404" in result.message
        loopback.answers.channels[str(CHANNEL_ID)]["guild_id"] = "999"
        result = (await patient.results(CHANNEL_ID))["permissions"]
        assert "slashpost invite" in result.hint

    @staticmethod
    def overwrite(
        loopback: LoopbackDiscord, who: int, *, kind: int = 0, allow: int = 0, deny: int = 0
    ) -> None:
        """Add to the channel's overwrites."""
        channel = loopback.answers.channels[str(CHANNEL_ID)]
        channel["permission_overwrites"].append(
            {"id": str(who), "type": kind, "allow": str(allow), "deny": str(deny)}
        )


class TestMachine:
    """What needs no Discord."""

    async def test_a_folder_without_posts(self, patient: Patient, tmp_path: Path) -> None:
        folder = tmp_path / "posts"
        folder.mkdir()
        (folder / "draft.md").write_text("---\ntitle: A\ndraft: true\n---\n")
        patient.options["--posts"] = str(folder)
        result = (await patient.results())["index"]
        assert result.outcome == "wrong"
        assert "slashpost index" in result.hint

    async def test_a_folder_that_is_missing(self, patient: Patient, tmp_path: Path) -> None:
        patient.options["--posts"] = str(tmp_path / "nowhere")
        result = (await patient.results())["index"]
        assert result.outcome == "wrong"
        assert "nowhere" in result.message

    async def test_a_mistake_that_readers_see(self, patient: Patient, tmp_path: Path) -> None:
        folder = shutil.copytree(POSTS, tmp_path / "posts")
        patient.options["--posts"] = str(folder)
        assert (await patient.results())["index"].outcome == "ok"
        (folder / "mine.md").write_text("---\ntitle: Mine\ndate: 2024-02-30\n---\n")
        result = (await patient.results())["index"]
        assert result.outcome == "wrong"
        assert "Readers see 12 sample posts of Slashpost beside your own" in result.message
        assert "and 1 more (`slashpost check`)" in result.message

    async def test_a_state_that_is_no_database(self, patient: Patient, tmp_path: Path) -> None:
        (tmp_path / "state.db").write_text("no database, and long enough to be read as one" * 50)
        result = (await patient.results())["volume"]
        assert result.outcome == "wrong"
        assert "SLASHPOST_STATE" in result.hint

    async def test_a_folder_that_nobody_can_write(self, patient: Patient) -> None:
        patient.options["--state"] = "/proc/state.db"
        result = (await patient.results())["volume"]
        assert result.outcome == "wrong"
        assert "/proc" in result.message

    async def test_a_data_folder_that_is_no_volume(
        self, patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.doctor.machine.DATA", tmp_path)
        result = (await patient.results())["volume"]
        assert result.outcome == "wrong"
        assert "Mount a volume" in result.hint

    async def test_looking_leaves_no_state_behind(self, patient: Patient, tmp_path: Path) -> None:
        await patient.results()
        assert not (tmp_path / "state.db").exists()


class TestWaking:
    """A machine that sleeps runs no timers."""

    @pytest.fixture(autouse=True)
    def on_fly(self, patient: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Where the image has no fly.toml."""
        monkeypatch.chdir(tmp_path)
        patient.variables["FLY_APP_NAME"] = "blog"
        folder = tmp_path / "posts"
        folder.mkdir()
        (folder / "now.md").write_text("---\ntitle: Now\ndate: 2024-01-11\n---\n")
        patient.options["--posts"] = str(folder)

    async def waking(self, patient: Patient) -> CheckResult:
        return (await patient.results())["waking"]

    async def test_a_folder_in_an_image_changes_with_a_deployment(self, patient: Patient) -> None:
        assert (await self.waking(patient)).outcome == "ok"

    async def test_a_post_of_the_future_waits(self, patient: Patient, tmp_path: Path) -> None:
        later = "---\ntitle: Later\ndate: 2100-01-31\n---\n"
        (tmp_path / "posts" / "later.md").write_text(later)
        result = await self.waking(patient)
        assert result.outcome == "wrong"
        assert "the post dated 2100-01-31" in result.message
        patient.variables["SLASHPOST_PUSH_SECRET"] = "x"
        assert "Set SLASHPOST_WAKE_SECRET and" in (await self.waking(patient)).hint
        patient.variables["SLASHPOST_WAKE_SECRET"] = "x"
        assert (await self.waking(patient)).outcome == "ok"

    async def test_a_repository_that_nobody_tells_of_waits(
        self, patient: Patient, unused_tcp_port: int
    ) -> None:
        patient.options["--posts"] = f"http://127.0.0.1:{unused_tcp_port}/blog.git"
        results = await patient.results()
        assert results["index"].outcome == "wrong"
        assert "cannot be fetched" in results["index"].message
        assert results["waking"].outcome == "wrong"
        assert "what is new at 127.0.0.1" in results["waking"].message
        patient.variables["SLASHPOST_PUSH_SECRET"] = "x"
        assert (await self.waking(patient)).outcome == "ok"

    @pytest.mark.parametrize(
        ("fly", "outcome"),
        [
            ('auto_stop_machines = "suspend"\nmin_machines_running = 0', "wrong"),
            ('auto_stop_machines = "stop"', "wrong"),
            ('auto_stop_machines = "suspend"\nmin_machines_running = 1', "ok"),
            ('auto_stop_machines = "off"', "ok"),
            ("auto_stop_machines = false", "ok"),
        ],
    )
    async def test_fly_toml_says_whether_it_sleeps(
        self, patient: Patient, tmp_path: Path, fly: str, outcome: str
    ) -> None:
        (tmp_path / "fly.toml").write_text(f"[http_service]\n{fly}\n")
        (tmp_path / "posts" / "later.md").write_text("---\ntitle: B\ndate: 2100-01-31\n---\n")
        assert (await self.waking(patient)).outcome == outcome

    async def test_the_gateway_keeps_a_machine_awake(
        self, patient: Patient, tmp_path: Path
    ) -> None:
        patient.options["--mode"] = "gateway"
        (tmp_path / "posts" / "later.md").write_text("---\ntitle: B\ndate: 2100-01-31\n---\n")
        assert (await self.waking(patient)).outcome == "ok"
