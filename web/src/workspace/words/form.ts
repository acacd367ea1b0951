import { translator } from '../../shared/texts/catalogue.ts'

/** The words of forms of records, in English. They come with the forms, when one is opened. */
const form = {
  title: 'New {type}',
  of: 'Of {name}, session {number}',
  optional: 'optional',
  choose: 'Choose',
  submit: 'Create',
  busy: 'Creating',
  register: 'Register',
  registering: 'Registering',
  save: 'Save',
  saving: 'Saving',
  created: '{type} created: {title}',
  registered: '{type} registered: {title}',
  saved: 'Saved.',
  unfetched: 'The form could not be loaded.',
  unreachable:
    'Parley cannot be reached. What you wrote stays: send it again when the connection is back. It is created once.',
  unsaved: 'Parley cannot be reached. What you wrote stays: save it again when the connection is back.',
  changed: 'This form has changed meanwhile. What you wrote is in it; look it over and send it again.',
  failed: 'That did not work: {reason}',
  missing: 'Fill this in.',
  ticked: 'This has to be ticked.',
  number: 'Write a number such as 12.5, with a point.',
  email: 'Write an e-mail address such as name@example.com.',
  phone: 'Write a phone number such as +49 30 123456.',
  date: 'Choose a date.',
  long: 'This is too long: at most 16 KB.',
} as const

/** The words of a key, its slots filled. */
export const tf = translator(form, 'en')
