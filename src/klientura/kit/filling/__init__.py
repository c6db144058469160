"""Templates of users filled in: DOCX by Jinja in a sandbox, Typst; both in a process under limits."""
