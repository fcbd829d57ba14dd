"""The process in which a play runs: a question a line comes in, an answer a line goes out.

It has no way to the network or to another program, and it ends when nobody asks any more.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from flowcase.errors import FlowcaseError, InvalidDefinition
from flowcase.modeling import Severity
from flowcase.scenarios import play_looks, play_writing, stage
from flowcase.scenarios.playing import Outcome, Play
from flowcase.scenarios.scene import NARRATOR
from flowcase.services.studio.play_processes import STAGE

BYTES = 3 * 1024**3  # of address space
FILE_BYTES = 512 * 1024**2

_CLOSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen")
_CLOSED_TOO = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty")


class _Server:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._play: Play | None = None

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Be where the acts lead, do the next one, and tell what is seen from there.

        `prepare` asks for nothing but the stage: the files deployed, for whoever plays them.
        """
        if self._play is None:
            shutil.rmtree(self._home / "play", ignore_errors=True)
            try:
                stage.build(self._processes, self._home / STAGE, actor=NARRATOR)
                if asked.get("prepare"):
                    return {}
                self._play = Play(self._home / "play", self._processes, asked["scene"])
            except InvalidDefinition as refused:
                errors = [each for each in refused.findings if each.severity is Severity.ERROR]
                return {"not_begun": str(refused), "findings": [asdict(each) for each in errors]}
            except FlowcaseError as error:
                return {"not_begun": str(error)}
        play, stuck = self._play, None
        outcome = play.bring_to(asked["acts"])
        if len(play.done) < len(asked["acts"]):
            said = outcome.trouble or "; ".join(each.sentence for each in outcome.refusals)
            stuck, outcome = {"said": said}, Outcome()
        elif asked.get("next"):
            outcome = play.do(asked["next"])
        return {
            "acts": [done.act for done in play.done],
            "stuck": stuck,
            "trouble": outcome.trouble,
            "refusals": [
                {
                    "rules": list(each.rules),
                    "sentence": each.sentence,
                    "errors": {name: [str(one) for one in said] for name, said in each.errors.items()},
                }
                for each in outcome.refusals
            ],
            **self._beside(play, asked),
            "look": play_looks.look(play, asked.get("language", "da"))
            if asked.get("is_looking", True)
            else {"now": play.flow.clock.now().isoformat()},
        }

    @property
    def _processes(self) -> Path:
        return self._home / "processes"

    def _beside(self, play: Play, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked for beside: a form, or the play as a scenario."""
        try:
            if asked.get("save"):
                text = play_writing.written(play, **asked["save"])
                tried = play_writing.tried(text, self._processes) if asked.get("is_tried") else None
                return {"scenario": text, "tried": tried}
            if asked.get("user_task"):
                return {"page": play_looks.user_task(play, asked["user_task"], asked["person"])}
            if asked.get("start_page"):
                page = play_looks.start_page(play, asked["start_page"], asked.get("case"), asked["person"])
                return {"page": page}
            if asked.get("notification_page"):
                return {"page": play_looks.notification_page()}
        except FlowcaseError as error:
            return {"no_page": str(error)}
        return {}


def main(home: Path, questions: IO[str], answers: IO[str]) -> None:
    """Answer until the questions end."""
    server = _Server(home)
    for line in questions:
        try:
            found = server.answer(json.loads(line))
        except Exception as error:  # whatever it is, who asked shall not wait for it
            found = {"broken": f"{type(error).__name__}: {error}"[:2000]}
            answers.write(json.dumps(found) + "\n")
            answers.flush()
            return
        answers.write(json.dumps(found, ensure_ascii=False) + "\n")
        answers.flush()


def _close_the_doors() -> None:
    """What a play has no need of is refused in this process, whatever a file of it says."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, arguments: object) -> None:
        if event in _CLOSED or event in _CLOSED_TOO:
            raise PermissionError(f"a play has no way to {event}")

    sys.addaudithook(refuse)


if __name__ == "__main__":
    _close_the_doors()
    said, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    main(Path(sys.argv[1]), sys.stdin, said)
