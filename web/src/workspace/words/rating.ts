/** What customers think of sessions, in English. */
export const rating = {
  'rating.label': 'Rating',
  'rating.good': 'Good',
  'rating.bad': 'Not good',
  'rating.agent': 'for {name}',
  'row.rated.good': 'Rated good',
  'row.rated.bad': 'Rated not good',
  'event.rated.good': '{customer} rated the session good',
  'event.rated.bad': '{customer} rated the session not good',
  'event.rated.none': '{customer} took their rating back',
} as const
