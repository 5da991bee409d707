"""Puts our cases to any system and says which answers are right: `python conformance/run.py [-- COMMAND …]`.

Standard library only. COMMAND reads one JSON question a line and prints one JSON answer a line, with the same `id`;
without a command our own answers (`ours.py`). See README.md.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
OURS = [sys.executable, str(HERE / "ours.py")]
MOMENTS = ("due", "opens", "starts", "stopped")


def cases(classes: list[str] | None = None) -> list[dict[str, Any]]:
    """All cases in the order of their files, or those of some classes."""
    found = []
    for path in sorted((HERE / "cases").glob("*.jsonl")):
        if not classes or path.stem in classes:
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [{"class": path.stem, **json.loads(line)} for line in lines if line.strip()]
    return found


def question(case: dict[str, Any], *, inline: bool = False) -> dict[str, Any]:
    """What is asked: the case's `ask` with its id; `inline` writes named calendars out, for systems without them."""
    asked = {"id": case["id"], **case["ask"]}
    if inline and isinstance(asked.get("calendar"), str):
        named = json.loads((HERE / "calendars.json").read_text(encoding="utf-8"))
        asked["calendar"] = named.get(asked["calendar"], asked["calendar"])
    return asked


def same(key: str, wanted: Any, found: Any) -> bool:
    """Whether one value is right: moments as instants, lists item by item, objects by the keys that are wanted."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(same(name, value, found.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list) and len(found) == len(wanted) and all(map(same, [key] * len(wanted), wanted, found))
        )
    if key == "error":
        return bool(found)
    if key in MOMENTS and wanted is not None:
        try:
            return datetime.fromisoformat(str(found)) == datetime.fromisoformat(wanted)
        except (ValueError, TypeError):
            return False
    return bool(found) == wanted if isinstance(wanted, bool) else found == wanted


def right(case: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether an answer is right; one that reports an error where none is due is wrong, and so the other way."""
    return ("error" in answer) == ("error" in case["answer"]) and same("", case["answer"], answer)


def ask(command: list[str], questions: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """Answers by id."""
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in questions)
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return {
        answer.get("id"): answer for line in done.stdout.splitlines() if line.strip() for answer in [json.loads(line)]
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--class", dest="classes", action="append", metavar="NAME", help="only this class of cases")
    parser.add_argument("--inline", action="store_true", help="write named calendars out in each question")
    parser.add_argument("--questions", action="store_true", help="print the questions and stop")
    parser.add_argument("--answers", metavar="FILE", help="compare answers from a file (- reads standard input)")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="the system to ask (after --)")
    told = parser.parse_args()
    chosen = cases(told.classes)
    questions = [question(case, inline=told.inline) for case in chosen]
    if told.questions:
        print("\n".join(json.dumps(one, ensure_ascii=False) for one in questions))
        return 0
    if told.answers:
        text = sys.stdin.read() if told.answers == "-" else Path(told.answers).read_text(encoding="utf-8")
        answers = {one.get("id"): one for line in text.splitlines() if line.strip() for one in [json.loads(line)]}
    else:
        answers = ask(told.command or OURS, questions)
    good, total = Counter(), Counter()
    for case in chosen:
        total[case["class"]] += 1
        answer = answers.get(case["id"], {"error": "no answer"})
        if right(case, answer):
            good[case["class"]] += 1
            continue
        print(f"{case['id']}\n  asked   {json.dumps(case['ask'], ensure_ascii=False)}")
        print(f"  wanted  {json.dumps(case['answer'], ensure_ascii=False)}")
        print(f"  got     {json.dumps(answer, ensure_ascii=False)}\n  because {case['why']}")
    for name in total:
        print(f"{name:<28}{good[name]:>4} of {total[name]:>3}")
    print(f"{'all':<28}{good.total():>4} of {total.total():>3}")
    return 0 if good == total else 1


if __name__ == "__main__":
    sys.exit(main())
