package core

import (
	"time"
)

// DeliveryState is how far a message has come on its way to the customer: "" where nothing was owed, because the customer
// wrote it, it is a note, or the channel shows the log by itself.
type DeliveryState string

// The states of a message on its way.
const (
	Queued  DeliveryState = "queued"
	Sent    DeliveryState = "sent"      // the network has taken it
	MaySent DeliveryState = "uncertain" // may not have arrived
	Failed  DeliveryState = "failed"    // has not arrived, and will not unless it is sent again
	Dropped DeliveryState = "dropped"   // was deleted before it was sent
)

// OutVerb is what is to be done on a channel.
type OutVerb string

// What can be owed.
const (
	OutSend   OutVerb = "send"
	OutEdit   OutVerb = "edit"
	OutDelete OutVerb = "delete"
	OutReact  OutVerb = "react"
	OutCard   OutVerb = "card"  // a surface's card of the session: posted where there is no thread yet, else made anew
	OutOpen   OutVerb = "open"  // a surface's thread of the session: made where there is none, caught up where the session has come back; adapters are asked for the card
	OutTell   OutVerb = "tell"  // a line in a surface's thread: what has become of the message; when it has arrived after all, the lines that said otherwise
	OutLeave  OutVerb = "leave" // a surface's card of the session in a room that was moved: it says where the session is shown now
	OutMark   OutVerb = "mark"  // a sign on the message where its agent has said it: it has reached the customer
	OutFile   OutVerb = "file"  // a file of the message
	OutAlert  OutVerb = "alert" // word to one agent on the channel, whose name there To is: somebody has assigned them the session, or it has the mark Mark
	OutWarn   OutVerb = "warn"  // a line in a surface's thread: the session has the mark Mark. Those in Calls are to notice it

	// OutFetch brings a file from the channel to us. It is kept, tried again and given up as what goes the other way is.
	OutFetch OutVerb = "fetch"
)

// Repeatable tells whether doing it twice is the same as once: then nothing about it can be uncertain.
func (v OutVerb) Repeatable() bool {
	return v != OutSend && v != OutTell && v != OutOpen && v != OutFile && v != OutAlert && v != OutWarn
}

// Rank is what goes first where not all can go at once. There are no others than those below: the store reads them one by one.
type Rank int64

// The ranks.
const (
	CustomerWords Rank = iota
	AgentCopies
	Cards
	Fetches // of which few go at once: each may take minutes
)

// Delivery is one thing owed to one channel, kept until it is settled. Those of a lane are done in the order of No, one after
// the other.
type Delivery struct {
	Channel ChannelID `db:"channel"`
	Lane    string    `db:"lane"` // what must stay in order: a conversation
	No      int64     `db:"no"`   // place in the lane, given when it is owed
	Rank    Rank      `db:"rank"`
	Verb    OutVerb   `db:"verb"`
	Session SessionID `db:"session"`
	Room    RemoteID  `db:"room"`    // the surface to which it is owed; "": to the customer
	Message EventID   `db:"message"` // the message that is sent, edited … ; zero until stored: the event appended last; of a card the event that changed it
	Merge   string    `db:"merge"`   // of those with the same one, all but the one under way are the same as one; "": none
	OwedAt  Time      `db:"owed_at"`
	DueAt   Time      `db:"due_at"` // it is not tried before
	File    FileID    `db:"file"`   // OutFile, OutFetch: which
}

// Lane is a row of deliveries, and how its head fares. A lane without deliveries does not exist.
type Lane struct {
	Channel  ChannelID `db:"channel"`
	Lane     string    `db:"lane"`
	Bucket   string    `db:"bucket"`   // what shares a rate with it
	LastNo   int64     `db:"last_no"`  // of the newest delivery
	Owed     int64     `db:"owed"`     // deliveries in it
	Rank     Rank      `db:"rank"`     // of the head
	DueAt    Time      `db:"due_at"`   // when the head may be tried
	Attempts int64     `db:"attempts"` // failed ones of the head's present step
	Step     int64     `db:"step"`     // steps of the head that are done
	Since    Time      `db:"since"`    // when the head was first tried
	Sending  bool      `db:"sending"`  // the head is under way; after a crash nobody knows how far
	Epoch    int64     `db:"epoch"`    // of the lease under which that began
	Doubt    int64     `db:"doubt"`    // deliveries up to this number came from a backup: they may have been done since it was made
}

// Head is the number of the lane's first delivery: they are settled in the order of their numbers, so those that are left are the last.
func (l Lane) Head() int64 { return l.LastNo - l.Owed + 1 }

// Doubtful tells whether a delivery of the lane may have been done, though nobody here has tried it.
func (l Lane) Doubtful(no int64) bool { return no <= l.Doubt }

