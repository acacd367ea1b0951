package web

import (
	"maps"
	"slices"

	"parley/core"
)

// Moved tells those who share a department with the agents that they have come or gone. It does not block.
func (s *Server) Moved(agents []core.AgentID) {
	s.stream.mu.Lock()
	defer s.stream.mu.Unlock()
	for _, a := range agents {
		s.stream.moved[a] = struct{}{}
	}
	s.stream.ringBell()
}

// tellMoved tells who works with those who have come or gone.
func (s *stream) tellMoved(agents map[core.AgentID]struct{}) {
	if len(agents) == 0 {
		return
	}
	departments := s.server.names.departments(agents)
	s.mu.Lock()
	all := slices.Collect(maps.Keys(s.followers))
	s.mu.Unlock()
	text := encode(ChangedFrame{"changed", "presence"})
	for _, f := range all {
		f.mu.Lock()
		for d := range departments {
			if _, works := f.actor.Roles[d]; works && f.began {
				f.conn.Send(text)
				break
			}
		}
		f.mu.Unlock()
	}
}
