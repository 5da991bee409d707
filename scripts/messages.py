"""The Chinese catalogue: English sentences in the source, their Chinese in `src/shouwen/locale/zh_Hans/LC_MESSAGES/django.po`.

usage: messages.py update           take up new sentences (with empty Chinese), drop those no longer used
       messages.py fill FILE|-      update, then enter translations from JSON {"English": "中文", …}
       messages.py check            non-zero when a sentence is missing, empty, unused or not well-formed
       messages.py missing          print what has no Chinese yet, as JSON for `fill`
       messages.py compile          write the .mo files
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "shouwen"
CATALOGUE = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
HEADER = {
    "Project-Id-Version": "shouwen",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
LITERAL = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
IN_TEMPLATE = re.compile(
    rf"\b(?P<call>_|gettext|ngettext|pgettext|npgettext)\(\s*(?P<one>{LITERAL})(?:\s*,\s*(?P<two>{LITERAL}))?(?:\s*,\s*(?P<three>{LITERAL}))?"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!](?!\d)")

Sentence = tuple[str, str, str]  # context, English, English plural


def in_python(text: str) -> Iterator[Sentence]:
    """Every sentence a module gives to gettext; house_rules.py sees to it that each is a plain literal."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        said = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name in PLAIN and len(said) >= 1:
            yield "", said[0], ""
        elif name in PLURAL and len(said) == 2:
            yield "", said[0], said[1]
        elif name in CONTEXT and len(said) == 2:
            yield said[0], said[1], ""


def in_template(text: str, name: str) -> Iterator[Sentence]:
    """Every sentence a template translates, as Django itself takes it apart."""
    from django.utils.translation.template import templatize

    for found in IN_TEMPLATE.finditer(templatize(text, origin=name)):
        one, two, three = (ast.literal_eval(found[k]) if found[k] else "" for k in ("one", "two", "three"))
        call = found["call"]
        if call == "ngettext":
            yield "", one, two
        elif call == "pgettext":
            yield one, two, ""
        elif call == "npgettext":
            yield one, two, three
        else:
            yield "", one, ""


def sentences() -> dict[Sentence, list[str]]:
    """All sentences of the product with the files that say them."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    found: dict[Sentence, set[str]] = {}
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "static" in path.parts or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        name = str(path.relative_to(ROOT))
        for sentence in in_python(text) if path.suffix == ".py" else in_template(text, name):
            if sentence[1]:
                found.setdefault(sentence, set()).add(name)
    return {
        sentence: sorted(files) for sentence, files in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    }


@contextlib.contextmanager
def held() -> Iterator[None]:
    """One writer at a time."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with (CATALOGUE.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def load() -> polib.POFile:
    return polib.pofile(str(CATALOGUE), wrapwidth=0) if CATALOGUE.exists() else polib.POFile(wrapwidth=0)


def key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def update(filled: dict[str, str] | None = None) -> polib.POFile:
    """The catalogue as the source wants it, sorted by sentence; what was translated stays."""
    with held():
        old = {key(entry): entry for entry in load() if not entry.obsolete}
        new = polib.POFile(wrapwidth=0)
        new.metadata = HEADER
        for (context, one, many), files in sentences().items():
            before = old.get((context, one))
            said = (
                before.msgstr_plural.get(0, "") if before and before.msgid_plural else before.msgstr if before else ""
            )
            said = (filled or {}).get(one, said)
            entry = polib.POEntry(msgid=one, occurrences=[(name, "") for name in files])
            if context:
                entry.msgctxt = context
            if many:
                entry.msgid_plural, entry.msgstr_plural = many, {0: said}
            else:
                entry.msgstr = said
            if PLACEHOLDER.search(one):
                entry.flags.append("python-format" if "%" in one else "python-brace-format")
            new.append(entry)
        new.save(str(CATALOGUE))
    return new


def chinese(entry: polib.POEntry) -> str:
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def faults() -> list[str]:
    """What is wrong with the catalogue, in words."""
    catalogue = {key(entry): entry for entry in load() if not entry.obsolete}
    wanted = {(context, one) for context, one, _many in sentences()}
    found = [f"not in the catalogue (messages.py update): {one!r}" for _c, one in sorted(wanted - set(catalogue))]
    found += [f"no longer used (messages.py update): {one!r}" for _c, one in sorted(set(catalogue) - wanted)]
    for entry in catalogue.values():
        said = chinese(entry)
        if not said:
            found.append(f"no Chinese: {entry.msgid!r}")
        elif "fuzzy" in entry.flags:
            found.append(f"fuzzy: {entry.msgid!r}")
        elif set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or "")) != set(
            PLACEHOLDER.findall(said)
        ) and not (
            entry.msgid_plural and set(PLACEHOLDER.findall(said)) == set(PLACEHOLDER.findall(entry.msgid_plural))
        ):
            found.append(f"placeholders differ: {entry.msgid!r} → {said!r}")
        elif HALF_WIDTH.search(said):
            found.append(f"half-width punctuation after a Chinese character: {said!r}")
    return found


def compile_all() -> None:
    for po in SOURCE.rglob("locale/*/LC_MESSAGES/*.po"):
        polib.pofile(str(po)).save_as_mofile(str(po.with_suffix(".mo")))


def main() -> int:
    action = sys.argv[1] if len(sys.argv) > 1 else "check"
    if action == "update":
        update()
    elif action == "fill":
        source = sys.stdin.read() if sys.argv[2] == "-" else Path(sys.argv[2]).read_text(encoding="utf-8")
        update(json.loads(source))
        compile_all()
    elif action == "missing":
        empty = {entry.msgid: "" for entry in update() if not chinese(entry)}
        print(json.dumps(empty, ensure_ascii=False, indent=1))
    elif action == "compile":
        compile_all()
    elif action == "check":
        found = faults()
        print("\n".join(found), file=sys.stderr)
        return 1 if found else 0
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
