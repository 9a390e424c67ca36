"""Tokens are sealed for their account; why X refuses it."""

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import migrations, models

from accounts.crypto import fernet


def seal_for_their_accounts(apps, schema_editor):
    """What was sealed for nobody is sealed for its account and user of X. What no key opens stays
    as it is: the account is then to be connected anew.
    """
    if not settings.X_TOKEN_KEYS:
        return
    for row in apps.get_model("accounts", "Credential").objects.all():
        owner = f"{row.account_id}:{row.x_user_id}"
        try:
            plain = [fernet().decrypt(bytes(one)) for one in (row.token, row.token_secret)]
        except InvalidToken:
            continue
        if not any(b"\n" in one for one in plain):
            row.token, row.token_secret = (
                fernet().encrypt(f"{owner}\n".encode() + one) for one in plain
            )
            row.save(update_fields=["token", "token_secret"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_sign_in_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='credential',
            name='cause',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AlterField(
            model_name='credential',
            name='state',
            field=models.CharField(choices=[('connected', 'connecté'), ('probing', 'X a refusé, nouvel essai en cours'), ('reconnect', 'à reconnecter'), ('suspended', 'suspendu par X'), ('refused', 'refusé par X')], default='connected', max_length=20),
        ),
        migrations.RunPython(seal_for_their_accounts, migrations.RunPython.noop),
    ]
