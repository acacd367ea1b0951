// The shapes of the REST surface and of the event stream, under the names that the workspace uses for them. All come from
// the generated description; only what it cannot say is said here.
import type { components } from './schema.d.ts'

type Shapes = components['schemas']

export type Me = Shapes['Me']
export type Role = Shapes['Role']
export type Department = Shapes['Department']
export type Agent = Shapes['Colleague']
export type Availability = Shapes['Me']['availability']
export type Channel = Shapes['Channel']
export type NewChannel = Shapes['NewChannel']
export type AddedChannel = Shapes['AddedChannel']
export type Link = Shapes['Link']
export type Links = Shapes['Links']
export type LinkCode = Shapes['LinkCode']
export type Counters = Shapes['Counters']
export type Session = Shapes['Session']
export type Rating = Shapes['Rating']
export type SessionDetail = Shapes['SessionDetail']
export type SessionPage = Shapes['PageSession']
export type Participant = Shapes['Participant']
export type Event = Shapes['Event']
export type EventPage = Shapes['EventPage']
export type Entity = Shapes['Entity']
export type Media = Shapes['Media']
/** A file that was brought, to be said in a message. */
export type Brought = Shapes['File']
export type Gone = Shapes['GoneSession']
export type Customer = Shapes['Customer']
export type RecordType = Shapes['RecordType']
export type NewRecordType = Shapes['NewRecordType']
/** Who a customer is where a department's records are kept. */
export type Account = Shapes['Account']
/** One that may be a customer's. */
export type Candidate = Shapes['Candidate']
export type RecordField = Shapes['Field']
/** A type with what its form begins with. */
export type RecordStart = Shapes['RecordStart']
/** What was created from a session. */
export type RecordRow = Shapes['Record']
export type RecordPage = Shapes['PageRecord']
export type RecordDetail = Shapes['RecordDetail']
/** A record as an event tells of it. */
export type RecordMark = Shapes['RecordMark']
export type Binding = Shapes['Binding']
export type BindingChange = Shapes['BindingChange']
export type NewBinding = Shapes['NewBinding']
/** A binding with the keys that were made for it. */
export type SecretBinding = Shapes['SecretBinding']
/** A kind of system where records live. */
export type ProviderKind = Shapes['ProviderKind']
/** A type of record as its system describes it. */
export type RemoteType = Shapes['RemoteType']
export type Hook = Shapes['Hook']
export type NewHook = Shapes['NewHook']
export type HookChange = Shapes['HookChange']
export type SecretHook = Shapes['SecretHook']
export type HookAttempt = Shapes['HookAttempt']
export type HookCall = Shapes['HookCallRow']
export type HookCallPage = Shapes['PageHookCallRow']
export type RecordRule = Shapes['RecordRule']
export type NewRecordRule = Shapes['NewRecordRule']
export type RecordRuleChange = Shapes['RecordRuleChange']
/** What a rule would have created. */
export type RuleTrialResult = Shapes['RuleTrialResult']
export type State = Session['state']

/** A problem document; what stands between here and the server may answer with less. */
export type Problem = Partial<Shapes['Problem']>

/** What the server says on the event stream. */
export type Frame =
  | Shapes['HelloFrame']
  | Shapes['EventsFrame']
  | Shapes['FollowingFrame']
  | Shapes['SummariesFrame']
  | Shapes['TypingFrame']
  | Shapes['ChangedFrame']
  | Shapes['PongFrame']

/** What the workspace says on the event stream. */
export type Said = Shapes['ClientFrame']