// Outgoing is a delivery as the adapter sees it: what is to be done, from the state as it is now.
type Outgoing struct {
	ID      string    // the same at every attempt; unique within the installation
	Verb    OutVerb   //
	To      Address   //
	Content Content   // OutSend, OutEdit: the whole of it
	ReplyTo RemoteID  // OutSend: the part that is answered, "" for none
	Emoji   string    // OutReact: "" takes it back
	By      ActorKind // who said the message
	Name    string    // the agent's public name
	Parts   []RemoteID
	// Step is how many steps are done. OutSend: step n sends part n of the content. OutEdit: step n makes part n what it must be.
	// OutDelete: each step deletes one of Parts, which then has one fewer. OutMark: step n marks part n.
	Step int
	// Again says that an earlier attempt of this step failed, or that one may have been made before a backup was restored. Where the channel
	// Finds, it may have been done all the same: look first, but for an OutFile, which nothing finds.
	Again bool
	// Withdrawn says of something to be sent again that it was taken back since: look for what the earlier attempt has made, which is
	// deleted next, and send nothing. Only where the channel Finds.
	Withdrawn bool
	File      OutgoingFile // OutFile

	// Of what is owed to a surface. To is then its room and the session's thread, "" as long as there is none.
	Surface bool
	Message EventID // what is sent, changed or told of
	Card    Card    // the session
	// Recent are the last messages that the thread has not shown and that do not follow by themselves, oldest first. OutCard: a new thread begins
	// with them; one that is there catches up on them, because the session has come back to it.
	Recent []Event
	Note   bool // for agents only
	// Late says of an OutEdit or OutDelete that the thread began after the message was said, and has told it in short at most: a line tells of the
	// change. What was posted of the message in an earlier thread is deleted all the same, at the steps before.
	Late bool
	// Mark is what OutWarn and OutAlert are about: the card has it. One that the adapter does not know is told by its name. "" of an OutAlert: the
	// session was assigned.
	Mark   Mark
	Calls  []RemoteID    // OutWarn: as whom the channel knows the agent who holds the session; none if nobody does, or they are not linked
	Former Address       // OutLeave, and OutCard where there is no thread: the thread that the session had in a room that was moved to this one, zero if none
	State  DeliveryState // OutTell: what has become of the message; of Sent, each step changes one of Parts, the lines that are no longer true
	Reason string        // OutTell: why
}

// Receipt says what a step has come to.
type Receipt struct {
	Part RemoteID // the part that was made, "" if none was
	Gone RemoteID // the part that is no longer there
	More bool     // there is another step
	Note string   // what the agent should know, such as that only a part could be deleted

	Thread RemoteID // OutCard: the thread that was made
}

// Limits of trying.
const (
	firstPause  = time.Second
	longPause   = 5 * time.Minute
	giveUpAfter = 24 * time.Hour
	giveUpFile  = time.Hour // of a file that goes out: it may be too large for the line, and words wait behind it
)

// Pause is how long to wait before the next attempt, by how many have failed, with full jitter: from a second to at most five
// minutes. chance is from [0, 1).
func Pause(attempts int64, chance float64) time.Duration {
	most := longPause
	if attempts < 9 { // 2 s << 8 is longer than the longest
		most = min(longPause, 2*firstPause<<attempts)
	}
	return firstPause + time.Duration(chance*float64(most-firstPause))
}

// Verdict is what becomes of a delivery after an attempt.
type Verdict struct {
	State  DeliveryState // Queued: it stays at the head of its lane
	Reason string        // for people, of all but Sent
	Pause  time.Duration // of Queued: before the next attempt
	Whole  bool          // the pause holds for the whole channel
}

// Judge decides what becomes of a delivery after an attempt that ended with err. finds is Capabilities.Finds, chance is for Pause.
func Judge(v OutVerb, finds bool, l Lane, more bool, err error, now Time, chance float64) Verdict {
	e := asError(err)
	switch {
	case e == nil && more:
		return Verdict{State: Queued}
	case e == nil:
		return Verdict{State: Sent}
	case e.Kind == Uncertain && !v.Repeatable() && !finds:
		return Verdict{State: MaySent, Reason: uncertainReason}
	case e.Kind == Unauthorized: // nothing was done; the channel stops
		return Verdict{State: Queued, Pause: firstPause, Whole: true}
	case e.Kind == Throttled, e.Kind == Unavailable, e.Kind == Busy, e.Kind == Uncertain, e.Kind == Gone && e.Scope == ScopeThread:
		switch {
		case l.Since == 0:
		case v == OutFile && now >= l.Since.Add(giveUpFile):
			return Verdict{State: Failed, Reason: "The channel has not taken it for an hour."}
		case v == OutFetch && now >= l.Since.Add(giveUpAfter):
			return Verdict{State: Failed, Reason: "The channel has not handed it over for 24 hours."}
		case now >= l.Since.Add(giveUpAfter):
			return Verdict{State: Failed, Reason: "The channel has not taken it for 24 hours."}
		}
		return Verdict{State: Queued, Pause: max(e.RetryAfter, Pause(l.Attempts, chance)), Whole: e.Scope == ScopeChannel}
	}
	reason := e.Reason
	if reason == "" {
		reason = "The channel refused it."
	}
	return Verdict{State: Failed, Reason: reason}
}

// Restored is the verdict over a delivery from a backup that may have been done since that was made, and must not be done twice.
var Restored = Verdict{State: MaySent, Reason: "It may have arrived: Parley was restored from a backup that was made before it was sent."}

const uncertainReason = "It may not have arrived: the connection broke while it was being sent."

// Unknown is the verdict over a delivery that was under way when its process ended.
func Unknown(v OutVerb, finds bool) Verdict {
	if v.Repeatable() || finds {
		return Verdict{State: Queued}
	}
	return Verdict{State: MaySent, Reason: uncertainReason}
}
