//! The module `datetime`: points in time without a zone, and their differences.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use crate::describe::type_name;
use crate::error::Outcome;
use crate::modules::arguments::{Parameters, integer, none, overflow, to_integer};
use crate::modules::{Attribute, Member, MemberValue, Table, clocks, time};
use crate::state::{Arguments, Machine};
use crate::text::clock::{DAY, SECOND, date_and_time, iso_format, microseconds_of, parts};
use crate::value::{Type, Value};

/// The parameters of `timedelta`, and how many microseconds each of their units has.
const UNITS: [(&str, i64); 7] = [
    ("days", DAY),
    ("seconds", SECOND),
    ("microseconds", 1),
    ("milliseconds", 1000),
    ("minutes", 60 * SECOND),
    ("hours", 3600 * SECOND),
    ("weeks", 7 * DAY),
];

/// In which order the units are added, because fractions are.
const ORDER: [usize; 7] = [2, 3, 1, 4, 5, 0, 6];

/// `datetime.timedelta(...)`.
fn timedelta(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: Parameters = Parameters {
        function: "__new__",
        names: &["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"],
        required: 0,
        positional: 7,
    };
    let values: [Value; 7] = PARAMETERS.bind(machine, arguments)?;
    let mut total = BigInt::from(0);
    let mut fraction = 0.0;
    for place in ORDER {
        let (name, unit) = UNITS[place];
        match values[place] {
            Value::Unbound => {}
            Value::Int(_) | Value::Bool(_) | Value::Big(_) => total += integer(machine, values[place])? * unit,
            Value::Float(number) => {
                let Some(whole) = BigInt::from_f64(number.trunc()) else {
                    return to_integer(machine, number);
                };
                total += whole * unit;
                let rest = number.fract() * unit as f64;
                total += BigInt::from_f64(rest.trunc()).unwrap_or_default();
                fraction += rest.fract();
            }
            other => {
                let given = type_name(&machine.heap, other);
                let message = format!("unsupported type for timedelta {name} component: {given}");
                return Err(machine.heap.type_error(message));
            }
        }
    }
    total += rounded(fraction, total.bit(0));
    difference(machine, &total)
}

/// A fraction rounded to an integer; a half so that the sum with a number that is odd or even becomes even.
fn rounded(fraction: f64, odd: bool) -> BigInt {
    let mut whole = fraction.round();
    if (whole - fraction).abs() == 0.5 {
        let odd = f64::from(odd);
        whole = 2.0 * ((fraction + odd) * 0.5).round() - odd;
    }
    BigInt::from_f64(whole).unwrap_or_default()
}

/// A difference of so many microseconds, when it is not too long.
fn difference(machine: &mut Machine, microseconds: &BigInt) -> Outcome<Value> {
    if let Some(microseconds) = microseconds.to_i64() {
        return Ok(Value::TimeDelta(microseconds));
    }
    let day = BigInt::from(DAY);
    let below = i32::from(microseconds.sign() == num_bigint::Sign::Minus && microseconds % &day != BigInt::from(0));
    let days = microseconds / day - below;
    Err(match days.to_i32() {
        Some(days) => overflow(&mut machine.heap, &format!("days={days}; must have magnitude <= 999999999")),
        None => overflow(&mut machine.heap, "Python int too large to convert to C int"),
    })
}

/// The parameters of `datetime`.
const DATE: Parameters = Parameters {
    function: "function",
    names: &["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"],
    required: 3,
    positional: 8,
};

/// `datetime.datetime(...)`.
fn datetime(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let values: [Value; 8] = DATE.bind(machine, arguments).map_err(|raised| without_brackets(machine, raised))?;
    let mut numbers = [0i64; 7];
    for (number, value) in numbers.iter_mut().zip(values) {
        if value.is_bound() {
            let given = integer(machine, value)?;
            *number = match given.to_i32() {
                Some(given) => given.into(),
                None => return Err(overflow(&mut machine.heap, too_large(&given))),
            };
        }
    }
    if !matches!(values[7], Value::Unbound | Value::None) {
        return Err(no_zone(machine, values[7]));
    }
    let [year, month, day, hour, minute, second, microsecond] = numbers;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let refused = match () {
        () if !(1..=9999).contains(&year) => format!("year {year} is out of range"),
        () if !(1..=12).contains(&month) => "month must be in 1..12".into(),
        () if !(1..=days).contains(&day) => "day is out of range for month".into(),
        () if !(0..24).contains(&hour) => "hour must be in 0..23".into(),
        () if !(0..60).contains(&minute) => "minute must be in 0..59".into(),
        () if !(0..60).contains(&second) => "second must be in 0..59".into(),
        () if !(0..SECOND).contains(&microsecond) => "microsecond must be in 0..999999".into(),
        () => {
            let time = ((hour * 60 + minute) * 60 + second) * SECOND + microsecond;
            return Ok(Value::DateTime(microseconds_of(year, month, day) + time));
        }
    };
    Err(machine.heap.value_error(refused))
}

