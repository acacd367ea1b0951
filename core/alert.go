package core

import "slices"

// MaxAlerted is how many supervisors are told of one mark at most.
const MaxAlerted = 20

// Overseer is a supervisor of a department as a channel knows them.
type Overseer struct {
	AgentLink
	Availability Availability `db:"availability"`
}

// Alerted gives those of a department's supervisors who are told of a critical mark: who says that they work, or, where nobody does, all of them,
// for a session must not be forgotten because it is late. Not who holds the session, who is told otherwise; each once on a channel; of too many
// those who come first.
func Alerted(all []Overseer, holder AgentID) []AgentLink {
	works := func(o Overseer) bool { return o.Availability == AgentAvailable || o.Availability == AgentBusy }
	somebody := slices.ContainsFunc(all, func(o Overseer) bool { return works(o) && o.Agent != holder })
	var told []AgentLink
	for _, o := range all {
		known := slices.ContainsFunc(told, func(l AgentLink) bool { return l.Agent == o.Agent && l.Channel == o.Channel })
		if o.Agent != holder && !known && (works(o) || !somebody) && len(told) < MaxAlerted {
			told = append(told, o.AgentLink)
		}
	}
	return told
}
