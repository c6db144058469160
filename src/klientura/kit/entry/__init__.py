"""One line as people type it («позвонить Иванову завтра в 10») read as a kind, a moment, a length, a recurrence and words."""
