/** The words of records that are created from sessions, in English. */
export const record = {
  'event.record.created': '{actor} created {type}: {title}',
  'event.record.edited': '{actor} changed {type}: {title}',
  'event.record.owed': '{type} is saved here, and follows as soon as its system answers: {title}',
  'event.record.kept': '{type} has reached its system: {title}',
  'event.record.parked': '{type} was not taken ({reason}): {title}',
} as const
