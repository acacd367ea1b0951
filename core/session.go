package core

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// State is where a session stands (FEATURES C1).
type State string

// The states. Every session begins waiting, or empty, and ends ended.
const (
	Empty   State = "empty"   // begun by a Send without a word: nobody is asked for anything until the customer says something (FEATURES C21)
	Waiting State = "waiting" // in the queue, nobody holds it
	Pending State = "pending" // assigned, and the assignee has not joined yet
	Active  State = "active"  // an agent joined
	Over    State = "ended"
)

// States lists all states, in the order of a session's life.
var States = []State{Empty, Waiting, Pending, Active, Over}

// Outcome is how a session ended, "" while it has not.
type Outcome string

// The outcomes that a session can have today.
const (
	CompletedByOperator Outcome = "completed_by_operator"
	CompletedByCustomer Outcome = "completed_by_customer"
	NotAnswered         Outcome = "unanswered"
	EndedByBlock        Outcome = "blocked"
	Expired             Outcome = "expired"         // the customer was silent for too long
	OfflineMessage      Outcome = "offline_message" // it came while the department was closed, and nobody joined
	Abandoned           Outcome = "abandoned"       // the customer has left the site before anybody joined, or has never said anything
)

// Session is one conversation's episode, from first contact to its end.
type Session struct {
	ID           SessionID    `db:"id"`
	Number       int64        `db:"number"` // counts the installation's sessions from 1; given when stored
	Department   DepartmentID `db:"department"`
	Channel      ChannelID    `db:"channel"`
	Conversation RemoteID     `db:"conversation"` // the place on the channel; one open session each
	Identity     IdentityID   `db:"identity"`

	State      State   `db:"state"`
	Outcome    Outcome `db:"outcome"`
	Assignee   AgentID `db:"assignee"`    // who holds it; kept when it ends
	AssignedBy AgentID `db:"assigned_by"` // who gave it to them; the assignee themselves when they took it; zero: distribution
	PutBackBy  AgentID `db:"put_back_by"` // who held it before it came back into the queue, and does not get it from there by itself
	LastAgent  AgentID `db:"last_agent"`  // who held the customer's session before, and received when they came back: it goes to them first; zero: nobody
	HeldAt     Time    `db:"held_at"`     // when they got it
	Version    int64   `db:"version"`     // rises with state, assignee or department, and with nothing else

	Priority Priority `db:"priority"`
	Tags     Tags     `db:"tags"`
	Language Language `db:"language"` // the customer's: as their channel says first, or an agent does

	LastSeq          int64 `db:"last_seq"`          // seq of the newest event
	Messages         int64 `db:"messages"`          // what customer and agents said to each other, and what the customer was told by itself; notes not counted
	CustomerMessages int64 `db:"customer_messages"` // the customer's part of Messages
	ReadSeq          int64 `db:"read_seq"`          // the assignee's read mark; unassigned: the newest of any agent
	Unread           int64 `db:"unread"`            // customer's messages after ReadSeq
	CustomerReadSeq  int64 `db:"customer_read_seq"` // how far the customer has seen, where the channel tells

	StartedAt      Time    `db:"started_at"`
	ReopenedAt     Time    `db:"reopened_at"` // when it was last opened again; zero: never
	EndedAt        Time    `db:"ended_at"`
	LastAt         Time    `db:"last_at"`          // newest message, or the start
	WaitingSince   Time    `db:"waiting_since"`    // customer unanswered, or in the queue, since then; zero: the agent spoke last
	LastCustomerAt Time    `db:"last_customer_at"` // newest message of the customer
	LastAgentAt    Time    `db:"last_agent_at"`    // newest answer
	FirstReplyAt   Time    `db:"first_reply_at"`
	QueueSeq       int64   `db:"queue_seq"`      // of the message that tells a messenger's customer their place in the queue; zero: there is none
	QueueText      string  `db:"queue_text"`     // what it is to say
	QueueAt        Time    `db:"queue_at"`       // … and since when
	TypedAt        Time    `db:"typed_at"`       // when the assignee was last seen typing, about; kept while somebody asks for it
	ActedOn        string  `db:"acted_on"`       // where the assignee last did something on it, as Presence calls it; "": nothing yet
	ActedAt        Time    `db:"acted_at"`       // … and when
	HandedAt       Time    `db:"handed_at"`      // when it was last handed off; zero: never
	HandOffs       int64   `db:"hand_offs"`      // how often it was handed off
	Marks          Marks   `db:"marks"`          // the service thresholds that it has passed
	Aside          Aside   `db:"aside"`          // whether it began while nobody was to be expected
	RepliedAt      Time    `db:"replied_at"`     // when the customer was told by itself that nobody works now
	WarnedAt       Time    `db:"warned_at"`      // when the customer was told that the session will end if they stay silent
	SnoozedAt      Time    `db:"snoozed_at"`     // since when its holder has put it aside; zero: they have not
	SnoozedUntil   Time    `db:"snoozed_until"`  // when it comes back; zero: when the customer writes
	WokenAt        Time    `db:"woken_at"`       // when it came back last, or the first word came to an empty one
	Woken          Woken   `db:"woken"`          // why, until somebody has answered
	Bot            bool    `db:"bot"`            // its assignee is a bot, with which it began; kept when it ends
	Connected      bool    `db:"connected"`      // an agent has joined at least once: the customer has met somebody
	Preview        string  `db:"preview"`        // beginning of the newest message, notes excepted
	Rating         Rating  `db:"rating"`         // what the customer thinks of it, by their last word
	RatingComment  string  `db:"rating_comment"` // … and says with that
	RatedAgent     AgentID `db:"rated_agent"`    // whom they had before them when they said so
	RatedAt        Time    `db:"rated_at"`       // zero: they have not
	Unreachable    string  `db:"unreachable"`    // why nothing arrives at the customer, in a sentence; "": it does, or nothing is known
}

