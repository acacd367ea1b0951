/** Why a session is back in the queue by itself, in English. */
export const handoff = {
  'event.handed.no_first_response': 'Back in the queue: {target} has not answered in time',
  'event.handed.no_follow_up': 'Back in the queue: {target} has not answered for too long',
  'event.handed.absent': 'Back in the queue: {target} is not there',
  'event.handed.bot_asked': 'From the bot {target} to the queue: {customer} asked for a person',
  'event.handed.bot_silent': 'From the bot {target} to the queue: it has not answered in time',
  'event.handed.bot_off': 'From the bot {target} to the queue: it does not serve this department any more',
} as const
