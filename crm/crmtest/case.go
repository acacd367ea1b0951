package crmtest

import (
	"fmt"
	"strings"
	"sync"

	"parley/core"
)

func describe(k *desk) {
	types, err := k.driver.Open().Describe(k.Context(), "call-1")
	if err != nil {
		k.Fatalf("describe: %v", err)
	}
	named := map[string]bool{}
	for _, each := range types {
		if each.Name == "" || each.Label == "" || named[each.Name] {
			k.Errorf("type %q, called %q: is without a name, or there twice", each.Name, each.Label)
		}
		named[each.Name] = true
		fields := map[string]bool{}
		for _, f := range each.Fields {
			if err := f.Check(); err != nil {
				k.Errorf("field %q of %s: no type of record can have it: %v", f.Name, each.Name, err)
			}
			if fields[f.Name] {
				k.Errorf("field %q of %s: is there twice", f.Name, each.Name)
			}
			fields[f.Name] = true
		}
		if each.Name == k.about.Type && (!fields[k.about.Text] || !fields[k.about.Other]) {
			k.Errorf("type %s: got the fields %v, want %s and %s among them", each.Name, each.Fields, k.about.Text, k.about.Other)
		}
	}
	if !named[k.about.Type] {
		k.Errorf("types: got %v, want %s among them", named, k.about.Type)
	}
}

func creates(k *desk) {
	d := k.draft("Broken lamp")
	d.Fields[k.about.Other] = "Ada"
	r := k.create(k.driver.Open(), d)
	k.one("Broken lamp", r.ID)
	for _, kept := range k.kept("Broken lamp") {
		if kept.Fields[k.about.Other] != "Ada" {
			k.Errorf("%s: got %q, want Ada", k.about.Other, kept.Fields[k.about.Other])
		}
	}
}

func once(k *desk) {
	d := k.draft("Again")
	p := k.driver.Open()
	first := k.create(p, d)
	for _, p := range []core.Provider{p, k.driver.Open()} {
		if again := k.create(p, d); again.ID != first.ID || again.Address != first.Address {
			k.Errorf("the same call: got %s at %q, want %s at %q", again.ID, again.Address, first.ID, first.Address)
		}
	}
	k.one("Again", first.ID)

	d = k.draft("At once")
	k.driver.Keep(d)
	ids := make([]core.RemoteID, 20)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			r, err := p.Create(k.Context(), call(d, 1), d)
			if err != nil {
				k.Errorf("create at once: %v", err)
			}
			ids[i] = r.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		k.one("At once", id)
	}
}

// edited makes a record whose answer is lost, and makes it again as it was edited since: what was not done, and what was.
func edited(k *desk) {
	p := k.driver.Open()
	for _, done := range []bool{false, true} {
		text := fmt.Sprint("Edited, done ", done)
		d := k.draft(text)
		d.Fields[k.about.Other] = "Ada"
		k.driver.Keep(d)
		if net, ok := k.driver.(Networked); ok {
			net.Break(1, Fault{Kind: Drop, Done: done})
		}
		_, _ = p.Create(k.Context(), call(d, 1), d) // case 11 asks what it says
		d.Fields = core.FieldValues{k.about.Text: text + ", after", k.about.Other: ""}
		k.driver.Keep(d)
		r, err := p.Create(k.Context(), call(d, 2), d)
		if err != nil {
			k.Errorf("%s: create it as it stands now: %v", text, err)
		}
		k.one(text+", after", r.ID)
		if before := k.kept(text); len(before) != 0 {
			k.Errorf("%s: got %v as it was before too, want one record", text, before)
		}
		for _, kept := range k.kept(text + ", after") {
			if kept.Fields[k.about.Other] != "" {
				k.Errorf("%s: a field that was emptied: got %q", text, kept.Fields[k.about.Other])
			}
		}
	}
}

func apart(k *desk) {
	p := k.driver.Open()
	a, b := k.create(p, k.draft("Twins")), k.create(p, k.draft("Twins"))
	if a.ID == b.ID || len(k.kept("Twins")) != 2 {
		k.Errorf("two calls: got %s and %s of %d records, want two", a.ID, b.ID, len(k.kept("Twins")))
	}
}

