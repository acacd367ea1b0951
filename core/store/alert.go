package store

import (
	"slices"

	"parley/core"
)

// alert owes an agent word of a session that somebody has assigned to them, on the channels where they are linked and work.
func (w *Work) alert(s core.Session, e core.Event) error {
	if e.Kind != core.EventAssigned || e.Target == e.Agent() {
		return nil
	}
	g := w.group
	surfaces, err := g.surfacesOf(s.Department) // also those that do not show this one
	if err = w.read(err); err != nil || len(surfaces) == 0 {
		return err
	}
	var links []core.AgentLink
	if err := w.read(g.tx.SelectContext(g.ctx, &links, g.tx.Rebind(selectLinks), e.Target)); err != nil {
		return err
	}
	for _, l := range links {
		if !slices.ContainsFunc(surfaces, func(f core.Surface) bool { return f.Channel == l.Channel }) {
			continue
		}
		err := w.Owe(core.Delivery{
			Channel: l.Channel, Lane: "alerts/" + string(l.Remote), Room: l.Remote, Rank: core.AgentCopies, Verb: core.OutAlert, Session: s.ID,
		}, string(l.Remote))
		if err != nil {
			return err
		}
	}
	return nil
}
