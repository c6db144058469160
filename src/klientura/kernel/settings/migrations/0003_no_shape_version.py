"""Shapes are compiled from code, so no process ever had to compare a version of them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("settings", "0002_cache")]

    operations = [migrations.RemoveField(model_name="installation", name="shape_version")]
