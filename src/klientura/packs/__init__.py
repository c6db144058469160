"""Packs that come with the product: data only, one file each."""
