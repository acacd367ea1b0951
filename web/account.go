package web

import (
	"context"
	"net/http"
	"slices"

	"parley/core"
	"parley/core/store"
)

// Account is a customer's account: who they are where a department's records are kept.
type Account struct {
	ID         string            `json:"id" example:"rec_5k" doc:"of its record, which agents of its department see and change as others"`
	Type       Ref               `json:"type"`
	Department string            `json:"department" doc:"its id: that of its type"`
	Title      string            `json:"title" doc:"beginning of the first field that says something"`
	Fields     map[string]string `json:"fields" doc:"by their names, as those of records"`
	Version    int64             `json:"version" doc:"rises with every edit"`
	State      string            `json:"state" enum:"owed,kept,parked" doc:"as of records"`
	Reason     string            `json:"reason,omitempty" doc:"a sentence for people: why it is parked, or still owed"`
	Address    string            `json:"address,omitempty" doc:"where people see it at its provider"`
	MatchedAt  string            `json:"matched_at" format:"date-time"`
	MatchedBy  Ref               `json:"matched_by" doc:"who has matched or registered the customer; empty: a rule has"`
	Rule       string            `json:"rule,omitempty" doc:"what the rule was called that has"`
}

// Candidate is an account that may be a customer's.
type Candidate struct {
	ID      string            `json:"id" doc:"what its provider calls it: what a match takes"`
	Title   string            `json:"title" doc:"beginning of the first field that says something"`
	Fields  map[string]string `json:"fields" doc:"by their names, as those of records"`
	Address string            `json:"address,omitempty" doc:"where people see it at its provider"`
}

type (
	// AccountQuery says what to look for.
	AccountQuery struct {
		Fields map[string]string `json:"fields,omitempty" doc:"of the department's type of account, by their names: found is what has all of them just so; without any: each e-mail address and phone number that a form begins with, and the customer's name, in the first field that takes words"`
	}
	// AccountMatch says which account is the customer's.
	AccountMatch struct {
		Account string            `json:"account" doc:"a candidate's id"`
		Fields  map[string]string `json:"fields,omitempty" doc:"by which it was found: it is looked for once more"`
	}
)

type (
	findAccountsInput struct {
		OnSession
		Body AccountQuery
	}
	candidatesOutput  struct{ Body List[Candidate] }
	matchAccountInput struct {
		Deed
		Body AccountMatch
	}
	accountOutput    struct{ Body Account }
	newAccountOutput struct {
		Status int
		Body   Account
	}
)

func accountOf(r store.AccountRow) Account {
	return Account{
		ID: r.ID.String(), Type: Ref{r.Type.String(), r.TypeName}, Department: r.Department.String(), Title: r.Title, Fields: r.Fields, Version: r.Version,
		State: string(r.State), Reason: r.Why(r.Record), Address: r.Address, MatchedAt: r.MatchedAt.String(), MatchedBy: Ref{r.MatchedBy.String(), r.Matcher}, Rule: r.MatchRule,
	}
}

// findAccounts gives accounts that may be the customer's, at most 20. What is looked for comes in a body, so that it stands in no log of addresses.
func (s *Server) findAccounts(ctx context.Context, in *findAccountsInput) (*candidatesOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	t, found, err := s.hub.FindAccounts(ctx, callerOf(ctx).actor, id, in.Body.Fields)
	if err != nil {
		return nil, err
	}
	out := &candidatesOutput{List[Candidate]{Items: []Candidate{}}}
	for _, r := range found {
		known := t.Known(r.Fields)
		out.Body.Items = append(out.Body.Items, Candidate{ID: string(r.ID), Title: t.Title(known), Fields: known, Address: r.Address})
	}
	return out, nil
}

