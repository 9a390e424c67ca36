from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('publishing', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='lookup',
            name='result',
            field=models.CharField(blank=True, choices=[('', 'à venir'), ('found', 'trouvé sur X'), ('absent', 'pas trouvé sur X'), ('unreadable', 'X n’a pas répondu'), ('differs', 'diffère'), ('other', 'd’un autre compte'), ('cancelled', 'sans objet')], default='', max_length=10),
        ),
    ]
