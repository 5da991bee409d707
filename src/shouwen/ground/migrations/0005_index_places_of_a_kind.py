from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0004_index_referred_customers'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='place',
            index=models.Index(fields=['org', 'kind', 'site', 'code'], name='place_kind'),
        ),
    ]
