package store

import (
	"context"
	"slices"

	"parley/core"
)

// maxAlerts is how many alerts wait for one person at most. More of them say nothing more.
const maxAlerts = 50

// alert owes agents word of what concerns them in a session, on the channels where they are linked and their department works.
func (w *Work) alert(s core.Session, e core.Event) error {
	if e.Kind != core.EventMarked && (e.Kind != core.EventAssigned || e.Target == e.Agent()) {
		return nil
	}
	surfaces, err := w.group.surfacesOf(s.Department) // also those that do not show this one
	if err = w.read(err); err != nil || len(surfaces) == 0 {
		return err
	}
	if e.Kind == core.EventMarked {
		return w.warn(s, core.Mark(e.Text), surfaces)
	}
	links, err := w.linksOf(e.Target)
	if err != nil {
		return err
	}
	return w.oweAlerts(s, surfaces, links, "")
}

// warn owes word of a mark: to who holds the session in its thread, once on each channel, or where none shows it by themselves; of a critical one
// to supervisors too.
func (w *Work) warn(s core.Session, m core.Mark, surfaces []core.Surface) error {
	called := map[core.ChannelID]bool{}
	merge := string(core.OutWarn) + " " + string(m)
	for _, f := range surfaces {
		if called[f.Channel] || !f.Shows(s.Department, s.Priority, s.Language) {
			continue
		}
		called[f.Channel] = true
		d := core.Delivery{
			Channel: f.Channel, Lane: threadLane(s.ID, f.Room), Room: f.Room, Rank: core.AgentCopies, Verb: core.OutWarn, Session: s.ID, Merge: merge,
		}
		if err := w.Owe(d, string(f.Room)); err != nil {
			return err
		}
	}
	var told []core.AgentLink
	if s.Assignee != 0 {
		links, err := w.linksOf(s.Assignee)
		if err != nil {
			return err
		}
		told = slices.DeleteFunc(links, func(l core.AgentLink) bool { return called[l.Channel] })
	}
	if m.Critical() {
		overseers, err := w.overseersOf(s.Department)
		if err != nil {
			return err
		}
		told = append(told, core.Alerted(overseers, s.Assignee)...)
	}
	return w.oweAlerts(s, surfaces, told, merge+" "+s.ID.String())
}

func (w *Work) linksOf(a core.AgentID) (links []core.AgentLink, err error) {
	g := w.group
	return links, w.read(g.query(&links, g.tx.Rebind(selectLinks), a))
}

const selectOverseers = `SELECT k.channel, k.remote, k.agent, k.created_at, a.availability FROM roles r JOIN agents a ON a.id = r.agent
	JOIN links k ON k.agent = r.agent WHERE r.department = ? AND (r.role & ?) <> 0 AND a.disabled_at = 0 ORDER BY k.created_at, k.channel, k.remote`

// overseersOf gives a department's supervisors as channels know them, those linked first before the others.
func (w *Work) overseersOf(d core.DepartmentID) (all []core.Overseer, err error) {
	g := w.group
	return all, w.read(g.query(&all, g.tx.Rebind(selectOverseers), d, int64(core.Supervisor)))
}

// oweAlerts owes people word of what was appended last, as far as they are linked where one of the surfaces is.
func (w *Work) oweAlerts(s core.Session, surfaces []core.Surface, links []core.AgentLink, merge string) error {
	g := w.group
	var owed []core.Delivery
	var lanes []laneKey
	for _, l := range links {
		if !slices.ContainsFunc(surfaces, func(f core.Surface) bool { return f.Channel == l.Channel }) {
			continue
		}
		key := laneKey{l.Channel, "alerts/" + string(l.Remote)}
		if _, _, known := g.lanes.get(key); !known {
			lanes = append(lanes, key)
		}
		owed = append(owed, core.Delivery{
			Channel: l.Channel, Lane: key.lane, Room: l.Remote, Rank: core.AgentCopies, Verb: core.OutAlert, Session: s.ID, Merge: merge,
		})
	}
	if err := w.read(g.loadLanes(lanes)); err != nil {
		return err
	}
	for _, d := range owed {
		l, err := w.Lane(d.Channel, d.Lane)
		if err == nil && l.Owed >= maxAlerts {
			continue
		}
		if err != nil && core.KindOf(err) != core.NotFound {
			return err
		}
		if err := w.Owe(d, string(d.Room)); err != nil {
			return err
		}
	}
	return nil
}

const selectReaders = `SELECT k.remote, k.agent, COALESCE(r.department, 0) AS department, COALESCE(r.role, 0) AS role FROM links k
	JOIN agents a ON a.id = k.agent AND a.disabled_at = 0 LEFT JOIN roles r ON r.agent = k.agent
	WHERE k.channel = ? AND (k.agent IN (?) OR k.remote IN (?)) ORDER BY k.created_at, k.remote, r.department`

// readers adds to tasks that tell agents of something who reads it, as it stands now.
func (s *Store) readers(ctx context.Context, c core.ChannelID, tasks []Task) error {
	var holders []core.AgentID
	remotes := []string{""} // a statement takes no empty list
	for _, t := range tasks {
		switch t.Verb {
		case core.OutWarn:
			holders = append(holders, t.Card.Assignee)
		case core.OutAlert:
			remotes = append(remotes, string(t.Room))
		}
	}
	if len(holders)+len(remotes) == 1 {
		return nil
	}
	readers, err := all[struct {
		Remote     core.RemoteID     `db:"remote"`
		Agent      core.AgentID      `db:"agent"`
		Department core.DepartmentID `db:"department"`
		Role       core.Role         `db:"role"`
	}](ctx, s, "store.Tasks", selectReaders, c, append(holders, 0), remotes)
	if err != nil {
		return err
	}
	for i := range tasks {
		t := &tasks[i]
		for _, r := range readers {
			switch {
			case t.Verb == core.OutWarn && r.Agent == t.Card.Assignee && !slices.Contains(t.Calls, r.Remote):
				t.Calls = append(t.Calls, r.Remote)
			case t.Verb == core.OutAlert && r.Remote == t.Room:
				t.Reader = r.Agent
				if r.Department == t.Card.Department {
					t.Role = r.Role
				}
			}
		}
	}
	return nil
}
