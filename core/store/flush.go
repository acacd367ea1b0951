package store

import (
	"parley/core"
)

// The values of changed rows, in the order of the columns in the flush statements of both databases.

func participantValues(p core.Participant) []any {
	return []any{int64(p.Session), int64(p.Agent), int64(p.JoinedAt), int64(p.LeftAt), p.ReadSeq}
}

func customerValues(c core.Customer) []any { return []any{int64(c.ID), c.Name, int64(c.CreatedAt)} }

func identityValues(i core.Identity) []any {
	return []any{int64(i.ID), int64(i.Channel), string(i.Remote), int64(i.Customer)}
}

func eventValues(e core.Event, hash []byte) []any {
	return []any{
		int64(e.ID), int64(e.At), string(e.Kind), int64(e.Department), int64(e.Session), e.Seq, string(e.ActorKind), e.Actor, e.Name,
		string(e.Audience), int64(e.Target), string(e.Outcome), e.Text, e.Dedupe, hash, int64(e.About), e.Data, string(e.State), e.Reason,
		int64(e.Former),
	}
}

func laneValues(l core.Lane) []any {
	return []any{
		int64(l.Channel), l.Lane, l.Bucket, l.LastNo, l.Owed, int64(l.Rank), int64(l.DueAt), l.Attempts, l.Step, int64(l.Since), l.Sending, l.Epoch,
	}
}

// laneChanges are lanes that stay, with what can change.
func laneChanges(l core.Lane) []any {
	return []any{
		int64(l.Channel), l.Lane, l.LastNo, l.Owed, int64(l.Rank), int64(l.DueAt), l.Attempts, l.Step, int64(l.Since), l.Sending, l.Epoch,
	}
}

func laneName(l core.Lane) []any { return []any{int64(l.Channel), l.Lane} }

// laneRows gives the changed lanes: those to add, to change, and to take away because nothing is owed to them any more.
func (g *group) laneRows() (added, changed, emptied [][]any) {
	fresh, updated := g.lanes.split()
	for _, l := range fresh {
		if l.Owed > 0 { // else it was emptied before anybody saw it
			added = append(added, laneValues(l))
		}
	}
	for _, l := range updated {
		if l.Owed == 0 {
			emptied = append(emptied, laneName(l))
		} else {
			changed = append(changed, laneChanges(l))
		}
	}
	return added, changed, emptied
}

func messageChanges(e core.Event) []any {
	return []any{int64(e.ID), e.Text, e.Data, string(e.State), e.Reason, int64(e.EditedAt), int64(e.DeletedAt)}
}

// owedRows gives the group's deliveries, with the ids of their messages.
func (g *group) owedRows() [][]any {
	rows := make([][]any, len(g.owed))
	for i, o := range g.owed {
		if o.event >= 0 {
			o.Message = g.events[o.event].ID
		}
		rows[i] = []any{
			int64(o.Channel), o.Lane, o.No, int64(o.Rank), string(o.Verb), int64(o.Session), int64(o.Message), o.Merge, int64(o.OwedAt), string(o.Room),
			int64(o.DueAt), int64(o.File),
		}
	}
	return rows
}

// partRows gives what channels call the group's messages.
func (g *group) partRows() [][]any {
	rows := make([][]any, len(g.parts))
	for i, p := range g.parts {
		if p.message == 0 {
			p.message = g.events[p.event].ID
		}
		rows[i] = []any{int64(p.channel), string(p.remote), int64(p.message), int64(p.no), string(p.room), int64(p.file), p.said, string(p.thread)}
	}
	return rows
}

func valuesOf[V any](rows []V, values func(V) []any) [][]any {
	all := make([][]any, len(rows))
	for i, r := range rows {
		all[i] = values(r)
	}
	return all
}

// changeSettings runs the group's changes of settings.
func (g *group) changeSettings() error {
	for _, c := range g.settings {
		if _, err := g.tx.ExecContext(g.ctx, g.tx.Rebind(c.query), c.args...); err != nil {
			return err
		}
	}
	return nil
}

const takeNumbers = `UPDATE installation SET number = number + ? RETURNING number`

// number gives the group's new sessions their numbers.
func (g *group) number(added []core.Session) error {
	if len(added) == 0 {
		return nil
	}
	var last int64
	if err := g.tx.GetContext(g.ctx, &last, g.tx.Rebind(takeNumbers), len(added)); err != nil {
		return err
	}
	for i := range added {
		added[i].Number = last - int64(len(added)-1-i)
	}
	return nil
}

// giveIDs gives the group's events their ids, from the newest in the log on.
func (g *group) giveIDs() error {
	var head core.EventID
	if err := g.tx.GetContext(g.ctx, &head, selectHead); err != nil {
		return err
	}
	for i := range g.events {
		g.events[i].ID = head + core.EventID(i) + 1
	}
	return nil
}

func (g *group) eventRows() [][]any {
	rows := make([][]any, len(g.events))
	for i, e := range g.events {
		rows[i] = eventValues(e, g.hashes[i])
	}
	return rows
}
