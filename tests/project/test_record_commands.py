"""Commands over the records: audit, handbook, token, erase, export."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import pytest

from shouwen.ground.models import Party
from shouwen.kernel import audit
from shouwen.kernel.models import Case, Entry, EntryData, Token
from tests.support import a_case, act
from tests.tamper import by_hand
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world) -> Case:
    case = a_case(world, "complaint", "told", customer=world.parties["fang"])
    return act(world, "satisfied", case, who="supervisor", at=MONDAY + timedelta(hours=2), how="phone")


def test_audits_are_silent_and_zero_over_honest_work(shouwen, case):
    for which in ("journal", "clocks"):
        assert shouwen("audit", which).exit_code == 0
        assert json.loads(shouwen("audit", which, "--json").stdout) == []


def test_audit_journal_names_a_falsified_entry_and_exits_one(shouwen, case):
    by_hand("UPDATE kernel_entry SET step = 'x' WHERE stream_id = %s AND seq = 2", case.pk)

    plain, as_json = shouwen("audit", "journal"), shouwen("audit", "journal", "--json")

    assert plain.exit_code == as_json.exit_code == 1
    assert f"{case.no} entry 2" in plain.stdout
    assert json.loads(as_json.stdout) == [
        {"where": f"{case.no} entry 2", "what": "was altered: its hash does not fit its content"}
    ]


def test_audit_clocks_names_a_falsified_case_and_exits_one(shouwen, case):
    Case.objects.filter(pk=case.pk).update(state="taken")

    done = shouwen("audit", "clocks", "--json")

    assert done.exit_code == 1 and json.loads(done.stdout)[0]["where"] == case.no


def test_handbook_as_json_is_a_list_of_clauses(shouwen, case):
    rows = json.loads(shouwen("handbook", "--json").stdout)

    assert {"id", "document", "enforced_by", "tests", "figure"} == set(rows[0])
    assert [row["id"] for row in json.loads(shouwen("handbook", "S6-12.07", "--json").stdout)] == ["S6-12.07"]
    assert "complaint.minor" in shouwen("handbook", "S6-12.07").stdout
    assert shouwen("handbook", "S99").exit_code == 1


def test_token_is_shown_once_listed_and_revoked(shouwen, world):
    text = shouwen("token", "create", "desk", "--name", "hotline").stdout.strip()
    token = Token.objects.get()

    assert text.startswith("sw_") and text not in token.hash and len(token.hash) == 64
    assert text not in shouwen("token", "list").stdout and "hotline" in shouwen("token", "list").stdout
    assert shouwen("token", "revoke", str(token.pk)).exit_code == 0
    assert Token.objects.get().revoked_at is not None
    assert shouwen("token", "revoke", "7").exit_code == 1
    assert shouwen("token", "create", "no-such", "--name", "x").exit_code == 1


def test_token_opens_the_api_as_its_account(shouwen, world, client):
    text = shouwen("token", "create", "desk", "--name", "hotline").stdout.strip()
    headers = {"Authorization": f"Bearer {text}"}

    assert client.get("/api/v1/cases", headers=headers).status_code == 200
    Token.objects.update(revoked_at=MONDAY)
    assert client.get("/api/v1/cases", headers=headers).status_code == 401


def test_token_may_end_by_itself(shouwen, world):
    shouwen("token", "create", "desk", "--name", "hotline", "--days", "30")

    token = Token.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=30)


def test_disabled_account_gets_no_token(shouwen, world):
    world.accounts["desk"].is_active = False
    world.accounts["desk"].save()
    assert shouwen("token", "create", "desk", "--name", "hotline").exit_code == 1
    assert not Token.objects.exists()


def test_erase_asks_first_and_empties_then(shouwen, world, case):
    assert shouwen("erase", "方小满", "--reason", "asked", answer="n\n").exit_code == 1
    assert Party.objects.get(pk=world.parties["fang"].pk).name == "方小满"

    done = shouwen("erase", "方小满", "--reason", "asked", answer="y\n")

    assert done.exit_code == 0, done.output
    assert Party.objects.get(pk=world.parties["fang"].pk).name == "—"
    assert EntryData.objects.filter(entry__stream_id=case.pk, body__isnull=True).count() == case.head_seq
    assert shouwen("erase", "方小满", "--reason", "asked", "--yes").exit_code == 1
    assert list(audit.audit_journal()) == []


def test_erase_refuses_an_open_case_and_two_of_a_name(shouwen, world):
    a_case(world, "complaint", customer=world.parties["zeng"])
    assert shouwen("erase", "曾如初", "--reason", "asked", "--yes").exit_code == 1
    Party.objects.create(org=world.org, name="方小满")
    assert shouwen("erase", "方小满", "--reason", "asked", "--yes").exit_code == 1
    assert not Party.objects.filter(erased_at__isnull=False).exists()


def test_export_writes_each_case_with_journal_and_promises_and_journals_why(shouwen, case, tmp_path):
    out = tmp_path / "all.jsonl"

    done = shouwen("export", "--reason", "audit of the year", "--out", str(out))

    assert done.exit_code == 0, done.output
    (line,) = [json.loads(text) for text in out.read_text(encoding="utf-8").splitlines()]
    assert (line["no"], line["customer"], line["place"]) == (case.no, "方小满", "1-1-101")
    assert next(entry["step"] for entry in line["journal"]) == "open" and line["journal"][-1]["step"] == "satisfied"
    assert {clock["verdict"] for clock in line["commitments"] if clock["key"] == "minor"} == {"kept"}
    assert oct(out.stat().st_mode)[-3:] == "600"
    entry = Entry.objects.get(stream_type="export")
    assert EntryData.objects.get(pk=entry.pk).body == {"reason": "audit of the year"}


def test_export_needs_a_reason(shouwen, case):
    assert shouwen("export", "--reason", " ").exit_code == 1
    assert shouwen("export").exit_code == 2
    assert not Entry.objects.filter(stream_type="export").exists()


def test_export_of_one_customer_is_their_own_folder_readable_by_its_owner_alone(shouwen, world, case, tmp_path):
    out = tmp_path / "fang.zip"

    done = shouwen("export", "--customer", "方小满", "--reason", "asked in writing", "--out", str(out))

    assert done.exit_code == 0 and "方小满" in done.output, done.output
    with zipfile.ZipFile(out) as packed:
        told = json.loads(packed.read("data.json"))
    assert [card["name"] for card in told["cards"]] == ["方小满"]
    assert [one["no"] for one in told["cases"]] == [case.no]
    assert oct(out.stat().st_mode)[-3:] == "600"
    entry = Entry.objects.get(stream_type="register.party", step="own_data")
    assert EntryData.objects.get(pk=entry.pk).body["reason"] == "asked in writing"


def test_export_of_a_customer_nobody_knows_without_a_file_or_a_reason_writes_nothing(shouwen, world, tmp_path):
    out = tmp_path / "nobody.zip"
    assert shouwen("export", "--customer", "无此人", "--reason", "asked", "--out", str(out)).exit_code == 1
    assert shouwen("export", "--customer", "方小满", "--reason", "asked").exit_code == 2
    assert shouwen("export", "--customer", "方小满", "--reason", " ", "--out", str(out)).exit_code == 1
    assert not out.exists() and not Entry.objects.filter(step="own_data").exists()


def test_erase_due_says_first_and_does_then(shouwen, world, case, monkeypatch):
    from shouwen.kernel import retention

    fang = world.parties["fang"]
    monkeypatch.setattr(retention, "wishes", [lambda org_id, at: {fang.pk: "promised"}])

    dry = shouwen("erase", "--due")
    assert dry.exit_code == 0 and "方小满" in dry.stdout and str(fang.pk) in dry.stdout and "promised" in dry.stdout
    assert Party.objects.get(pk=fang.pk).erased_at is None

    done = shouwen("erase", "--due", "--do")
    assert done.exit_code == 0 and str(fang.pk) in done.stdout and "方小满" not in done.stdout
    assert Party.objects.get(pk=fang.pk).erased_at is not None
    assert shouwen("audit", "journal").exit_code == 0
    assert str(fang.pk) not in shouwen("erase", "--due").stdout


@pytest.mark.parametrize("arguments", [[], ["--do"], ["方小满"], ["方小满", "--due", "--reason", "asked"]])
def test_erase_needs_a_customer_and_a_reason_or_due(shouwen, world, arguments):
    assert shouwen("erase", *arguments).exit_code == 2
    assert not Party.objects.filter(erased_at__isnull=False).exists()
