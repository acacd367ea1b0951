package store

import (
	"context"

	"parley/core"
)

const (
	searchColumns       = `customer, binding, session, type, rule, fields, attempts, due_at`
	insertAccountSearch = `INSERT INTO account_searches (` + searchColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (customer, binding) DO `
	addAccountSearch    = insertAccountSearch + `UPDATE SET session = excluded.session, type = excluded.type, rule = excluded.rule, fields = excluded.fields,
	attempts = 0, due_at = excluded.due_at WHERE account_searches.due_at = 0 AND account_searches.fields NOT IN ('{}', excluded.fields)`
	putAccountSearch    = insertAccountSearch + `UPDATE SET fields = excluded.fields, attempts = excluded.attempts, due_at = excluded.due_at`
	selectAccountSearch = `SELECT ` + searchColumns + ` FROM account_searches WHERE customer = ? AND binding = ?`
	deleteAccountSearch = `DELETE FROM account_searches WHERE customer = ? AND binding = ?`
)

// AddAccountSearch lets a customer's account be looked for, if it never was, or several were found and something else is known of them now.
func (w *Work) AddAccountSearch(a core.AccountSearch) { w.change(addAccountSearch, rowOf(a)...) }

// PutAccountSearch changes how far a search has come.
func (w *Work) PutAccountSearch(a core.AccountSearch) { w.change(putAccountSearch, rowOf(a)...) }

// EndAccountSearch notes that no rule looks for a customer's account any more.
func (w *Work) EndAccountSearch(a core.AccountSearch) {
	a.Fields, a.DueAt = nil, 0
	w.change(putAccountSearch, rowOf(a)...)
}

func rowOf(a core.AccountSearch) []any {
	return []any{a.Customer, a.Binding, a.Session, a.Type, a.Rule, a.Fields, a.Attempts, a.DueAt}
}

// DropAccountSearch forgets a search: the next event of a rule begins it anew.
func (w *Work) DropAccountSearch(a core.AccountSearch) {
	w.change(deleteAccountSearch, a.Customer, a.Binding)
}

// AccountSearch gives a customer's search in a binding; NotFound if there never was one.
func (w *Work) AccountSearch(c core.CustomerID, b core.BindingID) (a core.AccountSearch, err error) {
	return a, w.get(&a, selectAccountSearch, c, b)
}

var selectOwedSearches = `SELECT ` + of("x", searchColumns) + `, b.rest_until AS rest_until FROM ` + bindingLanes + ` JOIN account_searches x
	ON x.binding = b.id AND x.customer = (SELECT o.customer FROM account_searches o WHERE o.binding = b.id AND o.due_at <> 0 ORDER BY o.attempts, o.due_at LIMIT 1)
	ORDER BY b.id`

// OwedAccountSearch is the next one of its binding.
type OwedAccountSearch struct {
	core.AccountSearch
	RestUntil core.Time `db:"rest_until"` // of its binding
}

// OwedAccountSearches gives of each binding the search for which its provider is to be asked next, due or not.
func (s *Store) OwedAccountSearches(ctx context.Context) ([]OwedAccountSearch, error) {
	return all[OwedAccountSearch](ctx, s, "store.OwedAccountSearches", selectOwedSearches)
}

// AccountSearch gives a customer's search in a binding; zero if there never was one.
func (s *Store) AccountSearch(ctx context.Context, c core.CustomerID, b core.BindingID) (core.AccountSearch, error) {
	found, err := all[core.AccountSearch](ctx, s, "store.AccountSearch", selectAccountSearch, c, b)
	if err != nil || len(found) == 0 {
		return core.AccountSearch{}, err
	}
	return found[0], nil
}
