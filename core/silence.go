package core

import (
	"cmp"
	"fmt"
	"time"
)

// AutoClose says after how long a silence of the customer a session ends as expired (FEATURES C23). A customer who waits for an answer is
// not silent: the time runs from the last word, while it is an agent's.
type AutoClose struct {
	Site      Seconds `json:"site" doc:"seconds of silence on channels that customers look at, such as a site's widget; 0: never"`
	Messenger Seconds `json:"messenger" doc:"seconds of silence on messengers; 0: never"`
	Warning   Seconds `json:"warning" doc:"how many seconds before the end the customer is told; 0: they are not"`
}

func (a AutoClose) check(path string) error {
	return cmp.Or(checkSeconds(path+".site", a.Site), checkSeconds(path+".messenger", a.Messenger), checkSeconds(path+".warning", a.Warning))
}

// Silence is what a customer's silence asks for.
type Silence string

// What it can ask for.
const (
	Bearable Silence = ""     // nothing yet
	Warns    Silence = "warn" // tell the customer that the session will end
	Expires  Silence = "end"  // end the session
)

// Look says what the customer's silence in a session asks for now, and when to look again if nothing happens; never if that is zero. pulls
// says that the customer looks at the channel, as at a site's widget.
func (a AutoClose) Look(s Session, pulls bool, now Time) (Silence, Time) {
	limit, warning := a.on(pulls)
	last := s.Runs(s.LastAt)
	if limit == 0 || last == 0 || !s.Open() || s.WaitingSince != 0 {
		return Bearable, 0
	}
	warn, end := last.Add((limit - warning).Time()), last.Add(limit.Time())
	if warning != 0 {
		end = max(end, s.WarnedAt.Add(warning.Time())) // who was told late has the same time to write
	}
	switch {
	case warning != 0 && !s.Warned() && now < warn:
		return Bearable, warn
	case warning != 0 && !s.Warned():
		return Warns, now.Add(warning.Time())
	case now < end:
		return Bearable, end
	}
	return Expires, 0
}

// on gives what holds on a channel: after how long a silence a session ends, and how long before that the customer is told, which is half of
// it at most.
func (a AutoClose) on(pulls bool) (limit, warning Seconds) {
	limit = a.Messenger
	if pulls {
		limit = a.Site
	}
	return limit, min(a.Warning, limit/2)
}

// Warned tells whether the customer was told that their silence ends the session, and nothing has been said since.
func (s Session) Warned() bool { return s.WarnedAt > s.Runs(s.LastAt) }

// SilenceWarning is what a silent customer is told on a channel; pulls as in Look.
func (a AutoClose) SilenceWarning(pulls bool) string {
	_, warning := a.on(pulls)
	return fmt.Sprintf("We have not heard from you for a while. This conversation ends in %s unless you write.", spoken(warning.Time()))
}

// spoken says a time as people do, rounded up.
func spoken(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= unit.of {
			n := int64((d + unit.of - 1) / unit.of)
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "a moment"
}
