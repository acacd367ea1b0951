package core

// Activation says what closes a department to new sessions besides its switch, and what sets that (FEATURES C17).
type Activation struct {
	Rules        Rules `json:"rules" doc:"set the switch while they are in use, each as DATES WEEKDAYS TIMES, such as mon-fri 09:00-17:00; 2026-12-24 09:00-12:00; 12-25..12-26 off. The last one that names a day counts, a day that none names is off"`
	Threshold    int64 `json:"threshold" doc:"switched off when so many wait, and on again a minute later at the earliest, when fewer do; 0: never"`
	OutsideHours bool  `json:"closed_outside_hours" doc:"closed outside of business hours; if not, those steer texts only"`
	Nobody       bool  `json:"closed_when_nobody" doc:"closed while no operator receives sessions; if not, they wait"`
}

// maxThreshold is more than ever wait.
const maxThreshold = 1_000_000

func (a Activation) check(path string) error {
	if a.Threshold < 0 || a.Threshold > maxThreshold {
		return invalid(path+".threshold", "must be from 0 to 1000000")
	}
	return a.Rules.check(path + ".rules")
}

// Gate is one of what a customer passes who begins a session.
type Gate string

// The gates, in the order in which they are looked at.
const (
	GateInstallation Gate = "installation"
	GateSwitch       Gate = "switch"
	GateHours        Gate = "hours"
	GateHoliday      Gate = "holiday"
	GateReceiving    Gate = "receiving"
	GateCountry      Gate = "country" // alone of who asks
)

// Opening is how a department stands to customers who would begin a session.
type Opening struct {
	Closed    []Gate // by what it is closed to everybody; none: it is open
	Countries Countries
}

// OpeningOf works it out. receives says whether any operator does.
func OpeningOf(house Switch, d Department, s Settings, receives bool, now Time) Opening {
	o := Opening{Countries: s.Countries}
	if !house.SwitchedOn {
		o.Closed = append(o.Closed, GateInstallation)
	}
	if !d.SwitchedOn {
		o.Closed = append(o.Closed, GateSwitch)
	}
	if s.Activation.OutsideHours && !s.Hours.Open(d.Zone, now) {
		if s.Hours.Holiday(d.Zone, now) {
			o.Closed = append(o.Closed, GateHoliday)
		} else {
			o.Closed = append(o.Closed, GateHours)
		}
	}
	if s.Activation.Nobody && !receives {
		o.Closed = append(o.Closed, GateReceiving)
	}
	return o
}

// To gives by what it is closed to somebody from a country, "" where nobody knows from which.
func (o Opening) To(country string) []Gate {
	if o.Countries.Admit(country) {
		return o.Closed
	}
	return append(o.Closed[:len(o.Closed):len(o.Closed)], GateCountry)
}

// Words says in a sentence what is closed, for people. The switch is the one that closes it.
func (g Gate) Words(s Switch) string {
	switch g {
	case GateInstallation:
		return "All departments are switched off."
	case GateHours:
		return "It is outside of the business hours."
	case GateHoliday:
		return "Today is a holiday."
	case GateReceiving:
		return "No operator receives sessions: nobody is here who says that they are available or busy."
	case GateCountry:
		return "Customers from that country are not taken."
	case GateSwitch:
	}
	switch s.SwitchedBy {
	case ByRule:
		return "A rule has switched it off."
	case ByThreshold:
		return "It was switched off because too many were waiting."
	case ByHand:
	}
	return "It was switched off by hand."
}

// Aside says that a messenger's session began while nobody was to be expected (FEATURES B6). It never counts towards the threshold.
type Aside string

// How a session stands aside, "" where it does not.
const (
	AfterHours Aside = "after_hours" // outside of the hours, which are not enforced
	Offline    Aside = "offline"     // the department was closed: an offline message, unless somebody joins
)
