package core

import "context"

// Committed is what one group of deeds changed, in commit order, as the store hands it to who shows it.
type Committed struct {
	Events  []Event
	Touched []Touched   // sessions that changed without an event: read marks
	Owed    []ChannelID // channels to which more is owed now
}

// Touched names a session whose summary changed.
type Touched struct {
	Session      SessionID
	Department   DepartmentID
	Channel      ChannelID
	Conversation RemoteID
	Agent        AgentID // whose counters may have changed: the assignee, zero if none
}

// Hint is something worth showing for a moment that is not stored: somebody writes.
type Hint struct {
	Session      SessionID
	Department   DepartmentID
	Channel      ChannelID
	Conversation RemoteID
	By           ActorKind
	Agent        AgentID // zero: the customer
	Name         string  // the agent's public name
}

// VisitorEvent is an event as its customer may see it: neither seq nor log id, so that nobody can count notes.
type VisitorEvent struct {
	Kind     EventKind
	At       Time
	Mine     bool    // the customer's own doing
	ClientID string  // of an own message
	Name     string  // the acting agent's public name
	Text     string  // of a message, an edit; of a reaction the emoji, "" when taken back; of a rating the comment
	Outcome  Outcome // of an end
	Until    Time    // of a block; zero: for good
	Ref      string  // of a message: what later events call it, sealed
	About    string  // the Ref of the message that it answers, edits, takes back, reacts to or is a file of; of a rating one of the session's
	Rating   Rating  // "": taken back

	Media     []Media    // of a message, as it stands; of a file what has become of it
	Reactions []Reaction // of a message, as it stands
	Edited    bool       // a message: its text is not the first
	Deleted   bool       // a message: it was taken back, and has no text
}

// VisitorFrame continues a visitor's view from After to Cursor, both sealed. Whoever holds another place than After asks
// again from there. With After "" it is a snapshot: it replaces what was shown, begins at Start, and More says whether
// there are older events.
type VisitorFrame struct {
	After  string
	Cursor string
	Start  string
	More   bool
	Events []VisitorEvent
}

// VisitorSink receives a visitor's view, from one goroutine at a time. Its methods must not block: a sink that cannot
// keep up returns false, is told nothing more, and its owner ends the connection so that the client resumes.
type VisitorSink interface {
	Frame(VisitorFrame) bool
	Hint(name string) bool // the agent of that public name writes
	Read(ref string) bool  // agents have read up to the customer's message of that Ref
}

// VisitorFeed shows conversations to their customers.
type VisitorFeed interface {
	// FollowVisitor sends what came after the sealed cursor, or a snapshot where there is none, it is not theirs or it
	// is too old, and then what comes, until stop is called. After stop has returned the sink is not called again.
	FollowVisitor(ctx context.Context, c ChannelID, conversation RemoteID, after string, to VisitorSink) (stop func(), err error)
	// OlderVisitor gives at most limit events from before the sealed place, oldest first, in a frame with a new Start.
	OlderVisitor(ctx context.Context, c ChannelID, conversation RemoteID, before string, limit int) (VisitorFrame, error)
	// SeenVisitor reads a sealed place, for an Inbound of verb read, or a Ref, for one of verb rate.
	SeenVisitor(c ChannelID, conversation RemoteID, sealed string) (EventID, error)
}
