from collections import Counter

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Exists, OuterRef, Subquery, Sum

import shouwen.ground.ids


def fill(apps, schema_editor):
    """Counts from the deltas folded so far; lengths from the clocks, for verdicts counted before lengths were."""
    from shouwen.kernel import tallies

    Clock, Delta, Tally = (apps.get_model("kernel", name) for name in ("Clock", "FigureDelta", "Tally"))
    for org_id in apps.get_model("ground", "Organization").objects.order_by("id").values_list("id", flat=True):
        deltas = Delta.objects.filter(org_id=org_id).order_by()
        folded = deltas.filter(folded_at__isnull=False).values_list(*tallies.BASE).annotate(Sum("amount"))
        found = [(tuple(base), None, amount) for *base, amount in folded.iterator()]
        same = Clock.objects.filter(pk=OuterRef("clock_id"), verdict=OuterRef("verdict"), stopped_at__isnull=False)
        later = Delta.objects.filter(clock_id=OuterRef("clock_id"), id__gt=OuterRef("id"))
        judged = deltas.filter(~Exists(later), amount=1, verdict__in=tallies.JUDGED).annotate(
            starts=Subquery(same.values("starts_at")), stops=Subquery(same.values("stopped_at"))
        )
        lengths = Counter()
        for *base, starts, stops in judged.values_list(*tallies.BASE, "starts", "stops").iterator():
            if stops is not None:
                lengths[(*base, tallies.in_steps((stops - starts).total_seconds()))] += 1
        sums = tallies.summed(found)
        for key, (_count, times) in tallies.summed((key[:-1], key[-1], n) for key, n in lengths.items()).items():
            sums.setdefault(key, (0, Counter()))[1].update(times)
        tallies.write(org_id, sums, tally=Tally)


class Migration(migrations.Migration):
    dependencies = [
        ("ground", "0004_index_referred_customers"),
        ("kernel", "0006_own_wordings_and_notices_switched_off"),
    ]

    operations = [
        migrations.AddField(
            model_name="figuredelta",
            name="took",
            field=models.IntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        default=shouwen.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("span", models.PositiveSmallIntegerField()),
                ("site_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("clause", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=40)),
                ("verdict", models.CharField(max_length=12)),
                ("count", models.IntegerField(default=0)),
                ("took", models.JSONField(default=dict)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ground.organization"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("org", "span", "site_id", "day", "clause", "kind", "key", "verdict"),
                        name="tally_once",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
