from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0029_hashed_sessions")]

    operations = [
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("key_id", models.TextField(primary_key=True, serialize=False)),
                ("sealed", models.TextField()),
            ],
        ),
    ]
