//! Points in time and their differences as text.

/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// A point in time in the parts of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateAndTime {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) microsecond: i64,
}

/// Takes microseconds since 1970-01-01 apart, in the Gregorian calendar.
pub(crate) fn date_and_time(microseconds: i64) -> DateAndTime {
    let (days, time) = (microseconds.div_euclid(DAY), microseconds.rem_euclid(DAY));
    // Years are counted from March, so that the day that some years have more is the last one.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    DateAndTime {
        year: era * 400 + year_of_era + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        hour: time / (3600 * SECOND),
        minute: time / (60 * SECOND) % 60,
        second: time / SECOND % 60,
        microsecond: time % SECOND,
    }
}

/// A point in time as `isoformat` writes it, with the given character between date and time.
pub(crate) fn iso_format(microseconds: i64, separator: &str) -> String {
    let DateAndTime { year, month, day, hour, minute, second, microsecond } = date_and_time(microseconds);
    let mut text = format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}");
    if microsecond != 0 {
        text.push_str(&format!(".{microsecond:06}"));
    }
    text
}

/// A point in time as `repr` writes it.
pub(crate) fn repr_of_date(microseconds: i64) -> String {
    let DateAndTime { year, month, day, hour, minute, second, microsecond } = date_and_time(microseconds);
    let mut text = format!("datetime.datetime({year}, {month}, {day}, {hour}, {minute}");
    if second != 0 || microsecond != 0 {
        text.push_str(&format!(", {second}"));
    }
    if microsecond != 0 {
        text.push_str(&format!(", {microsecond}"));
    }
    text.push(')');
    text
}

/// Days, seconds and microseconds of a difference; only the days may be negative.
pub(crate) fn parts(microseconds: i64) -> (i64, i64, i64) {
    let time = microseconds.rem_euclid(DAY);
    (microseconds.div_euclid(DAY), time / SECOND, time % SECOND)
}

/// A difference as `str` writes it.
pub(crate) fn difference(microseconds: i64) -> String {
    let (days, seconds, rest) = parts(microseconds);
    let mut text = String::new();
    if days != 0 {
        text = format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" });
    }
    text.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    if rest != 0 {
        text.push_str(&format!(".{rest:06}"));
    }
    text
}

/// A difference as `repr` writes it.
pub(crate) fn repr_of_difference(microseconds: i64) -> String {
    let (days, seconds, rest) = parts(microseconds);
    let named: Vec<String> = [("days", days), ("seconds", seconds), ("microseconds", rest)]
        .iter()
        .filter(|(_, count)| *count != 0)
        .map(|(name, count)| format!("{name}={count}"))
        .collect();
    format!("datetime.timedelta({})", if named.is_empty() { "0".into() } else { named.join(", ") })
}

/// Microseconds from 1970-01-01 to the beginning of a day of the Gregorian calendar.
pub(crate) fn microseconds_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY
}
