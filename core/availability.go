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

// Check says whether it is one of them. The error is Invalid, with the field.
func (a Availability) Check() error {
	switch a {
	case AgentAvailable, AgentBusy, AgentAway, AgentOffline:
		return nil
	}
	return invalid("availability", "is none of available, busy, away and offline")
}
