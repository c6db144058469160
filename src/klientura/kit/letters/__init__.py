"""E-mail as it comes: taken apart without ever failing, made safe to show, freed of quotes and signatures."""
