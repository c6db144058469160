"""What repeats: rules of RFC 5545 read strictly, expanded by the clock on the wall, told in words."""
