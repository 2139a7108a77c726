"""Dates and times in French: 24 février 2026, 14 h 00, with spaces that do not break."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j b Y"
MONTH_DAY_FORMAT = "j b"
TIME_FORMAT = "G\xa0\\h\xa0i"
DATETIME_FORMAT = "j F Y, G\xa0\\h\xa0i"
SHORT_DATETIME_FORMAT = "j b, G\xa0\\h\xa0i"
FIRST_DAY_OF_WEEK = 1