// Crowds tells whether it counts towards the threshold of who waits (FEATURES C1): those count too whom somebody has who has not joined.
func (s Session) Crowds() bool {
	return (s.State == Waiting || s.State == Pending) && s.Aside == ""
}

// Open tells whether the session can still be spoken in.
func (s Session) Open() bool { return s.State != Over }

// Holder is who holds the session now; zero: nobody.
func (s Session) Holder() AgentID {
	if !s.Open() {
		return 0
	}
	return s.Assignee
}

// Unassigned tells whether the session is in the queue.
func (s Session) Unassigned() bool { return s.State == Waiting }

// StepTime is what a step of priority is worth in the queue.
const StepTime = 10 * time.Minute

// Place is where the session stands in its department's queue, the earlier the sooner it is served: since when its customer waits, and for
// each step of priority above normal ten minutes earlier (FEATURES C3). So whoever waits gains a step in ten minutes, nobody starves, and of two
// who wait the same one stays before the other.
func (s Session) Place() Time {
	return s.WaitingSince.Add(-StepTime * time.Duration(slices.Index(Priorities, s.Priority)-slices.Index(Priorities, Normal)))
}

// NewSession begins a session in the queue, as the customer's first message finds it.
func NewSession(id SessionID, d DepartmentID, c ChannelID, conversation RemoteID, who IdentityID, now Time) Session {
	return Session{
		ID: id, Department: d, Channel: c, Conversation: conversation, Identity: who,
		State: Waiting, Version: 1, Priority: Normal, StartedAt: now, LastAt: now, WaitingSince: now,
	}
}

// EmptyTime is how long a session is empty at most.
const EmptyTime = 30 * time.Minute

// NewEmpty begins a session without a word.
func NewEmpty(id SessionID, d DepartmentID, c ChannelID, conversation RemoteID, who IdentityID, now Time) Session {
	s := NewSession(id, d, c, conversation, who, now)
	s.State, s.WaitingSince = Empty, 0
	return s
}

// Blank tells whether the session is empty, or was when it ended.
func (s Session) Blank() bool { return s.State == Empty || s.State == Over && s.Messages == 0 }

// Begin puts an empty session into the queue: its customer says something. Its times begin now.
func (s *Session) Begin(now Time) {
	s.State, s.WaitingSince, s.WokenAt = Waiting, now, now
	s.Version++
}

// HearCustomer counts a message of the customer.
func (s *Session) HearCustomer(c Content, now Time) {
	s.Messages++
	s.CustomerMessages++
	s.Unread++
	s.LastAt, s.LastCustomerAt = now, now
	s.Preview = c.Preview()
	if s.WaitingSince == 0 {
		s.WaitingSince = now
	}
}

// HearNotice counts what the customer is told by itself. It is no answer, and not what lists show.
func (s *Session) HearNotice() { s.Messages++ }

// HearAgent counts an answer to the customer.
func (s *Session) HearAgent(c Content, now Time) {
	s.Messages++
	s.LastAt, s.LastAgentAt = now, now
	s.Preview = c.Preview()
	s.WaitingSince, s.Woken = 0, ""
	s.unmark(MarkWaiting, MarkIdle, MarkIdleCritical, MarkHandedOff)
	if s.FirstReplyAt == 0 {
		s.FirstReplyAt = now
	}
}

