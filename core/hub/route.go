package hub

import (
	"maps"
	"slices"

	"parley/core"
	"parley/core/store"
)

// givePage is how many sessions are given in one work at most. What is left is looked at again soon.
const givePage = 200

// routed is a job's Do that ends by serving those who wait, where the job has made room for one of them or has put one there (FEATURES C3).
func (h *Hub) routed(do func(*store.Work) error) func(*store.Work) error {
	return func(w *store.Work) error {
		if err := do(w); err != nil {
			return err
		}
		freed, queued := w.Stirred()
		for _, d := range queued {
			if err := h.serve(w, d, nil); err != nil {
				return err
			}
		}
		return h.employ(w, freed)
	}
}

// employ gives agents who may have room what waits in their departments.
func (h *Hub) employ(w *store.Work, agents []core.AgentID) error {
	in := map[core.DepartmentID][]core.AgentID{}
	for _, a := range agents {
		departments, err := w.Routes(a)
		if err != nil {
			return err
		}
		for _, d := range departments {
			in[d] = append(in[d], a)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(in)) {
		if err := h.serve(w, d, in[d]); err != nil {
			return err
		}
	}
	return nil
}

// serve gives what waits in a department to those who have room for it: to some agents who may have some now, or, without any, to everybody
// who receives. Nobody is looked at who is known to have none.
func (h *Hub) serve(w *store.Work, id core.DepartmentID, some []core.AgentID) error {
	d, err := w.Department(id)
	waits := d.Unassigned > 0
	switch {
	case err != nil || !d.Distributes:
		return err
	case len(some) == 0 && (!waits || d.Occupied), len(some) > 0 && !waits && !d.Occupied:
		return nil
	}
	settings, err := w.Settings(id)
	if err != nil {
		return err
	}
	all, err := w.Candidates(id, settings.Distribution, some)
	if err != nil {
		return err
	}
	s := serving{hub: h, Work: w, how: settings.Distribution, department: id, all: all, next: core.Never}
	if waits {
		if err := s.run(int(d.Unassigned)); err != nil {
			return err
		}
	}
	occupied := s.room() == 0
	if len(some) > 0 {
		occupied = occupied && d.Occupied // of the others nothing new is known
	}
	if d, err = w.Department(id); err == nil && d.Occupied != occupied {
		d.Occupied = occupied
		w.PutDepartment(d)
	}
	return err
}

// serving is one look at a department's queue.
type serving struct {
	hub *Hub
	*store.Work
	how        core.Distribution
	department core.DepartmentID
	all        []core.Candidate
	given      int
	next       core.Time // when somebody who has room now may get what is too early for them
}

// room is how many sessions the candidates can be given.
func (s *serving) room() int {
	var n int64
	for _, c := range s.all {
		n += c.Room()
	}
	return int(n)
}

// run gives the queue's first to whom the rule chooses, until nobody has room or nothing is left that anybody gets.
func (s *serving) run(waiting int) error {
	passed := map[core.SessionID]bool{} // found to be others' when it was looked at closely
	may := func(one core.Session) bool { return !passed[one.ID] && s.choose(one) >= 0 }
	for {
		n := min(s.room(), givePage-s.given, waiting)
		if n == 0 {
			break
		}
		next, err := s.Waiting(s.department, n, may)
		if err != nil {
			return err
		}
		if len(next) == 0 {
			break
		}
		if err := s.Bring(s.department, next); err != nil {
			return err
		}
		for _, id := range next {
			given, err := s.give(id)
			if err != nil {
				return err
			}
			if !given {
				passed[id] = true
			}
		}
	}
	switch {
	case s.given == givePage:
		s.Wake(core.AboutDepartment(s.department), s.Now())
	case s.next != core.Never:
		s.Wake(core.AboutDepartment(s.department), s.next)
	}
	return nil
}

// choose gives who gets a session, -1 if it is to wait, and notes when to look again.
func (s *serving) choose(one core.Session) int {
	best, next := s.how.Choose(one, s.all, s.Now())
	s.next = min(s.next, next)
	return best
}

// give gives one session of the queue to whom the rule chooses; false if it is to wait, or does so no more.
func (s *serving) give(id core.SessionID) (bool, error) {
	one, err := s.Session(id)
	if err != nil || !one.Unassigned() || one.Department != s.department {
		return false, err
	}
	for {
		i := s.choose(one)
		if i < 0 {
			return false, nil
		}
		c := &s.all[i]
		l, err := s.Load(c.Agent) // locked: another node may have given them something in another department
		if err != nil {
			return false, err
		}
		if l != c.Load {
			c.Load, c.Limit = l, s.how.Limit(l.Own)
			continue
		}
		if err := s.hub.hand(s.Work, one, c.Agent); err != nil {
			return false, err
		}
		s.given++
		c.Load, err = s.Load(c.Agent)
		return true, err
	}
}

// hand gives a waiting session to an agent: nobody has done that.
func (h *Hub) hand(w *store.Work, s core.Session, to core.AgentID) error {
	if err := served(w, s.Department); err != nil {
		return err
	}
	a := &act{Work: w, hub: h, s: s}
	a.s.Hold(to, 0, w.Now())
	theirs, err := a.Participant(s.ID, to)
	if err != nil {
		return err
	}
	if err := a.remark(theirs.ReadSeq); err != nil {
		return err
	}
	w.Append(&a.s, core.Event{Kind: core.EventAssigned, Audience: core.AgentsOnly, ActorKind: core.BySystem, Target: to})
	return h.arm(w, a.s)
}

// serveAll is serve for everybody who receives, also where nobody is known to have room.
func (h *Hub) serveAll(w *store.Work, id core.DepartmentID) error {
	d, err := w.Department(id)
	if err != nil {
		return err
	}
	if d.Occupied {
		d.Occupied = false
		w.PutDepartment(d)
	}
	return h.serve(w, id, nil)
}
