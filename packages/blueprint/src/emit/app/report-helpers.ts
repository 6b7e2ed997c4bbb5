/** Functions that reports use in the generated service, by their names. */
export const REPORT_HELPERS: [name: string, text: string][] = [
  [
    'period_of',
    `def inline(text: str) -> sa.BindParameter[str]:
    """Put a text into the statement itself, so that what is selected and what is grouped by are the same."""
    return sa.literal(text, literal_execute=True)


def period_of(moment: InstrumentedAttribute[Any], period: str) -> sa.ColumnElement[str]:
    """Name the day, the week by its Monday, or the month of a moment in UTC."""
    local = sa.func.timezone(inline("UTC"), moment) if isinstance(moment.type, sa.DateTime) else moment
    start = sa.func.date_trunc(inline(period), local)
    return sa.func.to_char(start, inline("YYYY-MM" if period == "month" else "YYYY-MM-DD"))`,
  ],
  [
    'since_day',
    `def since_day(moment: InstrumentedAttribute[Any], day: dt.date | None) -> sa.ColumnElement[bool]:
    """Select this day in UTC and what comes after it."""
    return sa.true() if day is None else moment >= dt.datetime.combine(day, dt.time.min, dt.UTC)`,
  ],
  [
    'until_day',
    `def until_day(moment: InstrumentedAttribute[Any], day: dt.date | None) -> sa.ColumnElement[bool]:
    """Select what comes before the end of this day in UTC."""
    return sa.true() if day is None else moment <= dt.datetime.combine(day, dt.time.max, dt.UTC)`,
  ],
]
