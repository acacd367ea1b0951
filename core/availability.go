package core

// Availability is an agent's own word on whether they work, or what Quiet has made of it. Nobody else changes it, and nothing that is done by hand
// asks for it.
type Availability string

// What an agent can say.
const (
	AgentAvailable Availability = "available"
	AgentBusy      Availability = "busy"
	AgentAway      Availability = "away"
	AgentOffline   Availability = "offline"
)

// Availabilities lists them all, the most willing first.
var Availabilities = []Availability{AgentAvailable, AgentBusy, AgentAway, AgentOffline}

// Works tells whether an agent who says so works.
func (a Availability) Works() bool { return a == AgentAvailable || a == AgentBusy }

// Clock keeps since when the agent is away or offline.
func (a *Agent) Clock(now Time) {
	switch {
	case a.Availability.Works():
		a.AwaySince = 0
	case a.AwaySince == 0:
		a.AwaySince = now
	}
}

// Check says whether it is one of them. The error is Invalid, with the field.
func (a Availability) Check() error {
	switch a {
	case AgentAvailable, AgentBusy, AgentAway, AgentOffline:
		return nil
	}
	return invalid("availability", "is none of available, busy, away and offline")
}
