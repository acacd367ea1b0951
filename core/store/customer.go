package store

import (
	"context"

	"parley/core"
)

// mostIdentities is how many of a customer's identities are looked at. A person has a few.
const mostIdentities = 20

const selectCustomer = `SELECT id, name, created_at FROM customers WHERE id = ?`

const selectReached = `SELECT h.id, h.slug, h.kind FROM identities i JOIN channels h ON h.id = i.channel
	WHERE i.customer = ? AND EXISTS (SELECT 1 FROM sessions s WHERE s.identity = i.id AND ` + seen + `) ORDER BY i.id LIMIT ?`

// Customer gives a customer, and the channels that they have written through. NotFound if the scope sees none of their sessions; of the
// channels it gives those where it sees one.
func (s *Store) Customer(ctx context.Context, scope core.Scope, id core.CustomerID) (core.Customer, []core.Channel, error) {
	const op = "store.Customer"
	if len(scope.Departments) == 0 {
		return core.Customer{}, nil, &core.Error{Op: op, Kind: core.NotFound}
	}
	channels, err := all[core.Channel](ctx, s, op, selectReached, with([]any{id}, scope, mostIdentities)...)
	if err == nil && len(channels) == 0 {
		err = &core.Error{Op: op, Kind: core.NotFound}
	}
	if err != nil {
		return core.Customer{}, nil, err
	}
	c, err := one[core.Customer](ctx, s, op, selectCustomer, id)
	return c, channels, err
}

var (
	selectIdentities = `SELECT id FROM identities WHERE customer = ? ORDER BY id LIMIT ?`
	selectTheirs     = selectSummary + `WHERE s.identity = ? AND ` + seen + ` AND s.state IN (?) AND s.id < ? ORDER BY s.id DESC LIMIT ?`
)

// theirs gives a customer's sessions, newest first. They are read one identity at a time, as each has an index in that order.
func (s *Store) theirs(ctx context.Context, f SessionFilter, scope core.Scope, states []core.State, before int64, limit int) ([]Summary, error) {
	identities, err := all[core.IdentityID](ctx, s, "store.Sessions", selectIdentities, f.Customer, mostIdentities)
	if err != nil {
		return nil, err
	}
	return across(ctx, s, identities, newestFirst, selectTheirs, with(nil, scope, states, before, limit)...)
}
