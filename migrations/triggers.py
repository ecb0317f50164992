"""The triggers of the database, from one list: made anew after every migration.

What happened, what was given and what was signed is never changed and never removed. Of an event's details only the
erasable part may go, and their audience may narrow.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect

_WRITTEN = "new.{0} IS NOT NULL AND new.{0} {{differs}} old.{0}"  # anything else than erased


@dataclass(frozen=True, slots=True)
class Guard:
    """A table whose rows stay; a column that comes later is guarded too, unless it is named here.

    but: columns that may change. never: what these may still not become. when: the rows that are guarded.
    """

    table: str
    why: str
    but: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    when: str = ""


GUARDS = (
    Guard("event", "events never change"),
    Guard("event_detail", "events never change", but=("sees", "personal", "personal_salt"),
          never=("(new.sees & ~old.sees) <> 0", _WRITTEN.format("personal"),
                 _WRITTEN.format("personal_salt"))),
    Guard("host_event", "what was done never changes", but=("personal",), never=(_WRITTEN.format("personal"),)),
    Guard("contribution", "submitted versions never change", but=("sees", "narrower")),
    Guard("document_version", "versions of documents never change"),
    Guard("contract_version", "frozen versions never change",
          but=("state", "ended_at", "ended_because", "sealed_at", "sealed_sha256", "evidence_sha256", "seal_attempts",
               "seal_error")),
    Guard("accession", "accessions never change",
          but=("sealed_at", "sealed_sha256", "evidence_sha256", "seal_attempts", "seal_error")),
    Guard("signature", "signatures never change", but=("ended_at",)),
    Guard("template_version", "published versions never change", when="old.published_at IS NOT NULL"),
)


def create_triggers(connection: Connection) -> None:
    """For the tables that are there: on an empty database there is nothing to guard yet."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION cocreate_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation'; END $$")
    tables = set(inspect(connection).get_table_names())
    for guard in (guard for guard in GUARDS if guard.table in tables):
        columns = [column["name"] for column in inspect(connection).get_columns(guard.table)]
        for event, condition in (("UPDATE", _changes(guard, columns, postgres)), ("DELETE", guard.when)):
            connection.exec_driver_sql((_postgres if postgres else _sqlite)(guard, event, condition))
        if postgres:
            connection.exec_driver_sql(
                f"CREATE TRIGGER {guard.table}_no_truncate BEFORE TRUNCATE ON {guard.table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION cocreate_refuse('{guard.why}')")


def drop_triggers(connection: Connection) -> None:
    """All that are there, also those of an earlier list."""
    if connection.dialect.name == "sqlite":
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        return
    found = connection.exec_driver_sql(
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace").fetchall()
    for name, table in found:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON "{table}"')


def _changes(guard: Guard, columns: list[str], postgres: bool) -> str:
    differs = "IS DISTINCT FROM" if postgres else "IS NOT"
    changes = [f'new."{name}" {differs} old."{name}"' for name in columns if name not in guard.but]
    changes += [f"({never.format(differs=differs)})" for never in guard.never]
    condition = " OR ".join(changes)
    return f"{guard.when} AND ({condition})" if guard.when else condition


def _sqlite(guard: Guard, event: str, condition: str) -> str:
    when = f"WHEN {condition} " if condition else ""
    return (f"CREATE TRIGGER {guard.table}_no_{event.lower()} BEFORE {event} ON {guard.table} {when}"
            f"BEGIN SELECT raise(ABORT, '{guard.why}'); END")


def _postgres(guard: Guard, event: str, condition: str) -> str:
    when = f"WHEN ({condition}) " if condition else ""
    return (f"CREATE TRIGGER {guard.table}_no_{event.lower()} BEFORE {event} ON {guard.table} FOR EACH ROW {when}"
            f"EXECUTE FUNCTION cocreate_refuse('{guard.why}')")
