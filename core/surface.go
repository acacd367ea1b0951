package core

import (
	"slices"
	"time"
)

// Replies says what becomes of what agents write in a surface's threads.
type Replies string

// What can become of it. What is meant as a note is one in either case.
const (
	RepliesOut    Replies = "out"    // it goes to the customer
	RepliesInside Replies = "inside" // it stays a note, unless it is sent on purpose
)

// MaxHold is how long a surface can hold back at most what its agents write.
const MaxHold = 10 * time.Second

// Surface is a room in a channel where agents work: sessions of the department, all or those of some priorities or languages, are shown there, each in
// a thread of its own, and answered from it. A room may serve many departments, and a department may have many rooms. Replies, Hold and Receipts
// are the room's, whatever the department.
type Surface struct {
	Channel    ChannelID    `db:"channel"`
	Room       RemoteID     `db:"room"`
	Department DepartmentID `db:"department"`
	Priorities PrioritySet  `db:"priorities"`
	Languages  Languages    `db:"languages"` // of the customers; "": all. Undetermined stands for those whose language is not known
	Replies    Replies      `db:"replies"`
	// Hold is how long an answer that was written there waits before it is sent: until then it can be changed and taken back without a
	// trace. It does not hold for customers whose channel pulls: they see the log itself.
	Hold time.Duration `db:"hold"`
	// Receipts says whether an answer that was said there is marked when it has reached the customer: their channel has taken it, or, of a
	// channel that pulls, they have seen it.
	Receipts  bool `db:"receipts"`
	CreatedAt Time `db:"created_at"`
}

// Check says whether the surface's settings are such. The error is Invalid, with the field.
func (f Surface) Check() error {
	switch {
	case f.Replies != RepliesOut && f.Replies != RepliesInside:
		return invalid("replies", "is neither out nor inside")
	case f.Hold < 0 || f.Hold > MaxHold:
		return invalid("hold", "must be from 0s to 10s")
	}
	return nil
}

// Shows tells whether a session of a department, with a priority and a language, is shown there.
func (f Surface) Shows(d DepartmentID, p Priority, l Language) bool {
	return f.Department == d && f.Priorities.Has(p) && (f.Languages == "" || f.Languages.Has(l))
}

// Gap is what no surface shows of a department's sessions: those of the priorities in all languages but some.
type Gap struct {
	Priorities []Priority
	But        Languages
}

// Has tells whether a session with that language is in the gap, if it has one of the priorities.
func (g Gap) Has(l Language) bool { return !g.But.Has(l) }

// Unshown gives what none of the surfaces shows of a department's sessions; nothing of a department that has none: it works elsewhere.
func Unshown(all []Surface, d DepartmentID) []Gap {
	all = slices.DeleteFunc(slices.Clone(all), func(f Surface) bool { return f.Department != d })
	if len(all) == 0 {
		return nil
	}
	var gaps []Gap
	for _, p := range Priorities {
		var but Languages
		whole := false
		for _, f := range all {
			if f.Priorities.Has(p) {
				whole = whole || f.Languages == ""
				but = but.With(f.Languages)
			}
		}
		if whole {
			continue
		}
		if i := slices.IndexFunc(gaps, func(g Gap) bool { return g.But == but }); i >= 0 {
			gaps[i].Priorities = append(gaps[i].Priorities, p)
		} else {
			gaps = append(gaps, Gap{[]Priority{p}, but})
		}
	}
	return gaps
}

// AgentLink says which agent a person on a channel is.
type AgentLink struct {
	Channel   ChannelID `db:"channel"`
	Remote    RemoteID  `db:"remote"`
	Agent     AgentID   `db:"agent"`
	CreatedAt Time      `db:"created_at"`
}

// Moved says why nothing more of a session comes to a surface that has shown it; "": it does.
type Moved string

// Why a session is no longer shown on a surface.
const (
	MovedDepartment Moved = "department" // it is a department's now that the surface does not serve
	MovedPriority   Moved = "priority"   // it has a priority that the surface does not show
	MovedLanguage   Moved = "language"   // … or a language
)

