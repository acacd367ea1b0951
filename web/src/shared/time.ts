const formats = new Map<string, Intl.DateTimeFormat>()

// Making a format costs far more than using it, and a long conversation shows many times.
function format(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(locale, options)
    formats.set(key, made)
  }
  return made
}

/** The clock's time as the reader is used to it: 10:41, or 10:41 AM. Without a locale the reader's own. */
export const clockTime = (at: number, locale?: string): string =>
  format(locale, { hour: 'numeric', minute: '2-digit' }).format(at)

/** A day with the clock's time, as the reader is used to both. */
export const dayTime = (at: number, locale?: string): string =>
  format(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(at)

/** When the reader's day began that at is in: the same for all times of one day. */
export const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/**
 * The day as the line between two days says it: today and yesterday in the given words, else weekday and date in the
 * locale, with the year where it is another one.
 */
export function dayName(at: number, now: number, words: { today: string; yesterday: string }, locale: string): string {
  // A day has 23 to 25 hours where clocks are moved.
  const ago = Math.round((dayOf(now) - dayOf(at)) / 86_400_000)
  if (ago === 0) return words.today
  if (ago === 1) return words.yesterday
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric'
  return format(locale, { weekday: 'long', day: 'numeric', month: 'long', year }).format(at)
}
