"""«My day»: what is late, what is for today and soon, the focus list, what waits, and the quadrants of importance and urgency."""
