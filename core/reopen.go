package core

import "cmp"

// Reopen says for how long after its end a session is opened again by what its customer writes; later, or where it is zero, that begins a
// new one (FEATURES C12).
type Reopen struct {
	Site      Seconds `json:"site" doc:"seconds after the end, on channels that customers look at, such as a site's widget; 0: never"`
	Messenger Seconds `json:"messenger" doc:"seconds after the end, on messengers; 0: never"`
}

func (r Reopen) check(path string) error {
	return cmp.Or(checkSeconds(path+".site", r.Site), checkSeconds(path+".messenger", r.Messenger))
}

// On gives the time that holds on a channel; pulls says that customers look at it, as at a site's widget.
func (r Reopen) On(pulls bool) Seconds {
	if pulls {
		return r.Site
	}
	return r.Messenger
}

// Reopens tells whether what the customer writes now opens the session again.
func (r Reopen) Reopens(s Session, pulls bool, now Time) bool {
	return !s.Open() && !s.Blank() && s.Outcome != EndedByBlock && now < s.EndedAt.Add(r.On(pulls).Time())
}
