// What the launcher says before the panel is there. Every page of a site loads it, so it does without plurals.
export const launcher = {
  open: 'Open chat',
  unread: 'Open chat, unread messages: {count}',
  minimise: 'Minimise chat',
  unavailable: 'The chat cannot be opened right now. Please try again in a moment.',
} as const
