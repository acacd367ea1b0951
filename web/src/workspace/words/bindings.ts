import { translator } from '../../shared/texts/catalogue.ts'

/** The words of the settings of other systems, in English. They come with the page, when one goes there. */
const bindings = {
  intro:
    'Other systems where records live, such as a CRM. Set one up here, then make record types of what it has. A system that is down loses nothing: records wait, and go when it answers.',
  list: 'Systems that are there',
  failed: 'The systems could not be loaded.',
  none: 'There is no other system yet: Parley keeps all records. Set the first one up below.',
  unknown: 'This Parley knows no such kind of system.',

  untried: 'Not tried yet',
  working: 'Working',
  troubled: 'In trouble',
  removed: 'Removed',
  owed: 'Waiting to go there',
  parked: 'Refused there',
  since: 'In trouble for',
  why: 'What is wrong',
  waits: 'What is owed to it waits until it is set up again, with its keys.',

  test: 'Test',
  'test.one': 'Test {name}',
  testing: 'Testing',
  edit: 'Edit',
  'edit.one': 'Edit {name}',
  again: 'Set up again',
  'again.one': 'Set {name} up again',
  remove: 'Remove',
  'remove.one': 'Remove {name}',
  'remove.title': 'Remove {name}?',
  'remove.text':
    'Its keys are forgotten here. What is owed to it waits until it is set up again; what it has taken stays there.',
  'remove.confirm': 'Remove system',

  add: 'Set up a system',
  kind: 'Which kind',
  where: 'Say which account it is',
  keys: 'Give its keys',
  'keys.text': 'They are kept encrypted, and never shown again.',
  name: 'Name',
  'name.hint': 'For your colleagues, such as Sales CRM. Unique.',
  stays: 'Empty, the one that is there stays, unless you name another address.',
  submit: 'Set up',
  busy: 'Setting up',
  save: 'Save',
  saving: 'Saving',
  unreachable: 'Parley cannot be reached. What you wrote stays: try again.',
  changed: 'Somebody has changed it meanwhile. What you wrote stays here: look at it, and save it again.',
  untold: 'Parley cannot be reached. Try again.',

  added: '{name} is set up',
  'added.text': 'Test it. Then make record types of what it has, under Record types.',
  'made.once': 'These keys were made for {name}. Copy them now: they are not shown again.',
  'made.lost':
    'An answer was lost. If keys were made for {name}, nobody has seen them: edit it, and give it keys of your own.',
  'made.done': 'I have them',
  another: 'Set up another system',
} as const

/** The words of a key, its slots filled. */
export const tb = translator(bindings, 'en')
