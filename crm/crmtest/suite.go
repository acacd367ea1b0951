package crmtest

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"parley/core"
)

// Case is one promise of every provider.
type Case struct {
	Name      string // its number and a word
	Sentence  string // what is promised, or what happens
	networked bool   // only for systems behind a network
	run       func(*desk)
}

// Cases are all of them.
var Cases = []Case{
	{Name: "01 describe", Sentence: "The types have names, and fields that a type of record can have, each once; that of the driver is among them.", run: describe},
	{Name: "02 create", Sentence: "A record is made with its fields, and its id is told; the system has it.", run: creates},
	{Name: "03 once", Sentence: "The same call three times, also by a provider that is started anew, and twenty times at once: one record, one answer.", run: once},
	{Name: "04 apart", Sentence: "Two calls with the same fields are two records.", run: apart},
	{Name: "05 update", Sentence: "An update changes what it names and nothing else, twice the same as once; of what is not there it is NotFound or Gone.", run: updates},
	{Name: "06 find", Sentence: "All that is asked for must be so; the limit holds; nothing found is no error.", run: finds},
	{Name: "07 link", Sentence: "A link made twice is one; with what is not there it is refused.", run: links},
	{Name: "08 literal", Sentence: "Quotes, markup, formulas, marks of right-to-left text, emoji, line breaks, 8 KiB: kept as they are.", run: literal},
	{Name: "09 refused", Sentence: "A type or a field that the system does not know is refused for good, and nothing is made.", run: refused},
	{Name: "10 throttled", Sentence: "Too many requests, with a time to wait and without: Throttled, with that time; again then, and there is one.", networked: true, run: throttled},
	{Name: "11 broken", Sentence: "A server's error, a page in HTML, broken JSON, a connection lost, before and after it was done: to be tried again, and then there is one.", networked: true, run: broken},
	{Name: "12 nameless", Sentence: "An answer without an id is none; again, and there is one.", networked: true, run: nameless},
	{Name: "13 revoked", Sentence: "A key that is refused is Unauthorized, for whatever is asked.", networked: true, run: revoked},
	{Name: "14 hanging", Sentence: "A call ends with its context, as one that is to be tried again.", networked: true, run: hanging},
	{Name: "15 secret", Sentence: "No key in what is said of a failure.", networked: true, run: secret},
	{Name: "16 edited", Sentence: "A record that was edited before an answer came is one, with another call: it has what stands in it now, and what was emptied is empty.", run: edited},
	{Name: "17 barred", Sentence: "An address that must not be called is Unavailable, for whatever is asked: an admin mends it, and nothing is refused.", networked: true, run: barred},
}

// number is what the case's name begins with.
func (c Case) number() string { return c.Name[:2] }

// Excused says why a system is not asked for a case, "" if it is.
func (c Case) Excused(d Driver) string {
	_, networked := d.(Networked)
	switch {
	case c.networked && !networked:
		return "there is no network on the way to it"
	case c.number() == "07" && d.About().Unlinks:
		return "records that belong together are known by their sessions"
	case c.number() == "09" && d.About().Loose:
		return "it keeps whatever it is given"
	}
	return ""
}

// Run runs the whole suite, in parallel. newDriver makes a driver with a system of its own; what it has to take down, it hands to Cleanup.
func Run(t *testing.T, newDriver func(T) Driver) {
	for _, c := range Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.on(t, newDriver)
		})
	}
}

func (c Case) on(t T, newDriver func(T) Driver) (excused bool) {
	t.Helper()
	d := newDriver(t)
	if reason := c.Excused(d); reason != "" {
		t.Logf("%s is not asked: %s", c.Name, reason)
		return true
	}
	c.run(&desk{T: t, driver: d, about: d.About()})
	return false
}

// Planted is one thing that is wrong in a provider, and the case that must find it.
type Planted struct {
	Case   string // its number
	Also   string // numbers of other cases that cannot but find it too
	Fault  string // what is wrong
	Driver func(T) Driver
}

// Prove runs the suite over each planted fault. It fails if the fault's case stays green, or another case goes red, or a case that is asked of any of
// the drivers has no fault. It prints the list.
func Prove(t *testing.T, faults []Planted) {
	planted, asked := map[string]bool{}, map[string]string{}
	for _, f := range faults {
		planted[f.Case] = true
		for _, c := range Cases {
			excused, failure := c.try(t, f.Driver)
			if !excused {
				asked[c.number()] = c.Name
			}
			switch own := c.number() == f.Case; {
			case own && failure == "":
				t.Errorf("%s: %s: green", f.Case, f.Fault)
			case own:
				t.Logf("%s: %s: red (%s)", f.Case, f.Fault, failure)
			case failure != "" && !strings.Contains(f.Also, c.number()):
				t.Errorf("%s: %s: turns %s red too: %s", f.Case, f.Fault, c.Name, failure)
			}
		}
	}
	for number, name := range asked {
		if !planted[number] {
			t.Errorf("%s: no fault is planted that it must find", name)
		}
	}
}

// try runs the case and gives the first thing that failed, "" if nothing did.
func (c Case) try(t *testing.T, newDriver func(T) Driver) (excused bool, failure string) {
	r := &recorder{ctx: t.Context()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.clean()
		excused = c.on(r, newDriver)
	}()
	<-done
	if len(r.failures) > 0 {
		failure = r.failures[0]
	}
	return excused, failure
}

// recorder is a test that only notes what fails.
type recorder struct {
	ctx context.Context //nolint:containedctx // as testing.T has one

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Helper()                  {}
func (r *recorder) Logf(string, ...any)      {}
func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " "))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) clean() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

// desk is where a case asks a provider.
type desk struct {
	T
	driver Driver
	about  About
	drafts int64
}

// draft gives another record with that text.
func (k *desk) draft(text string) core.Draft {
	k.drafts++
	return core.Draft{
		Record: core.RecordID(k.drafts), Type: k.about.Type, Fields: core.FieldValues{k.about.Text: text},
		Back: "https://parley.example/sessions/ses_1",
	}
}

// call is what a call about a draft is known by: another one for each version of the record.
func call(d core.Draft, version int) string { return fmt.Sprintf("%s-%d", d.Record, version) }

// create makes the draft's record, as Parley does; it must go well.
func (k *desk) create(p core.Provider, d core.Draft) core.RemoteRecord {
	k.Helper()
	k.driver.Keep(d)
	r, err := p.Create(k.Context(), call(d, 1), d)
	if err != nil {
		k.Fatalf("create: %v", err)
	}
	if r.ID == "" {
		k.Fatalf("create: the record has no id")
	}
	return r
}

// kept gives the system's records that have the text.
func (k *desk) kept(text string) (all []core.RemoteRecord) {
	for _, r := range k.driver.Kept() {
		if r.Fields[k.about.Text] == text {
			all = append(all, r)
		}
	}
	return all
}

// one fails unless the system has just one record with the text, and that id.
func (k *desk) one(text string, id core.RemoteID) {
	k.Helper()
	if all := k.kept(text); len(all) != 1 || all[0].ID != id {
		k.Errorf("records with %.40q: got %v, want one, %s", text, all, id)
	}
}
