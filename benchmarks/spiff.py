"""W1 in SpiffWorkflow, where requirements-bench.txt is installed: its state is loaded and stored with each step.

Each step is one transaction: lock, load, complete the next task, store, and one line of history.
"""

import json
import secrets
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.story import STEPS

SCHEMA = """
DROP SCHEMA IF EXISTS spiff CASCADE;
CREATE SCHEMA spiff;
CREATE TABLE spiff.project (id bigserial PRIMARY KEY, ref text UNIQUE, version int NOT NULL, body jsonb NOT NULL);
CREATE TABLE spiff.event (project_id bigint, seq int, at timestamptz, what text, PRIMARY KEY (project_id, seq));
"""
ANSWERS = {f"f{n}": {"value": n, "unit": "t/a"} for n in range(10)}


def available() -> bool:
    try:
        import SpiffWorkflow  # noqa: F401, PLC0415 - an extra of the benchmark alone
    except ImportError:
        return False
    return True


class Spiff:
    """One process of all steps in a row, and the serialiser that keeps it between them."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        from SpiffWorkflow import TaskState  # noqa: PLC0415
        from SpiffWorkflow.bpmn import BpmnWorkflow  # noqa: PLC0415
        from SpiffWorkflow.bpmn.parser import BpmnParser  # noqa: PLC0415
        from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer  # noqa: PLC0415

        parser = BpmnParser()
        parser.add_bpmn_str(_bpmn().encode())
        spec = parser.get_spec("w1")
        self.connection, self.ready = connection, TaskState.READY
        self.new = lambda: BpmnWorkflow(spec)
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        connection.execute(SCHEMA, prepare=False)
        connection.commit()

    def project(self) -> None:
        workflow = self.new()
        workflow.do_engine_steps()
        ref = secrets.token_hex(13)
        self.connection.execute("INSERT INTO spiff.project (ref, version, body) VALUES (%s, 1, %s)",
                                (ref, Jsonb(self._stored(workflow))))
        self.connection.commit()
        for what, _stage, _party in STEPS:
            self._step(ref, what)
            self.connection.commit()

    def _stored(self, workflow: Any) -> Any:
        return json.loads(self.serializer.serialize_json(workflow))

    def _step(self, ref: str, what: str) -> None:
        project, version, body = self.connection.execute(
            "SELECT id, version, body FROM spiff.project WHERE ref = %s FOR UPDATE", (ref,)).fetchone()
        workflow = self.serializer.deserialize_json(json.dumps(body))
        task = workflow.get_next_task(state=self.ready, manual=True)
        if what == "contribute":
            task.data.update(ANSWERS)
        task.run()
        workflow.do_engine_steps()
        self.connection.execute("UPDATE spiff.project SET version = %s, body = %s WHERE id = %s AND version = %s",
                                (version + 1, Jsonb(self._stored(workflow)), project, version))
        self.connection.execute("INSERT INTO spiff.event VALUES (%s, %s, now(), %s)", (project, version + 1, what))


def _bpmn() -> str:
    names = ["start", *(f"step_{number}" for number in range(len(STEPS))), "end"]
    tasks = "".join(f'<manualTask id="{name}" name="{name}"/>' for name in names[1:-1])
    flows = "".join(f'<sequenceFlow id="flow_{number}" sourceRef="{a}" targetRef="{b}"/>'
                    for number, (a, b) in enumerate(zip(names, names[1:], strict=False)))
    return ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="bench">'
            f'<process id="w1" isExecutable="true"><startEvent id="start"/>{tasks}<endEvent id="end"/>{flows}'
            "</process></definitions>")
