package store

import (
	"context"

	"parley/core"
)

// accountKey is where a customer has one account.
type accountKey struct {
	customer core.CustomerID
	binding  core.BindingID
}

const selectCustomerOf = `SELECT customer FROM identities WHERE id = ?`

// CustomerOf gives whose a session is; NotFound if its identity is not there.
func (w *Work) CustomerOf(s core.Session) (c core.CustomerID, err error) {
	return c, w.get(&c, selectCustomerOf, s.Identity)
}

const selectAccount = `SELECT customer, binding, record, session, at, agent, rule FROM accounts WHERE customer = ? AND binding = ?`

// Account gives a customer's account in a binding, as this group's jobs have left it; NotFound if they have none.
func (w *Work) Account(c core.CustomerID, b core.BindingID) (core.Account, error) {
	a, known := w.group.accounts[accountKey{c, b}]
	if !known {
		return a, w.get(&a, selectAccount, c, b)
	}
	if a.Record == 0 {
		return a, missing("store.Account")
	}
	return a, nil
}

const insertAccount = `INSERT INTO accounts (customer, binding, record, session, at, agent, rule) VALUES (?, ?, ?, ?, ?, ?, ?)`

// AddAccount says which account a customer has where they have none. Sessions of one customer are locked apart: of two that do it at the same time
// the second fails as the group is stored, and its job runs again.
func (w *Work) AddAccount(a core.Account) {
	w.account(a)
	w.change(insertAccount, a.Customer, a.Binding, a.Record, a.Session, a.At, a.Agent, a.Rule)
}

const deleteAccount = `DELETE FROM accounts WHERE customer = ? AND binding = ?`

// RemoveAccount takes an account from its customer. The record stays.
func (w *Work) RemoveAccount(a core.Account) {
	w.account(core.Account{Customer: a.Customer, Binding: a.Binding})
	w.change(deleteAccount, a.Customer, a.Binding)
}

// account lets the group's other jobs see a customer's account as it is now; without a record they have none.
func (w *Work) account(a core.Account) {
	g, key := w.group, accountKey{a.Customer, a.Binding}
	before, known := g.accounts[key]
	g.accounts[key] = a
	g.undo = append(g.undo, func() {
		if delete(g.accounts, key); known {
			g.accounts[key] = before
		}
	})
}

const selectRecordAt = `SELECT ` + recordColumns + ` FROM records WHERE type = ? AND remote = ? AND remote <> '' ORDER BY id LIMIT 1`

// RecordAt gives the record of a type that its provider calls so; NotFound if there is none.
func (w *Work) RecordAt(t core.RecordTypeID, remote core.RemoteID) (core.Record, error) {
	for _, r := range w.group.records {
		if r.Type == t && r.Remote == remote {
			return r, nil
		}
	}
	var r core.Record
	return r, w.get(&r, selectRecordAt, t, string(remote))
}

const selectChannelsOf = `SELECT id FROM channels WHERE department = ? ORDER BY id`

// ChannelsOf gives the channels whose customers a department serves.
func (w *Work) ChannelsOf(d core.DepartmentID) (channels []core.ChannelID, err error) {
	g := w.group
	return channels, w.read(g.query(&channels, g.tx.Rebind(selectChannelsOf), d))
}

// ChannelsOf gives the channels whose customers a department serves.
func (s *Store) ChannelsOf(ctx context.Context, d core.DepartmentID) ([]core.ChannelID, error) {
	return all[core.ChannelID](ctx, s, "store.ChannelsOf", selectChannelsOf, d)
}

// AccountRow is a customer's account as panels show it.
type AccountRow struct {
	core.Record
	System
	TypeName  string       `db:"type_name"`
	MatchedAt core.Time    `db:"matched_at"`
	MatchedBy core.AgentID `db:"matched_by"`
	Matcher   string       `db:"matcher"`    // who has matched it
	MatchRule string       `db:"match_rule"` // what the rule was called that did; "": an agent did
}

var selectAccounts = `SELECT ` + of("r", recordColumns) + `, t.name AS type_name, m.at AS matched_at, m.agent AS matched_by, COALESCE(a.name, '') AS matcher, m.rule AS match_rule, ` + systemColumns + `
	FROM accounts m JOIN records r ON r.id = m.record JOIN record_types t ON t.id = r.type LEFT JOIN agents a ON a.id = m.agent LEFT JOIN bindings b ON b.id = m.binding
	WHERE m.customer = ? ORDER BY m.binding`

// Accounts gives the accounts of a customer, one of each binding at most. Whoever asks has seen a session of theirs, and shows those that a department
// offers where they work.
func (s *Store) Accounts(ctx context.Context, c core.CustomerID) ([]AccountRow, error) {
	return all[AccountRow](ctx, s, "store.Accounts", selectAccounts, c)
}
