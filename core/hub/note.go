package hub

import "parley/core"

// note says something that the customer never sees.
func (a *act) note(d core.Note) error {
	e := a.event(core.EventMessage, core.AgentsOnly)
	e.Text, e.Dedupe = d.Text, a.Key()
	a.Append(&a.s, e)
	return nil
}
