package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/core"
	"parley/core/store"
)

type accountCommand struct {
	common

	Accounts int `default:"100000" help:"In the large house, more than 2000."`
	Requests int `default:"100" help:"For each question, in each house and round."`
	Rounds   int `default:"7" help:"In the small house and the large one, by turns."`
}

// smallAccounts are in the house with which the large one is compared.
const smallAccounts = 2000

// The accounts, as the program itself would have kept them. Their ids are numbers from 1; the one parameter is how many there are.
const (
	fillAccounts = `INSERT INTO records (id, type, binding, department, session, form, title, fields, version, state, reason, remote, address, attempts, due_at,
		created_at, created_by, changed_at) ` + fillNumbers + `SELECT n, t.id, 0, t.department, 1, 'form ' || n, 'Visitor N' || n,
		'{"email":"visitor' || n || '@example.test","name":"Visitor N' || n || '","plan":"' || CASE WHEN n % 3 = 0 THEN 'paid' ELSE 'free' END || '"}',
		1, 'kept', '', 'rec_' || n, '', 0, 0, n, 0, n FROM numbers CROSS JOIN record_types t`
	fillAccountValues = `INSERT INTO account_values (type, value, record) SELECT type, value, record FROM account_fields`
)

// question is something by which an account is looked for: what is known of the one with a number.
type question struct {
	name   string
	fields func(n int) core.FieldValues
}

var questions = []question{
	{"by address", func(n int) core.FieldValues {
		return core.FieldValues{"email": fmt.Sprintf("visitor%d@example.test", n)}
	}},
	{"by name", func(n int) core.FieldValues { return core.FieldValues{"name": fmt.Sprint("Visitor N", n)} }},
	{"by name and plan", func(n int) core.FieldValues {
		return core.FieldValues{"name": fmt.Sprint("Visitor N", 3*(n/3)+1), "plan": "free"}
	}},
	{"by what most have", func(int) core.FieldValues { return core.FieldValues{"plan": "free"} }},
}

// Run measures on each database.
func (c *accountCommand) Run(ctx context.Context) error {
	if c.Accounts <= smallAccounts {
		return fmt.Errorf("more than %d accounts are needed", smallAccounts)
	}
	return c.each("account", map[string]any{"accounts": c.Accounts, "requests": c.Requests, "rounds": c.Rounds}, func(kind, dir string, r *report) error {
		return c.on(ctx, kind, dir, r)
	})
}

// on measures on one database.
func (c *accountCommand) on(ctx context.Context, kind, dir string, r *report) error {
	large, err := c.open(ctx, kind, dir, c.Accounts)
	if err != nil {
		return err
	}
	defer large.close() //nolint:errcheck // nothing of it is kept
	small, err := c.open(ctx, kind, dir, smallAccounts)
	if err != nil {
		return err
	}
	defer small.close() //nolint:errcheck // nothing of it is kept
	for _, q := range questions {
		var ratios, controls, values []float64
		for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
			control, err := small.ask(ctx, q, c.Requests)
			if err != nil {
				return err
			}
			value, err := large.ask(ctx, q, c.Requests)
			if err != nil {
				return err
			}
			if round >= 0 {
				ratios, controls, values = append(ratios, value/control), append(controls, control), append(values, value)
			}
		}
		r.add(figure{Goal: "P6", Name: fmt.Sprintf("%s, %d accounts: %s", kind, c.Accounts, q.name), Value: median(values), Unit: "ms",
			Ratio: median(ratios), AtMost: 1.5, Spread: spread(ratios), Control: spread(controls)})
	}
	return nil
}

// accountHouse is a house full of accounts.
type accountHouse struct {
	*engine
	kind     core.RecordType
	accounts int
	drop     func()
}

func (h *accountHouse) close() error {
	defer h.drop()
	return h.stop()
}

func (c *accountCommand) open(ctx context.Context, kind, dir string, accounts int) (*accountHouse, error) {
	db, err := newDatabase(ctx, kind, dir, c.Postgres)
	if err != nil {
		return nil, err
	}
	h := &accountHouse{accounts: accounts, drop: db.drop}
	if h.engine, err = startEngine(ctx, db.url); err != nil {
		db.drop()
		return nil, err
	}
	furnished, err := h.furnish(ctx, 1)
	if err == nil {
		h.kind = core.RecordType{
			ID: 1, Department: furnished.department, Name: "Account", Use: core.UseAccount, Version: 1, Fields: core.Fields{
				{Name: "email", Label: "E-mail", Kind: core.FieldEmail}, {Name: "name", Label: "Name", Kind: core.FieldText},
				{Name: "plan", Label: "Plan", Kind: core.FieldChoice, Choices: []string{"free", "paid"}},
			},
		}
		_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error { w.PutRecordType(h.kind); return nil }})
	}
	if err == nil {
		err = db.fill(ctx, []filling{{fillAccounts, accounts}, {fillAccountValues, 0}})
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// ask asks a question of accounts of every age, and gives the median of how long that took, in milliseconds. Nothing found is an error.
func (h *accountHouse) ask(ctx context.Context, q question, n int) (float64, error) {
	times := make([]time.Duration, n)
	for i := range times {
		fields := q.fields(1 + i*(h.accounts/n))
		begin := time.Now()
		found, err := h.store.FindAccounts(ctx, h.kind.ID, fields, core.MaxFound)
		times[i] = time.Since(begin)
		if err == nil && len(found) == 0 {
			err = fmt.Errorf("%s: nothing is found for %v", q.name, fields)
		}
		if err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return milliseconds(quantile(times, 0.5)), nil
}