// MaxCardRecords is how many of a session's records its card shows.
const MaxCardRecords = 5

// Card is what a surface shows of a session, as it stands now.
type Card struct {
	Session    SessionID    `db:"id"`
	Number     int64        `db:"number"`
	Department DepartmentID `db:"department"`
	Team       string       `db:"team"`     // the department's name
	Channel    string       `db:"channel"`  // slug of the customer's channel
	Kind       string       `db:"kind"`     // of that channel
	Customer   string       `db:"customer"` // their name, "" if they gave none
	State      State        `db:"state"`
	Outcome    Outcome      `db:"outcome"`
	Assignee   AgentID      `db:"assignee"`
	Holder     string       `db:"holder"` // the assignee's name, "" if nobody holds it
	Version    int64        `db:"version"`
	LastSeq    int64        `db:"last_seq"`
	Messages   int64        `db:"messages"`
	Unread     int64        `db:"unread"`
	Preview    string       `db:"preview"` // of the newest message

	StartedAt    Time   `db:"started_at"`
	WaitingSince Time   `db:"waiting_since"` // zero: the customer does not wait
	EndedAt      Time   `db:"ended_at"`
	Unreachable  string `db:"unreachable"` // why nothing arrives at the customer, "" if it does

	Priority Priority `db:"priority"`
	Tags     Tags     `db:"tags"`
	Language Language `db:"language"` // the customer's, "" if it is not known
	Marks    Marks    `db:"marks"`
	Blocked  Blocked  `db:"blocked"` // how the customer is kept out; zero: they are not

	SnoozedAt    Time  `db:"snoozed_at"` // since when its holder has put it aside; zero: they have not
	SnoozedUntil Time  `db:"snoozed_until"`
	Woken        Woken `db:"woken"` // why it came back, until somebody has answered

	Rating  Rating `db:"rating"`         // what the customer thinks of it, "" if they have not said
	Comment string `db:"rating_comment"` // … and says with that

	Types   int64        `db:"types"` // of record that its department offers
	Made    int64        `db:"made"`  // records that were created from it
	Records []RecordMark `db:"-"`     // … the newest MaxCardRecords of them, newest first

	Moved Moved `db:"-"` // why nothing more of it comes there
}

// Said is where on a surface an agent does something. What is said in the thread that the surface has for the session is not shown there once
// more; what is said in one that is lost is shown in the one that took its place. The zero Said is anywhere else.
type Said struct {
	Channel ChannelID
	Room    RemoteID
	Thread  RemoteID // in the room
	Remote  RemoteID // what the channel calls the message, unique within it; "" of what is no message
}

// At tells whether it was said on that surface.
func (s Said) At(f Surface) bool { return s.Room != "" && s.Channel == f.Channel && s.Room == f.Room }

// Moves tells whether other surfaces than before may show the session from an event on.
func (e Event) Moves() bool {
	return e.Kind == EventTransferred || e.Kind == EventPrioritised || e.Kind == EventLanguage
}

// ShownAs says what a surface owes to an event of a session: a copy in the thread about a message, if that is not "", and with
// card the card anew.
func (e Event) ShownAs() (copied OutVerb, card bool) {
	switch e.Kind {
	case EventMessage:
		return OutSend, e.Audience == Everyone
	case EventEdited:
		return OutEdit, false
	case EventDeleted:
		return OutDelete, false
	case EventFile:
		if e.Reason != "" { // it will not come, and the copy says so
			return OutEdit, false
		}
	case EventDelivery:
		if e.State == Failed || e.State == MaySent {
			return OutTell, false
		}
	case EventStarted, EventTaken, EventAssigned, EventReleased, EventHandedOff, EventEnded, EventReopened, EventLost, EventFound, EventTransferred, EventPrioritised, EventLanguage, EventTagged, EventMarked,
		EventBlocked, EventUnblocked, EventSnoozed, EventWoken, EventRecordCreated, EventRecordChanged, EventRated:
		return "", true
	case EventJoined:
		return "", e.Audience == Everyone // a pending session that is active now
	}
	return "", false
}
