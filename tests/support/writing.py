"""What a request changes in the database."""

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

# Who looked when; one's own settings and draft, which are the same again; what is not written where it is there.
_QUIET = re.compile(r"^\w+ (?:INTO |FROM )?(?:sign_in|throttle|seen|document_read|board_row|person|host|draft|unsaid)"
                    r"\b|ON CONFLICT DO NOTHING")


class writes:
    """Statements that changed something, but for those that note who looked when."""

    def __enter__(self) -> list[str]:
        self.found = []
        event.listen(Engine, "before_cursor_execute", self.note)
        return self.found

    def __exit__(self, *_: Any) -> None:
        event.remove(Engine, "before_cursor_execute", self.note)

    def note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and not _QUIET.search(statement):
            self.found.append(statement[:90])
