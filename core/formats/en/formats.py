"""Dates and times in English, as the pages write them: 24 February 2026, 14:00."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "G:i"
DATETIME_FORMAT = "j F Y, G:i"
SHORT_DATETIME_FORMAT = "j M, G:i"
FIRST_DAY_OF_WEEK = 1
