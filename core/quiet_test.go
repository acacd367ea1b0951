package core

import "testing"

func TestQuietLowersAndComesBackS10(t *testing.T) {
	t.Parallel()
	const start, end = Time(100), Time(200)
	type step func(*Agent) bool
	quiet := func(by ChannelID, until, now Time) step {
		return func(a *Agent) bool { return a.Quieten(by, AgentBusy, until, now) }
	}
	says := func(word Availability) step { return func(a *Agent) bool { return a.Speak(word) } }
	wakes := func(a *Agent) bool { return a.Waken() }
	for name, c := range map[string]struct {
		first   Availability
		steps   []step
		want    Availability
		changed bool // by the last step
		quiet   bool
	}{
		"it begins":                                  {AgentAvailable, []step{quiet(1, end, start)}, AgentBusy, true, true},
		"it goes on":                                 {AgentAvailable, []step{quiet(1, end, start), quiet(1, end, start+1)}, AgentBusy, false, true},
		"it is made longer":                          {AgentAvailable, []step{quiet(1, end, start), quiet(1, end+9, start+1)}, AgentBusy, true, true},
		"it ends early":                              {AgentAvailable, []step{quiet(1, end, start), quiet(1, 0, start+1)}, AgentAvailable, true, false},
		"its time is over":                           {AgentAvailable, []step{quiet(1, end, start), wakes}, AgentAvailable, true, false},
		"there was none":                             {AgentAvailable, []step{quiet(1, 0, start)}, AgentAvailable, false, false},
		"who has said less keeps it":                 {AgentAway, []step{quiet(1, end, start)}, AgentAway, true, true},
		"… also after its end":                       {AgentAway, []step{quiet(1, end, start), wakes}, AgentAway, true, false},
		"who speaks meanwhile":                       {AgentAvailable, []step{quiet(1, end, start), says(AgentAway)}, AgentAway, true, true},
		"… keeps that after its end":                 {AgentAvailable, []step{quiet(1, end, start), says(AgentAway), wakes}, AgentAway, true, false},
		"who says available meanwhile":               {AgentAvailable, []step{quiet(1, end, start), says(AgentAvailable), quiet(1, end, start+1)}, AgentAvailable, false, true},
		"… also where it is made longer":             {AgentAvailable, []step{quiet(1, end, start), says(AgentAvailable), quiet(1, end+9, start+1)}, AgentAvailable, true, true},
		"who says the very word meanwhile":           {AgentAvailable, []step{quiet(1, end, start), says(AgentBusy), wakes}, AgentBusy, true, false},
		"the next time counts anew":                  {AgentAvailable, []step{quiet(1, end, start), says(AgentAvailable), quiet(1, end+99, end)}, AgentBusy, true, true},
		"the next time, and nobody has ended this":   {AgentAvailable, []step{quiet(1, end, start), quiet(1, end+99, end), wakes}, AgentAvailable, true, false},
		"another channel's is not heard meanwhile":   {AgentAvailable, []step{quiet(1, end, start), quiet(2, 0, start+1)}, AgentBusy, false, true},
		"another channel's is heard when it is over": {AgentAvailable, []step{quiet(1, end, start), quiet(2, 0, end)}, AgentAvailable, true, false},
	} {
		a, changed := Agent{Availability: c.first}, false
		for _, do := range c.steps {
			changed = do(&a)
		}
		if a.Availability != c.want || changed != c.changed || (a.QuietUntil != 0) != c.quiet {
			t.Errorf("%s: got %q, changed %v, until %v, want %q, %v, quiet %v", name, a.Availability, changed, a.QuietUntil, c.want, c.changed, c.quiet)
		}
	}
	a := Agent{Availability: AgentAvailable}
	a.Quieten(1, AgentAway, Time(1)<<62, 0)
	if a.QuietUntil != Time(0).Add(MaxQuiet) {
		t.Errorf("for good: got until %v, want at most a week", a.QuietUntil)
	}
}
