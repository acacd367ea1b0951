package core

// Abandon says when a session that nobody has joined ends because its customer has left the site (FEATURES C1). On messengers nobody leaves.
type Abandon Timeout

// shortestAbsence bounds the time from below: who is connected is looked at every ten seconds, and a page that loads anew is away for some.
const shortestAbsence Seconds = 60

func (a Abandon) check(path string) error {
	if a.Seconds < shortestAbsence || a.Seconds > MaxSeconds {
		return invalid(path+".seconds", "must be from 60 to 31536000 seconds")
	}
	return nil
}

// Look says whether a session of a site's customer has been abandoned by now, and when to look again if it has not; never if that is zero. seen
// is when the customer was last known to be connected, or since when that would be known; zero where nobody knows: then they have not left.
func (a Abandon) Look(s Session, seen, now Time) (ends bool, next Time) {
	if seen == 0 {
		seen = now
	}
	since := s.Runs(max(s.Began(), s.LastCustomerAt, seen))
	if !a.On || s.Connected || s.State != Waiting && s.State != Pending || since == 0 {
		return false, 0
	}
	at := since.Add(a.Seconds.Time())
	if at <= now {
		return true, 0
	}
	return false, at
}
