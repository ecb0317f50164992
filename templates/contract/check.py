"""Checks an evidence bundle without the software that made it.

    python3 -I check.py [FOLDER]

Needs Python 3.8 or newer and nothing else. It reads the files of the bundle in FOLDER (where it lies itself, if none
is given), writes nothing and asks no network. It says what holds and what does not; its exit code is 0 only if all
holds. The seal itself is checked by any PDF reader, or by: pdfsig contract.pdf
"""

import hashlib
import json
import sys
from pathlib import Path

START = "0" * 64
NAMES = ("contract.pdf", "evidence.pdf", "text.json", "record.json", "signatures.json")


def sha(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def beginnings(pdf):
    """The SHA-256 of every beginning of the file that ends like a revision of it."""
    digest, done, at = hashlib.sha256(), 0, pdf.find(b"%%EOF")
    while at >= 0:
        end = at + 5
        for stop in [end] + [end + len(line) for line in (b"\n", b"\r", b"\r\n") if pdf[end:end + 2].startswith(line)]:
            digest.update(pdf[done:stop])
            done = stop
            yield digest.hexdigest()
        at = pdf.find(b"%%EOF", end)


def first_break(record):
    """What does not fit in the record, at its first line that does not; "" if the chain is whole."""
    before = START
    for number, line in enumerate(record["events"], 1):
        parts = ("1", record["project"], str(line["seq"]), before, str(line["at_us"]), line["details_sha256"])
        if line["seq"] != number or line["prev_hash"] != before:
            return f"line {number} does not follow the line before"
        if line["hash"] != sha("".join(f"{len(part.encode())}:{part}" for part in parts)):
            return f"line {number} has another hash"
        if "details" in line and line["details_sha256"] != sha(line["salt"] + line["details"]):
            return f"line {number} has other details"
        if line.get("personal") is not None and json.loads(line["details"])["personal_sha256"] != sha(
                line["personal_salt"] + line["personal"]):
            return f"line {number} has other names and words"
        if "answers" in line and json.loads(line["details"])["answers_sha256"] != sha(
                line["answers_salt"] + line["answers"]):
            return f"line {number} has other answers"
        before = line["hash"]
    return "" if record["head"] == [len(record["events"]), before] else "its last line is not its head"


def check(folder):
    """(whether it holds, what) of everything there is to check."""
    missing = [name for name in NAMES if not (folder / name).is_file()]
    if missing:
        yield False, f"The bundle is not complete: {', '.join(missing)} is missing."
        return
    sealed, evidence, body, record, signatures = ((folder / name).read_bytes() for name in NAMES)
    text, record, signatures = json.loads(body), json.loads(record), json.loads(signatures)
    yield from check_record(record, text)

    opened = {line["seq"]: json.loads(line["details"]) for line in record["events"] if "details" in line}
    fingerprint = sha(body)
    signed = {seq: one for seq, one in opened.items()
              if one["act"] in ("sign", "accede") and one["text_sha256"] == fingerprint}
    yield bool(signed), f"The text is the one that was signed, fingerprint {fingerprint}."
    begins = set(beginnings(sealed))
    yield (bool(signed) and all(one["pdf_sha256"] in begins for one in signed.values()),
           "The PDF begins with the very bytes that were signed.")
    yield (any(one["act"] in ("seal", "seal_accession") and one["sealed_sha256"] == sha(sealed)
               and one["evidence_sha256"] == sha(evidence) for one in opened.values()),
           "The sealed PDF and the evidence are the files that the record names.")
    yield from check_signatures(text, signed, signatures)
    if (folder / "agreement.pdf").is_file():
        yield (sha((folder / "agreement.pdf").read_bytes()).encode() in body,
               "The agreement acceded to is the file that the accession names.")


def check_record(record, text):
    broken, lines = first_break(record), record["events"]
    opened = sum("details" in line for line in lines)
    yield not broken, broken or f"The record is one chain of {len(lines)} lines, {opened} of them open to this reader."
    if given := sum("answers" in line for line in lines):
        yield not broken, f"What this reader's party gave, {given} versions, is what was recorded."
    yield (record["project"] == text["project_ref"],
           f"Record and text are of the same project, {text['project_ref']}.")
    at = text["head_seq"]
    yield (0 < at <= len(lines) and lines[at - 1]["hash"] == text["head_hash"],
           f"The text names line {at} of this very record as its head.")


def check_signatures(text, signed, signatures):
    for party in text["parties"]:
        if party["signs"]:
            lines = [seq for seq, one in signed.items() if one["for"] == party["number"]]
            where = ", ".join(f"line {seq} of the record" for seq in lines) or "nowhere"
            yield len(lines) == 1, f"{party['organisation']} signed once: {where}."
    for one in signatures:
        name, line = json.loads(one["evidence"])["name"], signed.get(one["seq"])
        yield (line is not None and line["evidence_sha256"] == sha(one["evidence"]),
               f"What {name} showed and stated is what was recorded, line {one['seq']}.")
    yield {one["seq"] for one in signatures} == set(signed), "Nobody else signed this text."


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    wrong = 0
    for holds, what in check(folder):
        wrong += not holds
        sys.stdout.write(("holds   " if holds else "WRONG   ") + what + "\n")
    sys.stdout.write(f"{wrong} of these do not hold.\n" if wrong else "All holds. For the seal: pdfsig contract.pdf\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
