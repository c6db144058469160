"""The vocabulary: every distinct word of every search text, so that a misspelt one finds its neighbours fast."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Word(models.Model):
    """One word that occurs somewhere. Only read to repair queries; never shown."""

    word = models.CharField(max_length=40, primary_key=True, db_collation="C")

    class Meta:
        db_table = "kernel_search_word"
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="kernel_search_word_grams")]
