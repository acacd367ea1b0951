package feed

import "parley/core"

// sees tells whether a row of the log is within an agent's scope: what happens in their departments, what leaves them, what concerns the
// whole installation, and what is done to themselves as an agent. A login that ended is its owner's business alone.
func sees(s core.Scope, e *core.Event) bool {
	switch {
	case e.Kind == core.EventLoginEnded:
		return e.Target == s.Agent
	case e.Kind == core.EventAgentChanged && e.Target == s.Agent, e.Department == 0:
		return true
	default:
		return s.Sees(e.Department) || e.Former != 0 && s.Sees(e.Former)
	}
}

// visible gives the rows that the scope sees: the page itself if that is all of them.
func visible(s core.Scope, page []core.Event) []core.Event {
	n := 0
	for n < len(page) && sees(s, &page[n]) {
		n++
	}
	if n == len(page) {
		return page
	}
	seen := append([]core.Event(nil), page[:n]...)
	for i := n + 1; i < len(page); i++ {
		if sees(s, &page[i]) {
			seen = append(seen, page[i])
		}
	}
	return seen
}

// targets lists the agents whom rows of the page concern in person, beyond what their departments let them see.
func targets(page []core.Event) []core.AgentID {
	var agents []core.AgentID
	for i := range page {
		if e := &page[i]; e.Kind == core.EventLoginEnded || e.Kind == core.EventAgentChanged {
			agents = append(agents, e.Target)
		}
	}
	return agents
}

// since gives the rows after a place.
func since(rows []core.Event, pos core.EventID) []core.Event {
	for len(rows) > 0 && rows[0].ID <= pos {
		rows = rows[1:]
	}
	return rows
}