// HearBot counts an answer of a bot: people have not replied yet.
func (s *Session) HearBot(c Content, now Time) {
	first := s.FirstReplyAt
	s.HearAgent(c, now)
	s.FirstReplyAt = first
}

// unmark takes marks away that do not hold any more.
func (s *Session) unmark(gone ...Mark) {
	var left []string
	for _, m := range s.Marks.List() {
		if !slices.Contains(gone, m) {
			left = append(left, string(m))
		}
	}
	s.Marks = Marks(strings.Join(left, "\n"))
}

// Hold gives the session to an agent: pending until they join.
func (s *Session) Hold(who, by AgentID, now Time) {
	s.State, s.Assignee, s.AssignedBy, s.HeldAt, s.Bot = Pending, who, by, now, false
	s.ActedOn, s.ActedAt = "", 0
	s.Version++
}

// HoldByBot gives a session that begins to a bot: nobody waits in it, and its customer has not met anybody yet.
func (s *Session) HoldByBot(bot AgentID, now Time) {
	s.Hold(bot, bot, now)
	s.State, s.Bot = Active, true
}

// Arrive makes the session active: an agent has joined.
func (s *Session) Arrive() {
	s.State, s.Connected = Active, true
	s.Version++
}

// Act notes that the assignee does something on it, on a surface.
func (s *Session) Act(surface string, now Time) { s.ActedOn, s.ActedAt = surface, now }

// HandOff puts the session back into the queue because its assignee leaves the customer waiting.
func (s *Session) HandOff(now Time) {
	s.HandedAt = now
	s.HandOffs++
	s.Release(now)
}

// Release puts the session back into the queue, at the place of the customer's oldest unanswered message.
func (s *Session) Release(now Time) {
	s.PutBackBy = cmp.Or(s.Assignee, s.PutBackBy)
	if s.LastAgent == s.PutBackBy {
		s.LastAgent = 0
	}
	s.State, s.Assignee, s.AssignedBy, s.Bot = Waiting, 0, 0, false
	s.Rouse(now)
	s.unmark(MarkIdle, MarkIdleCritical)
	if s.WaitingSince == 0 {
		s.WaitingSince = now
	}
	s.Version++
}

// Transfer puts the session into another department's queue, at the place of the customer's oldest unanswered message.
func (s *Session) Transfer(to DepartmentID, now Time) {
	s.Department, s.LastAgent = to, 0
	s.Release(now)
}

// End closes the session for good. The assignee stays, as who held it last. What came while the department was closed, and nobody has joined, ends as
// that, unless its customer was kept out or somebody says otherwise.
func (s *Session) End(o Outcome, now Time) {
	if s.Aside == Offline && !s.Connected && o != EndedByBlock && o != NotAnswered {
		o = OfflineMessage
	}
	s.State, s.Outcome, s.EndedAt, s.WaitingSince, s.Marks = Over, o, now, 0, ""
	s.Rouse(now)
	s.Version++
}

// Reopen puts a session that has ended back into the queue. Where the clock was set back since, what its rules count from is not ahead: that is
// seen to for open sessions only.
func (s *Session) Reopen(now Time) {
	for _, at := range []*Time{&s.LastAt, &s.LastCustomerAt, &s.LastAgentAt, &s.HeldAt, &s.ActedAt, &s.HandedAt, &s.RepliedAt, &s.WokenAt} {
		*at = min(*at, now)
	}
	s.Outcome, s.EndedAt, s.ReopenedAt, s.WarnedAt = "", 0, now, 0
	s.Release(now)
	s.PutBackBy, s.LastAgent = 0, 0
}

// Began gives when the session was opened last: with its first words, or again.
func (s Session) Began() Time { return cmp.Or(s.ReopenedAt, s.StartedAt) }

// Participant is an agent's part in a session: since when they are in it, and how far they have read. An agent who only
// read has never joined.
type Participant struct {
	Session  SessionID `db:"session"`
	Agent    AgentID   `db:"agent"`
	JoinedAt Time      `db:"joined_at"`
	LeftAt   Time      `db:"left_at"`
	ReadSeq  int64     `db:"read_seq"`
}

// Present tells whether the agent is in the session now.
func (p Participant) Present() bool { return p.JoinedAt != 0 && p.LeftAt == 0 }