func updates(k *desk) {
	p := k.driver.Open()
	d := k.draft("Before")
	d.Fields[k.about.Other] = "stays"
	r := k.create(p, d)
	bystander := k.create(p, k.draft("Bystander"))
	change := d
	change.Fields = core.FieldValues{k.about.Text: "After"}
	k.driver.Keep(change)
	for range 2 {
		if got, err := p.Update(k.Context(), call(d, 2), r.ID, change); err != nil || got.ID != r.ID {
			k.Errorf("update: got %s, %v, want %s", got.ID, err, r.ID)
		}
	}
	k.one("After", r.ID)
	k.one("Bystander", bystander.ID)
	for _, kept := range k.kept("After") {
		if kept.Fields[k.about.Other] != "stays" {
			k.Errorf("what was not named: got %q, want it as it was", kept.Fields[k.about.Other])
		}
	}
	emptied := d
	emptied.Fields = core.FieldValues{k.about.Other: ""}
	k.driver.Keep(emptied)
	if _, err := p.Update(k.Context(), call(d, 3), r.ID, emptied); err != nil {
		k.Errorf("empty a field: %v", err)
	}
	for _, kept := range k.kept("After") {
		if kept.Fields[k.about.Other] != "" {
			k.Errorf("a field that is emptied: got %q", kept.Fields[k.about.Other])
		}
	}
	_, err := p.Update(k.Context(), "call-4", "987654321", change)
	if kind := core.KindOf(err); kind != core.NotFound && kind != core.Gone {
		k.Errorf("update of what is not there: got %v, want not_found or gone", err)
	}
}

func finds(k *desk) {
	p := k.driver.Open()
	for i := range 3 {
		d := k.draft("Many")
		d.Fields[k.about.Other] = fmt.Sprint(i)
		k.create(p, d)
	}
	for what, c := range map[string]struct {
		fields core.FieldValues
		limit  int
		want   int
	}{
		"by one field":          {core.FieldValues{k.about.Text: "Many"}, core.MaxFound, 3},
		"no more than so many":  {core.FieldValues{k.about.Text: "Many"}, 2, 2},
		"by two":                {core.FieldValues{k.about.Text: "Many", k.about.Other: "1"}, core.MaxFound, 1},
		"what is not there":     {core.FieldValues{k.about.Text: "None"}, core.MaxFound, 0},
		"a part is not a match": {core.FieldValues{k.about.Text: "Man"}, core.MaxFound, 0},
	} {
		found, err := p.Find(k.Context(), "call-"+what[:2], core.RecordQuery{Type: k.about.Type, Fields: c.fields, Limit: c.limit})
		if err != nil || len(found) != c.want {
			k.Errorf("find %s: got %d records, %v, want %d", what, len(found), err, c.want)
		}
		for _, r := range found {
			for name, want := range c.fields {
				if r.ID == "" || r.Fields[name] != want {
					k.Errorf("find %s: got %s with %v, want %s %q", what, r.ID, r.Fields, name, want)
				}
			}
		}
	}
}

func links(k *desk) {
	p := k.driver.Open()
	ref := func(text string) core.RemoteRef {
		return core.RemoteRef{Type: k.about.Type, ID: k.create(p, k.draft(text)).ID}
	}
	from, to := ref("Ticket"), ref("Customer")
	for range 2 {
		if err := p.Link(k.Context(), "call-7", from, to); err != nil {
			k.Errorf("link: %v", err)
		}
	}
	if n := k.driver.Linked(from, to); n != 1 {
		k.Errorf("links: got %d, want 1", n)
	}
	if err := p.Link(k.Context(), "call-8", from, core.RemoteRef{Type: k.about.Type, ID: "987654321"}); core.KindOf(err) != core.NotFound {
		k.Errorf("link with what is not there: got %v, want not_found", err)
	}
}

func literal(k *desk) {
	p := k.driver.Open()
	for _, text := range []string{
		`"quoted" 'twice' \n`, "<b>&amp;</b> {{name}}", "=1+1", "+49 30 1", "-2", "@home", "שלום\u200f!", "👩‍👩‍👧‍👦 é", "one\ntwo", "null", "0012", "true",
		strings.Repeat("ä", 4096),
	} {
		r := k.create(p, k.draft(text))
		k.one(text, r.ID)
	}
}

func refused(k *desk) {
	p := k.driver.Open()
	unknown, field := k.draft("Refused"), k.draft("Refused")
	unknown.Type = "unheard_of"
	field.Fields["unheard_of"] = "x"
	for what, d := range map[string]core.Draft{"type": unknown, "field": field} {
		k.driver.Keep(d)
		_, err := p.Create(k.Context(), call(d, 1), d)
		switch core.KindOf(err) {
		case core.Invalid, core.NotFound, core.Forbidden, core.Gone:
		default:
			k.Errorf("a %s that is not known: got %v, want it refused for good", what, err)
		}
	}
	if all := k.kept("Refused"); len(all) != 0 {
		k.Errorf("what was refused: got %v, want nothing", all)
	}
}
