"""The triggers of the database, in one list: made anew after every migration.

An event is never changed or removed. Of its details only the erasable part may go, and its audience may narrow.
"""

from sqlalchemy import Connection, inspect

_SQLITE = {
    "event_no_update": "BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'events are never changed'); END",
    "event_no_delete": "BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'events are never removed'); END",
    "contribution_no_update": "BEFORE UPDATE OF answers, sha256 ON contribution "
                              "BEGIN SELECT raise(ABORT, 'submitted versions never change'); END",
    "contract_no_update": "BEFORE UPDATE OF text, text_sha256, pdf_sha256 ON contract_version "
                          "BEGIN SELECT raise(ABORT, 'frozen versions never change'); END",
    "template_no_update": "BEFORE UPDATE OF definition, sha256 ON template_version WHEN old.published_at IS NOT NULL "
                          "BEGIN SELECT raise(ABORT, 'published versions never change'); END",
}
_POSTGRES = {
    "event_no_update": ("event", "BEFORE UPDATE OR DELETE", "", "events are never changed"),
    "event_no_truncate": ("event", "BEFORE TRUNCATE", "", "events are never removed"),
    "contribution_no_update": ("contribution", "BEFORE UPDATE OF answers, sha256", "FOR EACH ROW",
                               "submitted versions never change"),
    "contract_no_update": ("contract_version", "BEFORE UPDATE OF text, text_sha256, pdf_sha256", "FOR EACH ROW",
                           "frozen versions never change"),
    "template_no_update": ("template_version", "BEFORE UPDATE OF definition, sha256",
                           "FOR EACH ROW WHEN (old.published_at IS NOT NULL)", "published versions never change"),
}


def create_triggers(connection: Connection) -> None:
    """On an empty database there is nothing to guard yet."""
    if not inspect(connection).has_table("event"):
        return
    if connection.dialect.name == "sqlite":
        for name, body in _SQLITE.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION cocreate_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%%', TG_ARGV[0]; END $$")
    for name, (table, when, scope, why) in _POSTGRES.items():
        scope = scope or ("FOR EACH STATEMENT" if "TRUNCATE" in when else "FOR EACH ROW")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {when} ON {table} {scope} "
                                   f"EXECUTE FUNCTION cocreate_refuse('{why}')")


def drop_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for name in _SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, (table, *_rest) in _POSTGRES.items():
        connection.exec_driver_sql(f"DO $$ BEGIN IF to_regclass('{table}') IS NOT NULL THEN "
                                   f"DROP TRIGGER IF EXISTS {name} ON {table}; END IF; END $$")
