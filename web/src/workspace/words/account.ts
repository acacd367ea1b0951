import { translator } from '../../shared/texts/catalogue.ts'

/** The words of customers' accounts, in English. They come where a department matches its customers with accounts. */
const account = {
  none: 'Not matched with an account yet.',
  owed: 'A rule looks for the account of this customer. It follows as soon as its system answers.',
  several: 'Several accounts have what is known of this customer: find the right one.',
  find: 'Find',
  finding: 'Looking',
  'find.hint': 'Looks by e-mail, phone number and name, as far as they are known',
  search: 'Search',
  'search.open': 'Search by…',
  'search.hint': 'An account is found by what it has just so. Leave out what you do not know.',
  'search.empty': 'Fill in what to look for.',
  register: 'Register…',
  found: { one: '{count} account found', other: '{count} accounts found' },
  'found.none': 'No account was found by what is known. Search by something else, or register the customer.',
  'found.none.search': 'No account has that. Search by something else, or register the customer.',
  match: 'Match',
  'match.with': 'Match with {title}',
  matched: '{name} is matched with {title}.',
  by: 'Matched by {name}, {time}',
  rule: 'the rule {rule}',
  takeback: 'Take back…',
  'takeback.title': 'Take this account back?',
  'takeback.text': '{name} has no account then, in any of their sessions. The account itself stays where it is.',
  'takeback.confirm': 'Take back',
  'takeback.done': 'The account was taken back.',
  gone: 'This account is not found any more. Look again.',
  unknown: 'Nothing is known of this customer by which an account could be found. Search by what you know.',
  yes: 'Yes',
  no: 'No',
} as const

/** The words of a key, its slots filled. */
export const ta = translator(account, 'en')
