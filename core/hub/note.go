package hub

import "parley/core"

// note says something that the customer never sees.
func (a *act) note(d core.Note) error {
	media, err := a.gather(d.Media, core.AgentsOnly, core.Capabilities{})
	if err != nil {
		return err
	}
	e := a.event(core.EventMessage, core.AgentsOnly)
	e.Text, e.Data, e.Dedupe = d.Text, core.Extra{Media: media}.Data(), a.Key()
	a.Append(&a.s, e)
	return claim(a.Work, a.s, media)
}
