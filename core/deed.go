package core

import "slices"

// Verb names a deed.
type Verb string

// The verbs of all deeds.
const (
	VerbSay     Verb = "say"
	VerbNote    Verb = "note"
	VerbTake    Verb = "take"
	VerbRelease Verb = "release"
	VerbAssign  Verb = "assign"
	VerbJoin    Verb = "join"
	VerbLeave   Verb = "leave"
	VerbEnd     Verb = "end"
	VerbRead    Verb = "read"
	VerbTyping  Verb = "typing"
	VerbEdit    Verb = "edit"
	VerbDelete  Verb = "delete"
	VerbReact   Verb = "react"
	VerbRetry   Verb = "retry"

	VerbTransfer   Verb = "transfer"
	VerbUnanswered Verb = "unanswered"
	VerbPrioritise Verb = "prioritise"
	VerbTag        Verb = "tag"
	VerbLanguage   Verb = "language"
	VerbBlock      Verb = "block"
	VerbUnblock    Verb = "unblock"
	VerbSnooze     Verb = "snooze"
	VerbUnsnooze   Verb = "unsnooze"

	VerbCreateRecord Verb = "create_record"
	VerbEditRecord   Verb = "edit_record"

	VerbMatchAccount    Verb = "match_account"
	VerbRegisterAccount Verb = "register_account"
	VerbUnmatchAccount  Verb = "unmatch_account"
)

// Deed is something that an agent does to a session, as a value. REST, surfaces, bots and tests use the same deeds.
type Deed interface {
	Verb() Verb
	On() SessionID
	Check() error // what can be said of its input without looking at the session: Invalid with the field
}

type (
	// Say answers the customer. In an unassigned session it takes first; in a pending one its assignee joins first.
	Say struct {
		Session  SessionID
		Text     string // may be "" where there is media
		Entities []Entity
		ReplyTo  EventID // the message of the session that it answers; zero: none
		Media    []Media `json:",omitempty"` // each with File, which the actor has brought and no message has claimed; said on a surface with Remote instead
	}
	// Note says something to agents only, in an ended session too.
	Note struct {
		Session SessionID
		Text    string
		Media   []Media `json:",omitempty"` // as in Say
	}
	// Take assigns an unassigned session to the actor, who joins. Taking one's own again changes nothing.
	Take struct {
		Session SessionID
		Over    bool `json:",omitempty"` // also where the actor holds as many sessions as they want
	}
	// Release puts a session back into the queue.
	Release struct {
		Session SessionID
		Version int64 // the session's version as the actor saw it; zero: whatever it is
	}
	// Assign gives the session to an operator of its department: pending until they take, join or speak.
	Assign struct {
		Session SessionID
		To      AgentID
		Over    bool  `json:",omitempty"` // as in Take, of the operator
		Version int64 // as in Release
	}
	// Transfer puts the session into another department's queue. Whoever was in it is not any more; the customer notices nothing.
	Transfer struct {
		Session SessionID
		To      DepartmentID
		Version int64 // as in Release
	}
	// Join makes the actor a participant of a session that somebody holds.
	Join struct{ Session SessionID }
	// Leave ends a participation. The assignee releases instead.
	Leave struct{ Session SessionID }
	// End closes the session.
	End struct {
		Session SessionID
		Version int64 // as in Release
	}
	// Unanswered closes the session as one that nobody has answered as it should be.
	Unanswered struct {
		Session SessionID
		Version int64 // as in Release
	}
	// Block closes the session, and keeps its customer out; also when it has ended.
	Block struct {
		Session SessionID
		For     Term
		Version int64 // as in Release
	}
	// Unblock lets the session's customer in again. Of one who is not blocked it changes nothing.
	Unblock struct{ Session SessionID }
	// Snooze puts a session aside that somebody holds, until a time or until the customer writes (FEATURES C26).
	Snooze struct {
		Session SessionID
		Until   Time  // zero: until the customer writes
		Version int64 // as in Release
	}
	// Unsnooze brings it back by hand. Of one that is not snoozed it changes nothing.
	Unsnooze struct{ Session SessionID }
	// CreateRecord makes a record of one of the department's types, also when the session has ended. The same form twice is one record, whoever sends it.
	CreateRecord struct {
		Session SessionID
		Type    RecordTypeID
		Fields  FieldValues
		Version int64 // the type's, as the actor saw its form; zero: whatever it is
	}
	// EditRecord gives a record of the session other values, and lets its provider have them: one that is parked is tried again.
	EditRecord struct {
		Session SessionID
		Record  RecordID
		Fields  FieldValues // all of them
		Version int64       // the record's as the actor saw it; zero: whatever it is
	}
	// Prioritise says how much the session matters, also when it has ended.
	Prioritise struct {
		Session  SessionID
		Priority Priority
	}
	// Tag puts tags on the session and takes others off, also when it has ended. What is there already, or is not, changes nothing.
	Tag struct {
		Session SessionID
		Add     []string
		Remove  []string
	}
	// SetLanguage says which language the session's customer speaks, also when it has ended. From then on the channel's word does not count.
	SetLanguage struct {
		Session  SessionID
		Language Language // a tag of BCP 47, however it is written
	}
	// Read moves the actor's read mark forward to Seq; it never moves back.
	Read struct {
		Session SessionID
		Seq     int64
	}
	// Typing shows for a few seconds that the actor writes. It is told, not stored.
	Typing struct{ Session SessionID }
	// Edit gives a message of the actor's another text; at the customer too, where the channel can.
	Edit struct {
		Session  SessionID
		Message  EventID
		Text     string
		Entities []Entity
	}
	// Delete takes a message back, one's own or, for a supervisor, a colleague's; at the customer too, where the channel can.
	Delete struct {
		Session SessionID
		Message EventID
	}
	// React puts an emoji on a message, in the place of the one that agents showed before; "" takes it away.
	React struct {
		Session SessionID
		Message EventID
		Emoji   string
	}
	// Retry sends a message again that has not arrived, or may not have.
	Retry struct {
		Session SessionID
		Message EventID
	}
)

