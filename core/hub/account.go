package hub

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/core"
)

// findTime bounds one search for accounts: somebody waits for it.
const findTime = 15 * time.Second

// AccountType gives the type by which a department matches its customers with their accounts (FEATURES F2); false where it offers none.
func (h *Hub) AccountType(ctx context.Context, d core.DepartmentID) (core.RecordType, bool, error) {
	return h.accountType(
		func() ([]core.RecordType, error) { return h.store.RecordTypes(ctx, []core.DepartmentID{d}) },
		func() (core.Settings, error) { return h.store.Settings(ctx, d) },
		func() ([]core.ChannelID, error) { return h.store.ChannelsOf(ctx, d) },
	)
}

// accountType is the rule: the department has a type of account, and a messenger among its channels or a setting that does without.
func (h *Hub) accountType(types func() ([]core.RecordType, error), settings func() (core.Settings, error), channels func() ([]core.ChannelID, error)) (core.RecordType, bool, error) {
	all, err := types()
	i := slices.IndexFunc(all, func(t core.RecordType) bool { return t.Use == core.UseAccount })
	if err != nil || i < 0 {
		return core.RecordType{}, false, err
	}
	set, err := settings()
	if err != nil || set.Accounts.Web {
		return all[i], err == nil, err
	}
	its, err := channels()
	return all[i], slices.ContainsFunc(its, func(c core.ChannelID) bool {
		can, known := h.can(c)
		return known && !can.Pulls
	}), err
}

// notOffered is the answer where a department does not match its customers with accounts.
func notOffered() error {
	return &core.Error{Op: "hub.Accounts", Kind: core.Forbidden, Reason: "This department does not match customers with accounts: an admin gives it a type of account, and it needs a messenger or the setting for visitors of sites."}
}

// FindAccounts gives accounts that may be the session's customer's, the surest first, at most core.MaxFound: those that have all that was filled in, or
// else what is known of the customer. Errors: as those of core.MatchAccount, Invalid with the field, and Throttled, Busy or Unavailable where what keeps them does not answer.
func (h *Hub) FindAccounts(ctx context.Context, who core.Actor, id core.SessionID, said core.FieldValues) (core.RecordType, []core.RemoteRecord, error) {
	row, err := h.store.Session(ctx, who.Scope(), id)
	if err != nil {
		return core.RecordType{}, nil, err
	}
	if err := core.Allow(core.VerbMatchAccount, row.Session, core.StandingIn(row.Session, who, row.Part(who.Agent.ID))); err != nil {
		return core.RecordType{}, nil, err
	}
	t, offered, err := h.AccountType(ctx, row.Department)
	if err == nil && !offered {
		err = notOffered()
	}
	if err != nil {
		return t, nil, err
	}
	forms, err := h.store.Forms(ctx, row, t)
	if err != nil {
		return t, nil, err
	}
	queries, err := t.Queries(said, forms[0].Values, row.CustomerName)
	if err != nil {
		return t, nil, err
	}
	found, err := h.find(ctx, t, queries)
	if err != nil {
		h.log.InfoContext(ctx, "accounts not looked for", "binding", t.Binding.String(), "error", err)
		return t, nil, core.FindError(err)
	}
	return t, found, nil
}

// find asks a type's provider, one query after the other until enough is found.
func (h *Hub) find(ctx context.Context, t core.RecordType, queries []core.FieldValues) ([]core.RemoteRecord, error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if h.providers == nil {
		return nil, &core.Error{Op: "hub.find", Kind: core.Unavailable}
	}
	p, err := h.providers(ctx, t.Binding)
	if err != nil {
		return nil, err
	}
	return core.FindAll(ctx, p, fmt.Sprintf("find-%d", h.ids.Next(core.At(h.clock()))), t, queries)
}

