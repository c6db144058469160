"""Forecasts of rows of months by statistical models, each tried on the past before it is believed (ADR 31)."""
