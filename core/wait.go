package core

import (
	"fmt"
	"slices"
	"time"
)

// QueueShow says how customers see their place in the queue.
type QueueShow string

// The ways (FEATURES A6).
const (
	ShowNumber   QueueShow = "number"   // the place, and the estimate
	ShowBefore   QueueShow = "before"   // how many are before them, and the estimate
	ShowEstimate QueueShow = "estimate" // the estimate alone
	ShowNothing  QueueShow = "none"     // that somebody comes, and no more
)

// Queue says what customers are told of the queue.
type Queue struct {
	Show       QueueShow `json:"show" doc:"how customers see their place in the queue: number, before (how many are before them), estimate (only how long it may take) or none"`
	Messengers bool      `json:"messengers" doc:"customers of messengers are told it too, in one message that is kept up to date until an agent joins"`
}

// QueueTime is how often what a messenger's customer is told of the queue changes, at most.
const QueueTime = 30 * time.Second

// QueueNotice is what agents see in the place of the message that tells a messenger's customer their place in the queue.
const QueueNotice = "The customer is shown their place in the queue here."

func (q Queue) check(path string) error {
	if !slices.Contains([]QueueShow{ShowNumber, ShowBefore, ShowEstimate, ShowNothing}, q.Show) {
		return invalid(path+".show", "must be number, before, estimate or none")
	}
	return nil
}

// How much of a line customers are told about.
const (
	LastPlace = 200  // who is further back learns that they are beyond it
	MaxLine   = 2000 // who is even further back is told nothing
)

const longestEstimate = 2 * time.Hour // nobody believes an estimate that is longer

// Talk is where a customer writes.
type Talk struct {
	Channel      ChannelID `db:"channel"`
	Conversation RemoteID  `db:"conversation"`
}

// Stand is one of a department's line: those in its queue and those whom an agent has who has not joined yet, in the order of Session.Place. To
// customers that is the same (FEATURES C1).
type Stand struct {
	Talk
	ID        SessionID `db:"id"`
	State     State     `db:"state"`
	Connected bool      `db:"connected"`
	QueueText string    `db:"queue_text"`
	QueueAt   Time      `db:"queue_at"`
}

// Wait is what a customer who waits is told; the zero value tells that they do not.
type Wait struct {
	Show    QueueShow
	Place   int64 // from 1; zero where it is not shown
	Beyond  bool  // they are further back
	Minutes int64 // how long it may take; zero: that is not known, or not shown
}

// Waits gives what each of a line is told. Who has met an agent already is told nothing: they are not to notice that they wait again (FEATURES
// C5, C6, C8), but others stand behind them.
func (q Queue) Waits(line []Stand, p Pace, now Time) map[Talk]Wait {
	told := make(map[Talk]Wait, len(line))
	places := p.Places(line, now)
	for i, s := range line {
		if s.Connected {
			continue
		}
		t, at := Wait{Show: q.Show}, places[i]
		if q.Show == ShowNumber || q.Show == ShowBefore {
			t.Place, t.Beyond = min(at.Place, LastPlace), at.Place > LastPlace
		}
		if q.Show != ShowNothing && !t.Beyond {
			t.Minutes = minutes(at.Estimate)
		}
		told[s.Talk] = t
	}
	return told
}

// QueuePlace is where a session stands in its department's line.
type QueuePlace struct {
	Place    int64         // from 1
	Of       int64         // how many wait there, MaxLine at most
	Estimate time.Duration // how long it may take; zero: that is not known
}

// Places gives where each of a department's line stands, in its order.
func (p Pace) Places(line []Stand, now Time) []QueuePlace {
	places := make([]QueuePlace, len(line))
	var queued int64 // up to this one
	for i, s := range line {
		if s.State == Waiting {
			queued++
		}
		places[i] = QueuePlace{int64(i) + 1, int64(len(line)), p.Estimate(max(queued, 1), now)}
	}
	return places
}

// Sentence says it in words; "" where nothing is to be said.
func (t Wait) Sentence() string {
	var said string
	switch {
	case t.Show == ShowEstimate:
		said = "You are in the queue."
	case t.Show != ShowNumber && t.Show != ShowBefore:
		return ""
	case t.Beyond:
		said = fmt.Sprintf("%d people or more are before you in the queue.", t.Place)
	case t.Show == ShowNumber:
		said = fmt.Sprintf("You are number %d in the queue.", t.Place)
	case t.Place == 1:
		said = "You are the next in the queue."
	case t.Place == 2:
		said = "1 person is before you in the queue."
	default:
		said = fmt.Sprintf("%d people are before you in the queue.", t.Place-1)
	}
	if t.Minutes > 0 {
		said += " An agent will be with you in about " + inMinutes(t.Minutes) + "."
	}
	return said
}

// minutes gives a wait as customers are told it.
func minutes(wait time.Duration) int64 {
	if wait > longestEstimate {
		return 0
	}
	return int64((wait + time.Minute - 1) / time.Minute)
}

// inMinutes says a number of minutes as people do.
func inMinutes(n int64) string {
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
