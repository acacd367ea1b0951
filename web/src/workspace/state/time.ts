import { clockTime, dayOf } from '../../shared/time.ts'

/** Microseconds since 1970 of an RFC 3339 time in UTC, as the server counts; 0 for none. */
export function instant(time: string | null | undefined): number {
  if (!time) return 0
  const [, whole, fraction = ''] = /^(.*?\d{2}:\d{2}:\d{2})(?:\.(\d+))?/.exec(time) ?? []
  if (!whole) return 0
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

/** Milliseconds since 1970; 0 for none. */
export const millis = (time: string | null | undefined): number => Math.floor(instant(time) / 1000)

/** A length of time as a stopwatch shows it: 0:42, 12:05, 1:02:09, and from a day on in days and hours. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const two = (n: number) => String(n).padStart(2, '0')
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`
  return `${minutes}:${two(seconds % 60)}`
}

/** A wait of this length turns amber. */
export const longWait = 120_000

/** The time of a row in a list: the clock's today, else day and month, with the year where it is another one. */
export function rowTime(at: number, now: number, locale?: string): string {
  if (dayOf(at) === dayOf(now)) return clockTime(at, locale)
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : '2-digit'
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year }).format(at)
}

/** A day as the reader is used to it. */
export const date = (at: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(at)
