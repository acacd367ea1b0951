package core

import "cmp"

// HandOff says when a session is taken from a holder who leaves its customer waiting (FEATURES C5). Each of the times runs only while the
// customer has the last word, on messengers only while the department works, and anew for each holder.
type HandOff struct {
	FirstResponse Timeout `json:"first_response" doc:"the holder has not answered since they have it"`
	FollowUp      Timeout `json:"follow_up" doc:"the holder, who has answered before, neither types nor answers"`
	Absence       Timeout `json:"absence" doc:"the holder has closed the workspace, or is away or offline"`
}

// Timeout is a length of time that is switched on and off without being forgotten.
type Timeout struct {
	On      bool    `json:"on" doc:"whether it holds"`
	Seconds Seconds `json:"seconds" doc:"its length in seconds"`
}

func (t Timeout) check(path string) error {
	if t.Seconds == 0 {
		return invalid(path+".seconds", "must be from 1 to 31536000 seconds")
	}
	return checkSeconds(path+".seconds", t.Seconds)
}

func (h HandOff) check(path string) error {
	return cmp.Or(h.FirstResponse.check(path+".first_response"), h.FollowUp.check(path+".follow_up"), h.Absence.check(path+".absence"))
}

// Lapse is why a session is taken from its holder.
type Lapse string

// The reasons, the one that is told before the others.
const (
	NoLapse         Lapse = ""
	NoFirstResponse Lapse = "no_first_response"
	NoFollowUp      Lapse = "no_follow_up"
	Absent          Lapse = "absent"

	BotAsked  Lapse = "bot_asked"  // the customer has asked the bot for a person
	BotSilent Lapse = "bot_silent" // the bot has left the customer without an answer
	BotOff    Lapse = "bot_off"    // the bot does not serve the department any more
)

// Look says whether a session is taken from its holder now and why, and when to look again if nothing happens; never if that is zero. gone is
// since when the holder has not been there, zero while they are; works is since when the department works, or when it does next, and
// zero where that does not matter. Of bots other things are asked (Bot.Look).
func (h HandOff) Look(s Session, gone, works, now Time) (Lapse, Time) {
	begins := s.Runs(max(s.HeldAt, s.WaitingSince, works))
	if s.Bot || s.State != Pending && s.State != Active || s.WaitingSince == 0 || begins == 0 {
		return NoLapse, 0
	}
	var lapse Lapse
	var next Time
	look := func(l Lapse, limit Timeout, since ...Time) {
		at := begins
		for _, later := range since {
			at = max(at, later)
		}
		at = at.Add(limit.Seconds.Time())
		switch {
		case !limit.On || lapse != NoLapse:
		case at <= now:
			lapse = l
		case next == 0 || at < next:
			next = at
		}
	}
	if s.LastAgentAt < s.HeldAt {
		look(NoFirstResponse, h.FirstResponse)
	} else {
		look(NoFollowUp, h.FollowUp, s.TypedAt)
	}
	if gone == 0 {
		gone = now // who is there now may leave at once
	}
	look(Absent, h.Absence, s.ActedAt, gone)
	if lapse != NoLapse {
		next = 0
	}
	return lapse, next
}

// typedTime is how long typing goes unnoticed at most when there was some just before, so that it is not written down with each letter.
const typedTime = 5

// Notes tells whether it is worth writing down that the holder types now.
func (h HandOff) Notes(s Session, now Time) bool {
	pause := min(typedTime, h.FollowUp.Seconds/2)
	return h.FollowUp.On && s.Open() && s.WaitingSince != 0 && s.TypedAt.Add(pause.Time()) <= now
}

// Attendance is what is known of where an agent is.
type Attendance struct {
	Known Time            // since when, without a break, there is a node that says who is there; zero: none does
	Seen  map[string]Time // by surface: until when they are there, or were; who has left lately is there for some seconds more
}

// Gone says since when the holder of a session has been gone, zero while they are there: by their own word, or because they have left where
// they do something on the session. That is the workspace or, when they did the last thing from a channel such as Slack, being linked there too;
// whoever has done nothing yet may be anywhere. While no node knows who is there, nobody has left.
func (at Attendance) Gone(s Session, holder Actor, now Time) Time {
	if holder.Roles[s.Department] == 0 {
		return s.HeldAt
	}
	left := max(at.Known, at.seen(s.ActedOn))
	if at.Known == 0 || left > now {
		left = 0
	}
	var gone Time
	for _, since := range []Time{holder.Agent.DisabledAt, holder.Agent.AwaySince, left} {
		if since != 0 && (gone == 0 || since < gone) {
			gone = since
		}
	}
	return gone
}

// seen says until when they are where a session of theirs can be answered.
func (at Attendance) seen(actedOn string) (until Time) {
	for surface, t := range at.Seen {
		if actedOn == "" || surface == Workspace || surface == actedOn {
			until = max(until, t)
		}
	}
	return until
}
