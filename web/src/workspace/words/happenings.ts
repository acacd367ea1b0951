/** What hooks are told of and rules wait for, in English. */
export const happenings = {
  'event.session.started': 'A session begins',
  'event.session.assigned': 'A session is assigned',
  'event.session.ended': 'A session ends',
  'event.session.rated': 'A customer rates a session',
  'event.message.created': 'A message is said',
  'event.message.offline': 'An offline message is left',
} as const