// matchAccount takes what the provider says of the account, and nothing of it from the caller.
func (s *Server) matchAccount(ctx context.Context, in *matchAccountInput) (*accountOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	d := core.MatchAccount{Session: id, Remote: core.RemoteID(in.Body.Account)}
	if err := d.Check(); err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	row, err := s.store.Session(ctx, who.Scope(), id)
	if err != nil {
		return nil, err
	}
	_, now, err := s.accountIn(ctx, row)
	if err != nil {
		return nil, err
	}
	if now == nil || now.Remote != d.Remote { // else it is known, whether its provider answers or not
		_, found, err := s.hub.FindAccounts(ctx, who, id, in.Body.Fields)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(found, func(r core.RemoteRecord) bool { return r.ID == d.Remote })
		if i < 0 {
			return nil, refuse("account", "is not found by this any more: look again")
		}
		d.Found = found[i]
	}
	done, err := s.do(ctx, d, in.Key)
	if err != nil {
		return nil, keyed(err)
	}
	return s.hasAccount(ctx, id, done.Record)
}

// registerAccount is 201 for a new account, and 200 where the same form was sent already, by whomever: with the account that is there.
func (s *Server) registerAccount(ctx context.Context, in *newRecordInput) (*newAccountOutput, error) {
	t, err := idOf("type", in.Body.Type, core.ParseID[core.RecordTypeID])
	if err != nil {
		return nil, err
	}
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	done, err := s.do(ctx, core.RegisterAccount{Session: id, Type: t, Fields: in.Body.Fields, Version: in.Body.Version}, in.Key)
	if err != nil {
		return nil, keyed(err)
	}
	now, err := s.hasAccount(ctx, id, done.Record)
	if err != nil {
		return nil, err
	}
	out := &newAccountOutput{Status: http.StatusCreated, Body: now.Body}
	if done.Repeat || done.Event.Kind != core.EventRecordCreated {
		out.Status = http.StatusOK
	}
	return out, nil
}

func (s *Server) unmatchAccount(ctx context.Context, in *plainDeed) (*struct{}, error) {
	_, err := s.perform(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.UnmatchAccount{Session: id} })
	return nil, err
}

// hasAccount gives the account that a deed has given to a session's customer.
func (s *Server) hasAccount(ctx context.Context, id core.SessionID, of core.RecordID) (*accountOutput, error) {
	row, err := s.store.Session(ctx, callerOf(ctx).actor.Scope(), id)
	if err != nil {
		return nil, err
	}
	_, now, err := s.accountIn(ctx, row)
	if err != nil {
		return nil, err
	}
	if now == nil || now.ID != of {
		return nil, &core.Error{Op: "web.hasAccount", Kind: core.Gone, Reason: "This was the customer's account, and is not any more."}
	}
	return &accountOutput{accountOf(*now)}, nil
}

// accountIn gives what a session's panel shows: the type by which its department matches customers, zero if it does not, and the customer's account.
func (s *Server) accountIn(ctx context.Context, row store.Summary) (core.RecordType, *store.AccountRow, error) {
	t, offered, err := s.hub.AccountType(ctx, row.Department)
	if err != nil || !offered {
		return core.RecordType{}, nil, err
	}
	all, err := s.store.Accounts(ctx, row.Customer)
	if i := slices.IndexFunc(all, func(r store.AccountRow) bool { return r.Binding == t.Binding }); err == nil && i >= 0 {
		return t, &all[i], nil
	}
	return t, nil, err
}

// accountSearch says how far a rule's search for a customer's account has come.
func (s *Server) accountSearch(ctx context.Context, c core.CustomerID, t core.RecordType) (string, error) {
	search, err := s.store.AccountSearch(ctx, c, t.Binding)
	switch {
	case search.DueAt != 0:
		return "owed", err
	case search.Several():
		return "several", err
	}
	return "", err
}

// accountsOf gives those of a customer's accounts that departments show where the reader works.
func (s *Server) accountsOf(ctx context.Context, scope core.Scope, c core.CustomerID) ([]Account, error) {
	shown := []Account{}
	all, err := s.store.Accounts(ctx, c)
	if err != nil || len(all) == 0 {
		return shown, err
	}
	bindings := map[core.BindingID]bool{}
	for _, d := range scope.Departments {
		t, offered, err := s.hub.AccountType(ctx, d)
		if err != nil {
			return nil, err
		}
		if offered {
			bindings[t.Binding] = true
		}
	}
	for _, r := range all {
		if bindings[r.Binding] {
			shown = append(shown, accountOf(r))
		}
	}
	return shown, nil
}
