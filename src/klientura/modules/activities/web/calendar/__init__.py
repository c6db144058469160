"""The calendar of people: days, weeks, months, what comes, and a team side by side."""
