package store

import (
	"context"

	"parley/core"
)

// AccountOf gives the record that is the account of a session's customer in a binding; zero if they have none.
func (w *Work) AccountOf(s core.Session, b core.BindingID) (core.Record, error) {
	customer, err := w.CustomerOf(s)
	if err != nil {
		return core.Record{}, err
	}
	a, err := w.Account(customer, b)
	if core.KindOf(err) == core.NotFound {
		return core.Record{}, nil
	}
	if err != nil {
		return core.Record{}, err
	}
	return w.Record(a.Record)
}

const (
	// mostLinked bounds how many records of a session are linked when its customer's account becomes known: the newest.
	mostLinked = 50

	selectUnlinked = `SELECT r.id FROM records r JOIN record_types t ON t.id = r.type
	WHERE r.session = ? AND r.binding = ? AND r.state = 'kept' AND r.linked <> ? AND t.use = 'record' ORDER BY r.id DESC LIMIT ?`
)

// OweLinks lets a session's records be linked with its customer's account. Those of their other sessions stay as they are.
func (w *Work) OweLinks(s core.SessionID, account core.Record) error {
	if account.Binding == 0 || account.Remote == "" {
		return nil
	}
	g := w.group
	var ids []core.RecordID
	if err := w.read(g.tx.SelectContext(g.ctx, &ids, g.tx.Rebind(selectUnlinked), s, account.Binding, account.ID, mostLinked)); err != nil {
		return err
	}
	for _, id := range ids {
		r, err := w.Record(id)
		if err != nil {
			return err
		}
		r.OweLink(account, w.Now())
		w.PutRecord(r)
	}
	return nil
}

var selectAccountFor = `SELECT ` + of("r", recordColumns) + ` FROM sessions s JOIN identities i ON i.id = s.identity
	JOIN accounts m ON m.customer = i.customer AND m.binding = ? JOIN records r ON r.id = m.record WHERE s.id = ?`

// AccountFor gives the account of a record's customer where the record is kept; NotFound if they have none there.
func (s *Store) AccountFor(ctx context.Context, r core.Record) (core.Record, error) {
	return one[core.Record](ctx, s, "store.AccountFor", selectAccountFor, r.Binding, r.Session)
}
