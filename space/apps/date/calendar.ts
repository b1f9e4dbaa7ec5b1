// From seconds since 1970 to a date of the Gregorian calendar (UTC), by counting days from 1 March of year 0, where leap days
// are the last of their year.

const SECONDS_PER_DAY: i64 = 86_400;
const DAYS_PER_ERA: i64 = 146_097; // 400 years
const DAYS_TO_1970: i64 = 719_468; // from 1 March of year 0
const WEEKDAY_1970: i64 = 4; // a Thursday

export class CalendarTime {
  year: i64;
  month: i32; // 1–12
  day: i32; // 1–31
  weekday: i32; // 0: Sunday
  hour: i32;
  minute: i32;
  second: i32;

  /** seconds: since 1970, not negative. */
  constructor(seconds: i64) {
    const days = seconds / SECONDS_PER_DAY;
    const rest = <i32>(seconds % SECONDS_PER_DAY);
    this.hour = rest / 3600;
    this.minute = (rest / 60) % 60;
    this.second = rest % 60;
    this.weekday = <i32>((days + WEEKDAY_1970) % 7);
    const shifted = days + DAYS_TO_1970;
    const era = shifted / DAYS_PER_ERA;
    const dayOfEra = shifted % DAYS_PER_ERA;
    const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    const dayOfYear = <i32>(dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100));
    const month = (5 * dayOfYear + 2) / 153; // 0: March
    this.day = dayOfYear - (153 * month + 2) / 5 + 1;
    this.month = month < 10 ? month + 3 : month - 9;
    this.year = yearOfEra + era * 400 + i64(this.month <= 2);
  }
}