fn too_large(number: &BigInt) -> &'static str {
    match (number.to_i64().is_some(), number.sign()) {
        (false, _) => "Python int too large to convert to C long",
        (true, num_bigint::Sign::Minus) => "signed integer is less than minimum",
        (true, _) => "signed integer is greater than maximum",
    }
}

/// The constructor names itself in other words than functions do.
fn without_brackets(machine: &mut Machine, raised: crate::error::Raised) -> crate::error::Raised {
    if let Some(&Value::Str(text)) = machine.heap[raised.0].arguments.first() {
        let text = machine.heap[text].as_str().replacen("function() missing", "function missing", 1);
        let text = machine.heap.text(text);
        machine.heap[raised.0].arguments = vec![text];
    }
    raised
}

fn no_zone(machine: &mut Machine, value: Value) -> crate::error::Raised {
    let given = type_name(&machine.heap, value);
    let message = format!("tzinfo argument must be None or of a tzinfo subclass, not type '{given}'");
    machine.heap.type_error(message)
}

fn current_time() -> Value {
    let now = time::since_epoch();
    let seconds = now.as_secs() as i64;
    let local = seconds + clocks::local_offset(seconds);
    Value::DateTime(local * SECOND + i64::from(now.subsec_micros()))
}

fn now(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: Parameters = Parameters { function: "now", names: &["tz"], required: 0, positional: 1 };
    let [zone] = PARAMETERS.bind(machine, arguments)?;
    match zone {
        Value::Unbound | Value::None => Ok(current_time()),
        other => Err(no_zone(machine, other)),
    }
}

fn today(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    none(machine, "datetime.today", arguments)?;
    Ok(current_time())
}

/// The arguments of a method without its object.
fn behind<'a>(arguments: Arguments<'a>) -> Arguments<'a> {
    Arguments { positional: arguments.positional.get(1..).unwrap_or_default(), ..arguments }
}

fn isoformat(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    const PARAMETERS: Parameters = Parameters { function: "isoformat", names: &["sep"], required: 0, positional: 1 };
    let Some(&Value::DateTime(microseconds)) = arguments.positional.first() else {
        return Err(machine.heap.type_error("isoformat() needs a datetime.datetime"));
    };
    let [separator] = PARAMETERS.bind(machine, behind(arguments))?;
    let separator = match separator {
        Value::Unbound => "T".into(),
        Value::Str(text) if machine.heap[text].characters() == 1 => machine.heap[text].shared(),
        other => {
            let given = type_name(&machine.heap, other);
            let message = format!("isoformat() argument 1 must be a unicode character, not {given}");
            return Err(machine.heap.type_error(message));
        }
    };
    Ok(machine.heap.text(iso_format(microseconds, &separator)))
}

fn total_seconds(machine: &mut Machine, arguments: Arguments<'_>) -> Outcome<Value> {
    let Some(&Value::TimeDelta(microseconds)) = arguments.positional.first() else {
        return Err(machine.heap.type_error("total_seconds() needs a datetime.timedelta"));
    };
    none(machine, "timedelta.total_seconds", behind(arguments))?;
    let size = microseconds.unsigned_abs();
    // Read as decimal digits it is rounded once; a quotient of two numbers that are rounded already would not be.
    let text = format!("{}.{:06}", size / SECOND as u64, size % SECOND as u64);
    let seconds: f64 = text.parse().unwrap_or(f64::NAN);
    Ok(Value::Float(if microseconds < 0 { -seconds } else { seconds }))
}

/// An attribute of a point in time or of a difference.
pub(super) fn attribute(value: Value, name: &str) -> Option<Attribute> {
    let number = match value {
        Value::DateTime(microseconds) => {
            let parts = date_and_time(microseconds);
            match name {
                "year" => parts.year,
                "month" => parts.month,
                "day" => parts.day,
                "hour" => parts.hour,
                "minute" => parts.minute,
                "second" => parts.second,
                "microsecond" => parts.microsecond,
                "isoformat" => return Some(Attribute::Method(isoformat)),
                _ => return None,
            }
        }
        Value::TimeDelta(microseconds) => {
            let (days, seconds, rest) = parts(microseconds);
            match name {
                "days" => days,
                "seconds" => seconds,
                "microseconds" => rest,
                "total_seconds" => return Some(Attribute::Method(total_seconds)),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Attribute::Value(Value::Int(number)))
}

static DATETIME: Table = Table {
    kind: Type::DateTime,
    call: datetime,
    members: &[
        Member { name: "now", value: MemberValue::Function(now) },
        Member { name: "today", value: MemberValue::Function(today) },
    ],
};

static TIMEDELTA: Table = Table { kind: Type::TimeDelta, call: timedelta, members: &[] };

/// The names of the module.
pub(super) const MEMBERS: &[Member] = &[
    Member { name: "datetime", value: MemberValue::Table(&DATETIME) },
    Member { name: "timedelta", value: MemberValue::Table(&TIMEDELTA) },
];
