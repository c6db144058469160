"""Plans of sales and what became of them: targets, facts beside them, forecasts, the dashboard of a head of sales."""