// Deeds has one of each deed, for loops over them.
var Deeds = []Deed{
	Say{}, Note{}, Take{}, Release{}, Assign{}, Transfer{}, Join{}, Leave{}, End{}, Unanswered{}, Prioritise{}, Tag{}, Read{}, Typing{},
	Edit{}, Delete{}, React{}, Retry{}, Block{}, Unblock{}, Snooze{}, Unsnooze{},
	SetLanguage{}, CreateRecord{}, EditRecord{},
	MatchAccount{}, RegisterAccount{}, UnmatchAccount{},
}

func (Say) Verb() Verb     { return VerbSay }
func (Note) Verb() Verb    { return VerbNote }
func (Take) Verb() Verb    { return VerbTake }
func (Release) Verb() Verb { return VerbRelease }
func (Assign) Verb() Verb  { return VerbAssign }
func (Join) Verb() Verb    { return VerbJoin }
func (Leave) Verb() Verb   { return VerbLeave }
func (End) Verb() Verb     { return VerbEnd }
func (Read) Verb() Verb    { return VerbRead }
func (Typing) Verb() Verb  { return VerbTyping }
func (Edit) Verb() Verb    { return VerbEdit }
func (Delete) Verb() Verb  { return VerbDelete }
func (React) Verb() Verb   { return VerbReact }
func (Retry) Verb() Verb   { return VerbRetry }

func (Transfer) Verb() Verb   { return VerbTransfer }
func (Unanswered) Verb() Verb { return VerbUnanswered }
func (Prioritise) Verb() Verb { return VerbPrioritise }
func (Tag) Verb() Verb        { return VerbTag }
func (Block) Verb() Verb      { return VerbBlock }
func (Unblock) Verb() Verb    { return VerbUnblock }
func (Snooze) Verb() Verb     { return VerbSnooze }
func (Unsnooze) Verb() Verb   { return VerbUnsnooze }

func (SetLanguage) Verb() Verb  { return VerbLanguage }
func (CreateRecord) Verb() Verb { return VerbCreateRecord }
func (EditRecord) Verb() Verb   { return VerbEditRecord }

