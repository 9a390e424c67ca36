"""A retracted post is read again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0006_indexes_of_what_is_watched")]

    operations = [
        migrations.AlterField(
            model_name="look",
            name="kind",
            field=models.CharField(
                choices=[
                    ("look_up", "recherche d’un envoi incertain"),
                    ("given_up", "recherche d’un envoi abandonné"),
                    ("read_back", "relecture d’un envoi diffusé"),
                    ("retracted", "relecture d’un envoi retiré"),
                    ("before_act", "dernière recherche avant une décision"),
                    ("pointed", "vérification d’un lien donné"),
                ],
                max_length=12,
            ),
        ),
    ]
