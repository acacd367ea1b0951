package hub

import "parley/core"

// prioritise says how much the session matters (FEATURES C9).
func (a *act) prioritise(d core.Prioritise) error {
	if a.s.Priority == d.Priority {
		return nil
	}
	a.s.Priority = d.Priority
	e := a.event(core.EventPrioritised, core.AgentsOnly)
	e.Text, e.Dedupe = string(d.Priority), a.Key()
	a.Append(&a.s, e)
	return nil
}

// tag puts tags on the session and takes others off (FEATURES C9).
func (a *act) tag(d core.Tag) error {
	now, added, removed := a.s.Tags.With(d.Add, d.Remove)
	switch {
	case len(added)+len(removed) == 0:
		return nil
	case len(now.List()) > core.MaxTags:
		return &core.Error{Op: "hub.Tag", Kind: core.Invalid, Field: "add_tags", Reason: "A session has at most 20 tags."}
	}
	a.s.Tags = now
	e := a.event(core.EventTagged, core.AgentsOnly)
	e.Data, e.Dedupe = core.Extra{Added: added, Removed: removed}.Data(), a.Key()
	a.Append(&a.s, e)
	return reconsider(a.Work, a.s)
}