// matchAccount says which account the customer has.
func (a *act) matchAccount(d core.MatchAccount) error {
	t, err := a.accountType()
	if err != nil {
		return err
	}
	customer, now, err := a.account(t)
	switch {
	case err != nil:
		return err
	case now.ID != 0 && now.Remote == d.Remote:
		a.record = now.ID
		return nil
	case now.ID != 0:
		return otherAccount(now)
	}
	r, err := a.RecordAt(t.ID, d.Remote)
	if core.KindOf(err) == core.NotFound {
		found := d.Found
		found.ID = d.Remote
		r, err = core.FoundAccount(core.RecordID(a.hub.ids.Next(a.Now())), t, a.s, found, a.who.Agent.ID, a.Now()), nil
		r.Rule = a.rule
		a.AddRecord(r)
	}
	if err != nil {
		return err
	}
	return a.own(customer, r, core.EventAccountMatched)
}

// registerAccount makes an account for the customer, once: who sends the same form meanwhile, from wherever, gets the one that is there.
func (a *act) registerAccount(d core.RegisterAccount) error {
	t, fields, err := a.form(core.CreateRecord(d), core.UseAccount)
	if err != nil {
		return err
	}
	if _, err := a.accountType(); err != nil {
		return err
	}
	customer, now, err := a.account(t)
	if err != nil {
		return err
	}
	r := core.NewAccount(core.RecordID(a.hub.ids.Next(a.Now())), t, a.s, customer, fields, a.who.Agent.ID, a.Now())
	r.Rule = a.rule
	switch {
	case now.ID != 0 && now.Form == r.Form:
		a.record = now.ID
		return nil
	case now.ID != 0:
		return otherAccount(now)
	}
	there, err := a.RecordOf(r.Form)
	if err == nil { // it was theirs before
		return a.own(customer, there, core.EventAccountMatched)
	}
	if core.KindOf(err) != core.NotFound {
		return err
	}
	a.AddRecord(r)
	return a.own(customer, r, core.EventRecordCreated)
}

// unmatchAccount takes the account from the customer.
func (a *act) unmatchAccount() error {
	t, err := a.accountType()
	if err != nil {
		return err
	}
	customer, now, err := a.account(t)
	if err != nil || now.ID == 0 {
		return err
	}
	a.RemoveAccount(core.Account{Customer: customer, Binding: t.Binding})
	a.EndAccountSearch(core.AccountSearch{Customer: customer, Binding: t.Binding, Session: a.s.ID})
	return a.tellAccount(now, core.EventAccountUnmatched)
}

// accountType gives the type by which the session's department matches its customers; Forbidden where it offers none.
func (a *act) accountType() (core.RecordType, error) {
	d := a.s.Department
	t, offered, err := a.hub.accountType(
		func() ([]core.RecordType, error) { return a.RecordTypesOf(d) },
		func() (core.Settings, error) { return a.Settings(d) },
		func() ([]core.ChannelID, error) { return a.ChannelsOf(d) },
	)
	if err == nil && !offered {
		err = notOffered()
	}
	return t, err
}

// account gives the session's customer and the account that they have where the type's are kept, zero if they have none.
func (a *act) account(t core.RecordType) (core.CustomerID, core.Record, error) {
	customer, err := a.CustomerOf(a.s)
	if err != nil {
		return 0, core.Record{}, err
	}
	r, err := a.AccountOf(a.s, t.Binding)
	return customer, r, err
}

// own makes a record the account of a customer who has none.
func (a *act) own(customer core.CustomerID, r core.Record, kind core.EventKind) error {
	a.AddAccount(core.Account{Customer: customer, Binding: r.Binding, Record: r.ID, Session: a.s.ID, At: a.Now(), Agent: a.who.Agent.ID, Rule: a.rule})
	if err := a.OweLinks(a.s.ID, r); err != nil {
		return err
	}
	a.record = r.ID
	return a.tellAccount(r, kind)
}

// tellAccount adds the event of what has become of the customer's account.
func (a *act) tellAccount(r core.Record, kind core.EventKind) error {
	t, err := a.RecordType(r.Type) // another department's, perhaps
	if err != nil {
		return err
	}
	e := a.event(kind, core.AgentsOnly)
	mark := r.Mark(t)
	mark.Rule = a.rule
	e.Data, e.Dedupe = core.Extra{Record: mark}.Data(), a.Key()
	a.Append(&a.s, e)
	return nil
}

func otherAccount(r core.Record) error {
	return &core.Error{Op: "hub.Accounts", Kind: core.Exists, Reason: "This customer has the account “" + r.Title + "” already. Take it from them first."}
}
