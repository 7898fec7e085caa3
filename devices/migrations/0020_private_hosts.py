from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0019_account_deletion")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="private_hosts",
            field=models.JSONField(blank=True, default=list, help_text="host:port on private networks that an administrator allowed"),
        )
    ]