func (d Say) On() SessionID     { return d.Session }
func (d Note) On() SessionID    { return d.Session }
func (d Take) On() SessionID    { return d.Session }
func (d Release) On() SessionID { return d.Session }
func (d Assign) On() SessionID  { return d.Session }
func (d Join) On() SessionID    { return d.Session }
func (d Leave) On() SessionID   { return d.Session }
func (d End) On() SessionID     { return d.Session }
func (d Read) On() SessionID    { return d.Session }
func (d Typing) On() SessionID  { return d.Session }
func (d Edit) On() SessionID    { return d.Session }
func (d Delete) On() SessionID  { return d.Session }
func (d React) On() SessionID   { return d.Session }
func (d Retry) On() SessionID   { return d.Session }

func (d Transfer) On() SessionID   { return d.Session }
func (d Unanswered) On() SessionID { return d.Session }
func (d Prioritise) On() SessionID { return d.Session }
func (d Tag) On() SessionID        { return d.Session }
func (d Block) On() SessionID      { return d.Session }
func (d Unblock) On() SessionID    { return d.Session }
func (d Snooze) On() SessionID     { return d.Session }
func (d Unsnooze) On() SessionID   { return d.Session }

func (d SetLanguage) On() SessionID  { return d.Session }
func (d CreateRecord) On() SessionID { return d.Session }
func (d EditRecord) On() SessionID   { return d.Session }

func (d Say) Check() error {
	return Content{Text: d.Text, Entities: d.Entities, Media: d.Media}.Check()
}
func (d Note) Check() error  { return Content{Text: d.Text, Media: d.Media}.Check() }
func (Take) Check() error    { return nil }
func (Release) Check() error { return nil }
func (d Assign) Check() error {
	if d.To == 0 {
		return invalid("agent", "is missing")
	}
	return nil
}
func (d Transfer) Check() error {
	if d.To == 0 {
		return invalid("department", "is missing")
	}
	return nil
}
func (Join) Check() error       { return nil }
func (Leave) Check() error      { return nil }
func (End) Check() error        { return nil }
func (Unanswered) Check() error { return nil }
func (d Block) Check() error    { return CheckTerm(d.For) }
func (Unblock) Check() error    { return nil }
func (d Snooze) Check() error {
	if d.Until < 0 {
		return invalid("until", "is no time")
	}
	return nil
}
func (Unsnooze) Check() error { return nil }
func (d CreateRecord) Check() error {
	if d.Type == 0 {
		return invalid("type", "is missing")
	}
	return d.Fields.check()
}
func (d EditRecord) Check() error { return d.Fields.check() }
func (d Prioritise) Check() error {
	if !slices.Contains(Priorities, d.Priority) {
		return invalid("priority", "must be low, normal, high or urgent")
	}
	return nil
}
func (d Tag) Check() error {
	if err := checkTags("add_tags", d.Add); err != nil {
		return err
	}
	return checkTags("remove_tags", d.Remove)
}
func (d SetLanguage) Check() error {
	if d.Language == "" {
		return invalid("language", "is missing")
	}
	return checkBytes("language", string(d.Language), MaxLanguage)
}
func (d Read) Check() error {
	if d.Seq < 0 {
		return invalid("seq", "is negative")
	}
	return nil
}
func (Typing) Check() error  { return nil }
func (d Edit) Check() error  { return Content{Text: d.Text, Entities: d.Entities}.Check() }
func (Delete) Check() error  { return nil }
func (d React) Check() error { return CheckEmoji("emoji", d.Emoji) }
func (Retry) Check() error   { return nil }

// Done is what came of a deed: the event that it made (zero if it changed nothing that others see) and the session as it
// stands after it. Repeat says that the same idempotency key had done it before; Event is then the first one's, and Session is zero where
// the actor does not see it any more.
type Done struct {
	Event   Event
	Session Session
	Record  RecordID // of CreateRecord, MatchAccount and RegisterAccount: the record that is there now
	Repeat  bool
}
