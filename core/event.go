package core

// EventKind says what happened.
type EventKind string

// The kinds of event. Those of a session carry its seq; the others are changes of settings, so that every node and
// every socket learns of them in the same way.
const (
	EventStarted   EventKind = "started"    // a customer's first message began the session
	EventEmpty     EventKind = "empty"      // a Send without a word began the session; EventStarted follows with the first word
	EventMessage   EventKind = "message"    // somebody said something; a note if its audience is agents
	EventTaken     EventKind = "taken"      // an operator took it from the queue, and joined
	EventAssigned  EventKind = "assigned"   // Target holds it now
	EventReleased  EventKind = "released"   // back to the queue
	EventHandedOff EventKind = "handed_off" // back to the queue: Target left the customer waiting. Text is the Lapse
	EventJoined    EventKind = "joined"
	EventLeft      EventKind = "left"
	EventEnded     EventKind = "ended"
	EventReopened  EventKind = "reopened" // back to the queue: its customer wrote again soon after its end. Target held it last

	EventTransferred EventKind = "transferred" // from the department Former into Department's queue
	EventPrioritised EventKind = "prioritised" // Text is its priority now
	EventLanguage    EventKind = "language"    // Text is its customer's language now
	EventTagged      EventKind = "tagged"      // Extra says which tags came and went
	EventMarked      EventKind = "marked"      // it has passed the service threshold Text; Target holds it
	EventSnoozed     EventKind = "snoozed"     // its holder, Target, has put it aside; Extra says until when, without it until the customer writes
	EventWoken       EventKind = "woken"       // it is back; Text says what brought it, Target holds it
	EventBlocked     EventKind = "blocked"     // the customer is kept out; Extra says until when, without it for good
	EventUnblocked   EventKind = "unblocked"   // they are let in again

	EventRecordCreated EventKind = "record_created" // a record was created from it: Extra.Record
	EventRecordChanged EventKind = "record_changed" // one was edited, or its provider has taken or refused it: Extra.Record

	EventAccountMatched   EventKind = "account_matched"   // an account that was there is the customer's: Extra.Record. One that is made is EventRecordCreated
	EventAccountUnmatched EventKind = "account_unmatched" // … is not: Extra.Record

	EventRated EventKind = "rated" // its customer rates it: Extra.Rating, without it they take that back; Text is their comment, About a message of it

	EventEdited   EventKind = "edited"   // About has another text now
	EventDeleted  EventKind = "deleted"  // About was taken back
	EventReacted  EventKind = "reacted"  // the actor shows Text, an emoji, on About; "" takes it back
	EventDelivery EventKind = "delivery" // About has come as far as State says, and its files as far as Extra.Media says
	EventFile     EventKind = "file"     // a file of About is ready, or refused; Extra.Media has it
	EventLost     EventKind = "lost"     // the customer cannot be reached any more; Reason says why
	EventFound    EventKind = "found"    // they can be again

	EventAgentChanged      EventKind = "agent.changed"      // name, roles, password, availability or standing of Target
	EventGroupChanged      EventKind = "group.changed"      // a group of agents: its name, place, permissions or members
	EventLoginEnded        EventKind = "login.ended"        // Target signed out somewhere
	EventDepartmentChanged EventKind = "department.changed" // Department's name or settings
	EventChannelChanged    EventKind = "channel.changed"    // a channel of Department
	EventHookChanged       EventKind = "hook.changed"       // a hook, or what is to be told to it again
	EventBindingChanged    EventKind = "binding.changed"    // an account on a system where records live

	EventDepartmentSwitched EventKind = "department.switched" // Text is on or off; Extra.By what did it, Reason how. Without Department it is the installation's switch
)

// Audience says for whom an event is. It is set once, when the event is made, and never inferred.
type Audience string

// The audiences.
const (
	Everyone   Audience = "everyone" // the customer too
	AgentsOnly Audience = "agents"
)

// Event is one row of the log: what happened, once, in order. Rows are never reordered nor taken away; of a message, the row says
// how it stands now (text, marks, state), and events after it say how it came to that.
type Event struct {
	ID         EventID       `db:"id"` // zero until stored
	At         Time          `db:"at"`
	Kind       EventKind     `db:"kind"`
	Department DepartmentID  `db:"department"`
	Session    SessionID     `db:"session"` // zero for changes of settings
	Seq        int64         `db:"seq"`     // dense within the session, from 1
	ActorKind  ActorKind     `db:"actor_kind"`
	Actor      int64         `db:"actor"` // AgentID or IdentityID, as ActorKind says; zero for the system
	Name       string        `db:"name"`  // the acting agent's public name then; "" for customers
	Audience   Audience      `db:"audience"`
	Target     AgentID       `db:"target"`  // the agent it was done to, where there is one
	Outcome    Outcome       `db:"outcome"` // of EventEnded
	Text       string        `db:"text"`    // of EventMessage and EventEdited; of EventReacted the emoji; of EventRated the comment
	About      EventID       `db:"about"`   // the message that it answers, edits, delivers …
	Former     DepartmentID  `db:"former"`  // of EventTransferred: the department that it left, which learns of it too
	Data       string        `db:"data"`    // Extra, of a message, its edits and some other events; "" if there is none
	State      DeliveryState `db:"state"`   // of a message on its way, as it is now; of EventDelivery: what it became
	Reason     string        `db:"reason"`  // of State, EventLost: a sentence for people
	Dedupe     string        `db:"dedupe"`  // <origin>:<id>, unique; "" if it came without

	EditedAt  Time `db:"edited_at"`  // of a message, when its text was last changed
	DeletedAt Time `db:"deleted_at"` // of a message that was taken back

	// Where the event's session lives, so that its customer's followers are found. Not columns of the log.
	Channel      ChannelID `db:"channel"`
	Conversation RemoteID  `db:"conversation"`
}

// Agent is the agent who did it, zero if none did.
func (e Event) Agent() AgentID {
	if e.ActorKind != ByAgent {
		return 0
	}
	return AgentID(e.Actor)
}

// Note tells whether the event is a message for agents only.
func (e Event) Note() bool { return e.Kind == EventMessage && e.Audience == AgentsOnly }

// ClientID is the idempotency key that the sender of a message gave, without its origin.
func (e Event) ClientID() string {
	for i := range len(e.Dedupe) {
		if e.Dedupe[i] == ':' {
			return e.Dedupe[i+1:]
		}
	}
	return ""
}
