"""The page where somebody connects their phone."""
