"""Mail servers: letters are read by IMAP and handed in by SMTP."""
