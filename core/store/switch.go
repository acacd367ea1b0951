package store

import (
	"context"
	"strings"

	"parley/core"
)

const selectSwitch = `SELECT switched_on, switched_by, switched_at FROM installation`

// Switch gives the installation's, which stands above those of all departments.
func (s *Store) Switch(ctx context.Context) (core.Switch, error) {
	return one[core.Switch](ctx, s, "store.Switch", selectSwitch)
}

// Switch gives the installation's. While a department is locked nobody else sets it.
func (w *Work) Switch() (core.Switch, error) {
	g := w.group
	if g.house == nil {
		var s core.Switch
		if err := w.get(&s, selectSwitch); err != nil {
			return s, err
		}
		g.house = &s
	}
	return *g.house, nil
}

const updateSwitch = `UPDATE installation SET switched_on = ?, switched_by = ?, switched_at = ?`

// PutSwitch sets the installation's. Whoever does has locked all departments.
func (w *Work) PutSwitch(s core.Switch) {
	g, before := w.group, w.group.house
	g.house = &s
	g.undo = append(g.undo, func() { g.house = before })
	w.change(updateSwitch, s.SwitchedOn, string(s.SwitchedBy), s.SwitchedAt)
}

const selectCrowd = `SELECT id FROM sessions WHERE department = ? AND ended_at = 0 AND aside = '' AND state IN ('waiting', 'pending') LIMIT ?`

// Crowd counts who waits in a department as the threshold counts them, up to a limit.
func (w *Work) Crowd(d core.DepartmentID, limit int64) (int64, error) {
	g := w.group
	var stored []core.SessionID
	err := g.query(&stored, g.tx.Rebind(selectCrowd), d, limit+int64(len(g.sessions.rows)))
	if w.read(err) != nil {
		return 0, err
	}
	var n int64
	for _, id := range stored {
		if _, there, _ := g.sessions.get(id); !there {
			n++
		}
	}
	for _, s := range g.sessions.rows { // as they are now
		if s.Department == d && s.Crowds() {
			n++
		}
	}
	return min(n, limit), nil
}

// SwitchFilter narrows the history of a switch; what is zero does not narrow.
type SwitchFilter struct {
	Department core.DepartmentID // zero: the installation's own
	From       core.Time         // not before
	Until      core.Time         // before
	Text       string            // in the reason, whatever the case of its letters
	Agents     []core.AgentID    // with Text: or by any of them
}

const selectSwitched = selectEvent + `WHERE l.kind = 'department.switched' AND l.department = ? AND l.id < ? AND l.at >= ? AND l.at < ?
	AND (? = '' OR lower(l.reason) LIKE ? ESCAPE '!' OR l.actor_kind = 'agent' AND l.actor IN (?)) ORDER BY l.id DESC LIMIT ?`

// Switched gives the history of a switch, newest first (S1.38).
func (s *Store) Switched(ctx context.Context, f SwitchFilter, after string, limit int) (Page[core.Event], error) {
	_, before, err := parseCursor(after, false)
	if err != nil {
		return Page[core.Event]{}, err
	}
	if f.Until == 0 {
		f.Until = newest
	}
	by := append([]core.AgentID{0}, f.Agents...)
	rows, err := all[core.Event](ctx, s, "store.Switched", selectSwitched, f.Department, before, f.From, f.Until, f.Text, containing(f.Text), by, limit+1)
	page := Page[core.Event]{Items: rows}
	if len(rows) > limit {
		page.Items, page.Next = rows[:limit], cursor36(rows[limit-1].ID)
	}
	return page, err
}

// containing is a pattern of LIKE for what has a text in it.
func containing(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}
